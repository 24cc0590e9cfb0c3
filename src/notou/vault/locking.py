"""Taking, refreshing and releasing restic's locks at one place, by its protocol.

Write a lock, wait for the place's listing delay, list: who finds another's lock that hinders gives way.
The waiting, the clock and the background refresh are passed in (jobs hands over real ones; threads
may not enter here). One place a lock: a job over many copies takes one at each.
What may not enter: deciding which job needs which lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from notou.model import FileKind, ObjectName
from notou.vault.keys import MasterKey


class LockPlace(Protocol):
    """What of a store locks need; see stores.base.Store."""

    @property
    def location(self) -> str: ...
    @property
    def listing_delay_s(self) -> float: ...
    def put(self, name: ObjectName, data: bytes) -> None: ...
    def get(self, name: ObjectName, *, most: int) -> bytes: ...
    def list(self, kind: FileKind) -> list[tuple[str, int]]: ...
    def delete(self, name: ObjectName) -> None: ...


@dataclass(frozen=True, slots=True)
class Holder:
    """Who takes the lock, and the outside world the protocol needs.

    ``repeat(every_s, action)`` is a context manager that calls ``action`` every so often in the
    background while it is entered.
    """

    hostname: str
    username: str
    pid: int
    uid: int
    gid: int
    now_ns: Callable[[], int]
    wait_s: Callable[[float], None]
    process_alive: Callable[[int], bool]
    repeat: Callable[[float, Callable[[], None]], AbstractContextManager[None]]


@contextmanager
def hold_lock(place: LockPlace, master: MasterKey, holder: Holder, *, exclusive: bool) -> Iterator[None]:
    """Hold a lock at one place for the length of a with block; removed however the block ends.

    Raises LockedError naming who holds it when another lock hinders. Stale locks do not hinder.
    """
    raise NotImplementedError
    yield


def remove_locks(place: LockPlace, master: MasterKey, holder: Holder, *, everyone: bool) -> int:
    """Remove stale locks, or with ``everyone`` all; the number removed."""
    raise NotImplementedError
