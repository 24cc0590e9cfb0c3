"""A place in memory, for tests and for trying things: the first implementation of the seam.

What may not enter: behaviour that no real place has.
"""

from __future__ import annotations

import threading
from pathlib import Path

from notou.errors import DamagedError, LimitError, NotFoundError, StoreError
from notou.model import FileKind, ObjectName
from notou.sentence import say
from notou.stores.base import MOST_OBJECT_BYTES


class MemoryStore:
    """Objects in a dictionary, gone with the process."""

    listing_delay_s = 0.0

    def __init__(self, location: str = "memory") -> None:
        self.location = location
        self.objects: dict[ObjectName, bytes] = {}
        self._lock = threading.Lock()

    def create(self) -> None:
        """Nothing to make."""

    def put(self, name: ObjectName, data: bytes) -> None:
        """Store the bytes unless an object of the same size is there."""
        with self._lock:
            there = self.objects.setdefault(name, data)
        if len(there) != len(data):
            raise StoreError(
                say(
                    "{place} holds {count} bytes as {name}, not {wanted}: it is damaged.",
                    place=self.location,
                    count=len(there),
                    name=name,
                    wanted=len(data),
                )
            )

    def adopt(self, name: ObjectName, path: bytes) -> None:
        """Store the bytes of a local file."""
        self.put(name, Path(path.decode(errors="surrogateescape")).read_bytes())

    def links_from(self, folder: bytes) -> bool:
        """Memory holds no links."""
        return False

    def get(self, name: ObjectName, *, most: int = MOST_OBJECT_BYTES) -> bytes:
        """All bytes of an object."""
        data = self._object(name)
        if len(data) > most:
            raise LimitError(
                say(
                    "The {kind} file {id} in {place} has more than {most} bytes.",
                    kind=name.kind,
                    id=name.id,
                    place=self.location,
                    most=most,
                )
            )
        return data

    def get_range(self, name: ObjectName, offset: int, length: int) -> bytes:
        """Part of an object."""
        piece = self._object(name)[offset : offset + length]
        if len(piece) != length:
            raise DamagedError(
                say(
                    "The {kind} file {id} in {place} is cut short.",
                    kind=name.kind,
                    id=name.id,
                    place=self.location,
                )
            )
        return piece

    def list(self, kind: FileKind) -> list[tuple[str, int]]:
        """Ids and sizes of a kind."""
        with self._lock:
            return sorted((name.id, len(data)) for name, data in self.objects.items() if name.kind == kind)

    def delete(self, name: ObjectName) -> None:
        """Forget an object."""
        with self._lock:
            self.objects.pop(name, None)

    def replace(self, name: ObjectName, data: bytes) -> None:
        """Put bytes in the place of others."""
        with self._lock:
            self.objects[name] = data

    def sweep(self) -> None:
        """Nothing is ever half done."""

    def _object(self, name: ObjectName) -> bytes:
        with self._lock:
            data = self.objects.get(name)
        if data is None:
            raise NotFoundError(
                say(
                    "There is no {kind} file {id} in {place}.",
                    kind=name.kind,
                    id=name.id,
                    place=self.location,
                )
            )
        return data
