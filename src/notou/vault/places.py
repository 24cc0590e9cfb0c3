"""Reading objects through several places: what one lost or damaged, the next may have right.

What may not enter: what the objects mean; the caller hands in how to verify them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from notou.errors import DamagedError, NotFoundError, NotouError, StoreError
from notou.model import FileKind, ObjectName

T = TypeVar("T")


class Objects(Protocol):
    """What of a store reading needs; see stores.base.Store."""

    @property
    def location(self) -> str:
        """The place, for messages."""

    def get(self, name: ObjectName, *, most: int) -> bytes:
        """All bytes of an object."""

    def get_range(self, name: ObjectName, offset: int, length: int) -> bytes:
        """Part of an object."""

    def list(self, kind: FileKind) -> list[tuple[str, int]]:
        """(id, size) of every object of a kind."""


class Places:
    """The places of one vault, in the order they are asked; ``faults`` tells what one of them had wrong."""

    def __init__(self, stores: Sequence[Objects], faults: list[str]) -> None:
        self.stores = tuple(stores)
        self.faults = faults

    def note(self, sentence: str) -> None:
        """Remember a fault, once."""
        if sentence not in self.faults:
            self.faults.append(sentence)

    def read(self, name: ObjectName, verify: Callable[[bytes], T], most: int) -> T:
        """What ``verify`` makes of the object's bytes, from the first place where it raises no DamagedError.

        Raises what the places raised: DamagedError before StoreError before NotFoundError.
        """
        return self._first(lambda store: verify(store.get(name, most=most)))

    def read_range(self, name: ObjectName, offset: int, length: int, verify: Callable[[bytes], T]) -> T:
        """As read, of part of an object."""
        return self._first(lambda store: verify(store.get_range(name, offset, length)))

    def list(self, kind: FileKind) -> dict[str, int]:
        """Id → size of what any place lists, the largest where they differ; ids in ascending order.

        A place that cannot be listed is noted; StoreError when none can.
        """
        union: dict[str, int] = {}
        errors: list[StoreError] = []
        for store in self.stores:
            try:
                for object_id, size in store.list(kind):
                    union[object_id] = max(size, union.get(object_id, 0))
            except StoreError as error:
                errors.append(error)
        if errors and len(errors) == len(self.stores):
            raise errors[0]
        for each in errors:
            self.note(str(each))
        return dict(sorted(union.items()))

    def _first(self, attempt: Callable[[Objects], T]) -> T:
        errors: list[NotouError] = []
        for store in self.stores:
            try:
                result = attempt(store)
            except (DamagedError, StoreError, NotFoundError) as error:
                errors.append(error)
                continue
            for each in errors:
                if not isinstance(each, NotFoundError):  # a copy that lags behind is not damaged
                    self.note(str(each))
            return result
        raise min(errors, key=_gravity)


def _gravity(error: NotouError) -> int:
    return [DamagedError, StoreError, NotFoundError].index(
        next(kind for kind in (DamagedError, StoreError, NotFoundError) if isinstance(error, kind))
    )
