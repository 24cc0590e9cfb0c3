"""restic's locks: who excludes whom, what is stale, and that a lock goes however its block ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from notou.errors import DamagedError, LockedError, StoreUnavailableError
from notou.model import FileKind, ObjectName
from notou.stores.memory import MemoryStore
from notou.vault.lock import STALE_AFTER_NS, TRUSTED_FOR_NS, Lock, decode_lock, encode_lock
from notou.vault.locking import Holder, hold_lock, remove_locks
from tests.vault.places import new_vault, put_sealed

NOW = 1_700_000_000_000_000_000
NEW = new_vault()
MASTER = NEW.master
THEIRS = Lock(NOW - 60_000_000_000, False, "elsewhere", "ana", 77, 1, 1)


@contextmanager
def never(every_s: float, action: Callable[[], None]) -> Iterator[None]:
    yield


class Failing(MemoryStore):
    """A place that is away while ``failing``."""

    failing = False

    def put(self, name: ObjectName, data: bytes) -> None:
        if self.failing:
            raise StoreUnavailableError(f"{self.location} is not there now.")
        super().put(name, data)


def holder(**changes: object) -> Holder:
    base = Holder("here", "me", 42, 1000, 1000, lambda: NOW, lambda _s: None, lambda pid: pid == 42, never)
    return replace(base, **changes)  # type: ignore[arg-type]


def place_with(*locks: Lock) -> MemoryStore:
    place = MemoryStore("disk")
    for lock in locks:
        put_sealed(place, NEW, FileKind.LOCK, encode_lock(lock))
    return place


@pytest.mark.parametrize(("theirs", "mine"), [(True, False), (False, True), (True, True)])
def test_an_exclusive_lock_stands_against_all_others(theirs: bool, mine: bool) -> None:
    place = place_with(replace(THEIRS, exclusive=theirs))
    with pytest.raises(LockedError, match=r"77.*ana.*elsewhere.*1 minutes"):
        hold_lock(place, MASTER, holder(), exclusive=mine).__enter__()
    assert len(place.list(FileKind.LOCK)) == 1


def test_shared_locks_stand_side_by_side() -> None:
    place = place_with(THEIRS)
    with hold_lock(place, MASTER, holder(), exclusive=False):
        assert len(place.list(FileKind.LOCK)) == 2
    assert len(place.list(FileKind.LOCK)) == 1


STALE = replace(THEIRS, exclusive=True, time_ns=NOW - STALE_AFTER_NS - 1)
DEAD = replace(THEIRS, exclusive=True, hostname="here", pid=77)


def test_a_stale_lock_of_another_machine_hinders_no_one_and_unlock_removes_it() -> None:
    place = place_with(STALE)
    with hold_lock(place, MASTER, holder(), exclusive=True):
        pass
    assert remove_locks(place, MASTER, holder(), everyone=False) == 1
    assert place.list(FileKind.LOCK) == []


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_lock_of_a_dead_process_of_this_machine_is_removed_by_the_next_one(exclusive: bool) -> None:
    place = place_with(replace(DEAD, exclusive=exclusive))
    with hold_lock(place, MASTER, holder(), exclusive=False):
        assert len(place.list(FileKind.LOCK)) == 1
    assert place.list(FileKind.LOCK) == []


def test_unlock_removes_the_lock_of_a_dead_process() -> None:
    assert remove_locks(place_with(DEAD), MASTER, holder(), everyone=False) == 1


def test_unlock_leaves_a_living_lock_unless_all_are_meant() -> None:
    place = place_with(THEIRS)
    place.put(ObjectName(FileKind.LOCK, "ab" * 32), b"damaged")
    assert remove_locks(place, MASTER, holder(), everyone=False) == 0
    assert remove_locks(place, MASTER, holder(), everyone=True) == 2


def test_who_locks_at_the_same_moment_is_seen_after_the_delay() -> None:
    place = place_with()

    def other_comes(_seconds: float) -> None:
        put_sealed(place, NEW, FileKind.LOCK, encode_lock(replace(THEIRS, exclusive=True)))

    with pytest.raises(LockedError):
        hold_lock(place, MASTER, holder(wait_s=other_comes), exclusive=False).__enter__()
    assert len(place.list(FileKind.LOCK)) == 1


@pytest.mark.parametrize("end", [KeyboardInterrupt, RuntimeError])
def test_the_lock_goes_however_the_block_ends(end: type[BaseException]) -> None:
    place = place_with()
    with pytest.raises(end), hold_lock(place, MASTER, holder(), exclusive=True):
        raise end
    assert place.list(FileKind.LOCK) == []


def test_a_refresh_writes_the_new_lock_before_the_old_one_goes() -> None:
    place = place_with()
    refresh: list[Callable[[], None]] = []

    @contextmanager
    def keep(every_s: float, action: Callable[[], None]) -> Iterator[None]:
        assert every_s == 300
        refresh.append(action)
        yield

    with hold_lock(place, MASTER, holder(repeat=keep), exclusive=True):
        before = place.list(FileKind.LOCK)
        refresh[0]()
        after = place.list(FileKind.LOCK)
        assert len(after) == 1
        assert after != before
    assert place.list(FileKind.LOCK) == []


def test_a_refresh_that_fails_is_tried_again() -> None:
    place, refresh = Failing("disk"), []

    @contextmanager
    def keep(every_s: float, action: Callable[[], None]) -> Iterator[None]:
        refresh.append(action)
        yield

    with hold_lock(place, MASTER, holder(repeat=keep), exclusive=True):
        before = place.list(FileKind.LOCK)
        place.failing = True
        refresh[0]()
        assert place.list(FileKind.LOCK) == before
        place.failing = False
        refresh[0]()
        assert len(place.list(FileKind.LOCK)) == 1
        assert place.list(FileKind.LOCK) != before


def test_a_lock_that_a_sleep_kept_from_being_refreshed_is_not_relied_on_and_not_revived() -> None:
    place, refresh, now_ns = place_with(), [], [NOW]

    @contextmanager
    def keep(every_s: float, action: Callable[[], None]) -> Iterator[None]:
        refresh.append(action)
        yield

    with hold_lock(place, MASTER, holder(repeat=keep, now_ns=lambda: now_ns[0]), exclusive=True) as held:
        now_ns[0] += TRUSTED_FOR_NS - 1
        refresh[0]()
        now_ns[0] += TRUSTED_FOR_NS - 1
        held.require_held()
        written = place.list(FileKind.LOCK)
        now_ns[0] += 2
        refresh[0]()
        assert place.list(FileKind.LOCK) == written
        with pytest.raises(LockedError, match="disk could not be refreshed"):
            held.require_held()
    assert place.list(FileKind.LOCK) == []


def test_a_lock_is_written_as_restic_writes_it() -> None:
    lock = Lock(NOW, True, "h", "u", 5, 0, 0)
    assert encode_lock(lock) == (
        b'{"time":"2023-11-14T22:13:20Z","exclusive":true,"hostname":"h","username":"u","pid":5}'
    )
    assert decode_lock(encode_lock(lock), "ab") == replace(lock, id="ab")
    with pytest.raises(DamagedError):
        decode_lock(b'{"time":"2023-11-14T22:13:20Z","exclusive":"yes"}', "ab")
