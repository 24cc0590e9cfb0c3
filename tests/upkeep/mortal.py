"""Stores on which a job dies at a chosen call, for tests of what a killed job leaves."""

from __future__ import annotations

from typing import Any

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


class MortalStore:
    """A store that dies, with the whole process, when the deadline is over; its locks stay behind."""

    def __init__(self, inner: Store, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline
        self.location, self.listing_delay_s = inner.location, inner.listing_delay_s

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        def mortal(*args: Any, **named: Any) -> Any:
            self._deadline.tick()
            return method(*args, **named)

        return mortal
