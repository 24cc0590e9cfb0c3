"""Taking, refreshing and releasing restic's locks at one place, by its protocol.

Write a lock, wait for the place's listing delay, list: who finds another's lock that hinders gives way.
The waiting, the clock and the background refresh are passed in (jobs hands over real ones; threads
may not enter here). One place a lock: a job over many copies takes one at each.
What may not enter: deciding which job needs which lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from notou.errors import DamagedError, LockedError, NotFoundError, StoreError
from notou.model import FileKind, ObjectName
from notou.sentence import say
from notou.vault.keys import MasterKey
from notou.vault.lock import (
    MOST_LOCK_BYTES,
    REFRESH_EVERY_S,
    TRUSTED_FOR_NS,
    Lock,
    decode_lock,
    encode_lock,
    hinders,
    is_stale,
)
from notou.vault.sealed import open_file, seal_file


class LockPlace(Protocol):
    """What of a store locks need; see stores.base.Store."""

    @property
    def location(self) -> str:
        """The place, for messages."""

    @property
    def listing_delay_s(self) -> float:
        """How long another's new lock may stay out of a listing."""

    def put(self, name: ObjectName, data: bytes) -> None:
        """Store bytes under a name."""

    def get(self, name: ObjectName, *, most: int) -> bytes:
        """All bytes of an object."""

    def list(self, kind: FileKind) -> list[tuple[str, int]]:
        """(id, size) of every object of a kind."""

    def delete(self, name: ObjectName) -> None:
        """Remove an object."""


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
def hold_lock(place: LockPlace, master: MasterKey, holder: Holder, *, exclusive: bool) -> Iterator[HeldLock]:
    """Hold a lock at one place for the length of a with block; removed however the block ends.

    Raises LockedError naming who holds it when another lock hinders. Stale locks do not hinder.
    """
    _give_way(place, master, holder, own="", exclusive=exclusive)
    held = HeldLock(place, master, holder, exclusive)
    try:
        holder.wait_s(place.listing_delay_s)
        _give_way(place, master, holder, own=held.id, exclusive=exclusive)
        with holder.repeat(REFRESH_EVERY_S, held.refresh):
            yield held
    finally:
        held.release()


def remove_locks(place: LockPlace, master: MasterKey, holder: Holder, *, everyone: bool) -> int:
    """Remove stale locks, or with ``everyone`` all, unreadable ones too; the number removed."""
    removed = 0
    for lock_id, _ in place.list(FileKind.LOCK):
        lock = _read(place, master, lock_id)
        if everyone or (lock is not None and _stale(lock, holder)):
            place.delete(ObjectName(FileKind.LOCK, lock_id))
            removed += 1
    return removed


class HeldLock:
    """The lock this process holds at one place; ``id`` is the file that stands for it now.

    A machine that slept, or a place that was away, may have kept it from being refreshed for so long that
    others may take it for dead. Then it is lost for good, and nothing may be deleted under it any more.
    """

    def __init__(self, place: LockPlace, master: MasterKey, holder: Holder, exclusive: bool) -> None:  # noqa: FBT001
        self._place, self._master, self._holder, self._exclusive = place, master, holder, exclusive
        self._refreshed_ns = holder.now_ns()
        self._is_lost = False
        self.id = self._write()

    def refresh(self) -> None:
        """A new file first, then the old one goes, so that the place is never without a lock.

        A place that fails now is tried again at the next turn: a lock lives through five of them.
        """
        if self._lost():
            return
        with suppress(StoreError):
            now_ns = self._holder.now_ns()
            old, self.id = self.id, self._write()
            self._refreshed_ns = now_ns
            self._place.delete(ObjectName(FileKind.LOCK, old))

    def require_held(self) -> None:
        """LockedError when others may have taken the lock for dead since it was last refreshed."""
        if self._lost():
            raise LockedError(
                say(
                    "The lock at {place} could not be refreshed in time, as after a sleep of this machine, "
                    "and others may work there by now; nothing more was removed, so run this again.",
                    place=self._place.location,
                )
            )

    def _lost(self) -> bool:
        self._is_lost = self._is_lost or self._holder.now_ns() - self._refreshed_ns > TRUSTED_FOR_NS
        return self._is_lost

    def release(self) -> None:
        """Remove the lock. One that cannot be removed goes stale; what it guarded is done all the same."""
        with suppress(StoreError):
            self._place.delete(ObjectName(FileKind.LOCK, self.id))

    def _write(self) -> str:
        who = self._holder
        lock = Lock(who.now_ns(), self._exclusive, who.hostname, who.username, who.pid, who.uid, who.gid)
        lock_id, sealed = seal_file(self._master, encode_lock(lock))
        self._place.put(ObjectName(FileKind.LOCK, lock_id), sealed)
        return lock_id


def _give_way(place: LockPlace, master: MasterKey, holder: Holder, *, own: str, exclusive: bool) -> None:
    """LockedError when someone else's lock that is not stale hinders.

    Those that dead processes of this machine left are removed: stock restic would stop at them.
    """
    for lock_id, _ in place.list(FileKind.LOCK):
        lock = _read(place, master, lock_id) if lock_id != own else None
        if lock is None:
            continue
        if lock.hostname == holder.hostname and not holder.process_alive(lock.pid):
            with suppress(StoreError):
                place.delete(ObjectName(FileKind.LOCK, lock_id))
        elif hinders(lock, exclusive=exclusive) and not _stale(lock, holder):
            raise LockedError(_describe(place, lock, holder.now_ns()))


def _stale(lock: Lock, holder: Holder) -> bool:
    return is_stale(lock, holder.now_ns(), holder.hostname, holder.process_alive)


def _read(place: LockPlace, master: MasterKey, lock_id: str) -> Lock | None:
    """The lock; None when it is gone by now, or damaged and thus no one's, as for restic."""
    try:
        data = place.get(ObjectName(FileKind.LOCK, lock_id), most=MOST_LOCK_BYTES)
        return decode_lock(open_file(master, lock_id, data, MOST_LOCK_BYTES), lock_id)
    except (NotFoundError, DamagedError):
        return None


def _describe(place: LockPlace, lock: Lock, now_ns: int) -> str:
    minutes = max(0, now_ns - lock.time_ns) // 60_000_000_000
    fields = {
        "place": place.location,
        "process": str(lock.pid),
        "user": lock.username,
        "host": lock.hostname,
        "minutes": minutes,
    }
    if lock.exclusive:
        return say(
            "{place} is exclusively locked by process {process} of {user} on {host}, refreshed {minutes} "
            "minutes ago; wait for it, or run “notou unlock” when it is gone.",
            **fields,
        )
    return say(
        "{place} is locked by process {process} of {user} on {host}, refreshed {minutes} minutes ago; wait "
        "for it, or run “notou unlock” when it is gone.",
        **fields,
    )
