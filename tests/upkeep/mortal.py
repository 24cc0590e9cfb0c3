"""Stores on which a job dies at a chosen call, for tests of what a killed job leaves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from notou.model import FileKind, ObjectName
from notou.stores.base import Store


class Killed(BaseException):
    """The process ends here."""


class Deadline:
    """Store calls left to live, shared by all copies of a job."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def tick(self) -> None:
        if self.left <= 0:
            raise Killed
        self.left -= 1


def unlock(copies: Sequence[Store]) -> None:
    """Remove what locks a killed job left, as unlock would: the holder is dead."""
    for store in copies:
        for id_, _ in store.list(FileKind.LOCK):
            store.delete(ObjectName(FileKind.LOCK, id_))


CALLS = frozenset({"adopt", "create", "delete", "get", "get_range", "list", "put", "replace"})
WRITES = frozenset({"adopt", "create", "delete", "put", "replace"})


class MortalStore:
    """A store that dies, with the whole process, when the deadline is over; its locks stay behind.

    ``counted``: the calls that count, such as WRITES where what is read cannot matter.
    """

    def __init__(self, inner: Store, deadline: Deadline, counted: Collection[str] = CALLS) -> None:
        self._inner, self._deadline, self._counted = inner, deadline, counted
        self.location, self.listing_delay_s = inner.location, inner.listing_delay_s

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        def mortal(*args: Any, **named: Any) -> Any:
            if name in self._counted:
                self._deadline.tick()
            return method(*args, **named)

        return mortal
