"""Copies are sent to in order, apart from each other, and caught up from each other."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from notou.copies.outbox import Outbox
from notou.copies.replicate import Replicator, seed
from notou.errors import NotFoundError, StoreFullError, StoreUnavailableError
from notou.events import CopyFailed, Event
from notou.model import CONFIG_NAME, FileKind, ObjectName
from notou.stores.base import MOST_OBJECT_BYTES
from notou.stores.local import LocalStore
from notou.stores.memory import MemoryStore


def named(kind: FileKind, data: bytes) -> ObjectName:
    return ObjectName(kind, hashlib.sha256(data).hexdigest())


PACK, INDEX, SNAPSHOT = FileKind.PACK, FileKind.INDEX, FileKind.SNAPSHOT
INDEX_FILE = (named(INDEX, b"index"), b"index")
SNAPSHOT_FILE = (named(SNAPSHOT, b"snapshot"), b"snapshot")


class Recorder(MemoryStore):
    """Notes the order of what it took; full, or lost, after ``room`` objects."""

    def __init__(self, location: str, room: int = 1000, error: type[Exception] = StoreFullError) -> None:
        super().__init__(location)
        self.taken: list[ObjectName] = []
        self._room = room
        self._error = error

    def put(self, name: ObjectName, data: bytes) -> None:
        if len(self.taken) >= self._room:
            raise self._error(f"There is no room left at {self.location}.")
        super().put(name, data)
        self.taken.append(name)


class Gone(MemoryStore):
    """A place that is not there."""

    def list(self, kind: FileKind) -> list[tuple[str, int]]:
        raise StoreUnavailableError(f"{self.location} is not there now.")


class Unreadable(MemoryStore):
    """A place that goes away behind its listing."""

    def get(self, name: ObjectName, *, most: int = MOST_OBJECT_BYTES) -> bytes:
        raise StoreUnavailableError(f"{self.location} is not there now.")


class Bench:
    """An outbox, and what was reported."""

    def __init__(self, folder: Path) -> None:
        self.outbox = Outbox(os.fsencode(folder / "outbox"))
        self.events: list[Event] = []
        self.named: set[bytes] | None = None

    def pack(self, data: bytes) -> bytes:
        pack_id = hashlib.sha256(data).digest()
        Path(os.fsdecode(self.outbox.path), pack_id.hex()).write_bytes(data)
        return pack_id

    def to(self, *copies: MemoryStore) -> Replicator:
        return Replicator(copies, self.outbox, self.events.append, lambda: self.named)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_every_copy_gets_packs_then_index_then_snapshot(bench: Bench) -> None:
    copies = [Recorder("a"), Recorder("b")]
    with bench.to(*copies) as replicator:
        replicator.catch_up()
        for data in (b"p", b"q"):
            replicator.offer(bench.pack(data), 5, 1)
        outcomes = replicator.publish([INDEX_FILE], [SNAPSHOT_FILE])
    assert all(outcome.complete for outcome in outcomes)
    for copy in copies:
        assert [name.kind for name in copy.taken] == [PACK, PACK, INDEX, SNAPSHOT]
    assert copies[0].objects == copies[1].objects
    assert bench.outbox.packs() == []


def test_a_full_copy_is_told_and_stops_only_itself(bench: Bench) -> None:
    full, well = Recorder("full", room=1), Recorder("well")
    with bench.to(full, well) as replicator:
        replicator.catch_up()
        for data in (b"p", b"q"):
            replicator.offer(bench.pack(data), 5, 1)
        outcomes = replicator.publish([INDEX_FILE], [SNAPSHOT_FILE])
    assert [outcome.complete for outcome in outcomes] == [False, True]
    assert "no room" in outcomes[0].failure
    assert bench.events == [CopyFailed("full", outcomes[0].failure)]
    assert not full.list(INDEX)
    assert not full.list(SNAPSHOT)
    assert well.list(SNAPSHOT)


def test_a_copy_that_was_away_is_caught_up_by_the_next_run(bench: Bench) -> None:
    gone, well, back = Gone("gone"), Recorder("well"), Recorder("back")
    with bench.to(gone, well) as replicator:
        assert [outcome.complete for outcome in replicator.catch_up()] == [False, True]
        replicator.offer(bench.pack(b"p"), 5, 1)
        replicator.publish([INDEX_FILE], [SNAPSHOT_FILE])
    with bench.to(back, well) as replicator:
        outcomes = replicator.catch_up()
    assert outcomes[0].complete
    assert [name.kind for name in back.taken] == [PACK, INDEX, SNAPSHOT]
    assert back.objects == well.objects


def test_packs_stay_in_the_outbox_while_no_copy_took_their_index(bench: Bench) -> None:
    pack_id = bench.pack(b"p")
    with bench.to(Recorder("full", room=1)) as replicator:
        replicator.catch_up()
        replicator.offer(pack_id, 5, 1)
        replicator.publish([INDEX_FILE], [SNAPSHOT_FILE])
    assert [pack.id for pack in bench.outbox.packs()] == [pack_id]


def test_a_pack_that_vanishes_before_publishing_keeps_the_snapshot_back(bench: Bench) -> None:
    copy = Recorder("a")
    with bench.to(copy) as replicator:
        replicator.catch_up()
        replicator.offer(bench.pack(b"p"), 5, 1)
        replicator.wait()
        copy.delete(named(PACK, b"p"))
        (outcome,) = replicator.publish([INDEX_FILE], [SNAPSHOT_FILE])
    assert "missing" in outcome.failure
    assert not copy.list(INDEX)
    assert not copy.list(SNAPSHOT)


def test_a_pack_cut_short_at_one_copy_is_healed_from_the_other(bench: Bench) -> None:
    cut, well = MemoryStore("cut"), MemoryStore("well")
    cut.put(named(PACK, b"pack"), b"pa")
    well.put(named(PACK, b"pack"), b"pack")
    with bench.to(cut, well) as replicator:
        assert all(outcome.complete for outcome in replicator.catch_up())
        assert replicator.held() == {hashlib.sha256(b"pack").digest(): 4}
    assert cut.objects == well.objects


def test_damage_at_every_copy_does_not_stop_the_next_backup(bench: Bench) -> None:
    one, two = MemoryStore("one"), MemoryStore("two")
    one.put(named(PACK, b"pack"), b"p")
    two.put(named(PACK, b"pack"), b"pa")
    with bench.to(one, two) as replicator:
        assert all(outcome.complete for outcome in replicator.catch_up())


def test_damaged_bytes_are_not_spread(bench: Bench) -> None:
    bad, new = MemoryStore("bad"), MemoryStore("new")
    bad.put(named(PACK, b"pack"), b"kcap")
    bad.put(*SNAPSHOT_FILE)
    with bench.to(bad, new) as replicator:
        outcomes = replicator.catch_up()
    assert [outcome.complete for outcome in outcomes] == [True, False]
    assert new.objects == {}


def test_a_damaged_pack_that_nothing_names_keeps_nothing_from_a_copy(bench: Bench) -> None:
    bad, new = MemoryStore("bad"), MemoryStore("new")
    bad.put(named(PACK, b"pack"), b"kcap")
    bad.put(named(PACK, b"good"), b"good")
    bad.put(*INDEX_FILE)
    bad.put(*SNAPSHOT_FILE)
    bench.named = {hashlib.sha256(b"good").digest()}
    with bench.to(bad, new) as replicator:
        assert all(outcome.complete for outcome in replicator.catch_up())
    assert set(new.objects) == {named(PACK, b"good"), INDEX_FILE[0], SNAPSHOT_FILE[0]}


def test_what_cannot_be_had_now_is_not_called_damaged(bench: Bench) -> None:
    away, new = Unreadable("away"), MemoryStore("new")
    away.put(named(PACK, b"pack"), b"pack")
    with bench.to(away, new) as replicator:
        outcomes = replicator.catch_up()
    assert "away is not there now" in outcomes[1].failure
    assert "damaged" not in outcomes[1].failure


def test_a_snapshot_needing_an_index_no_copy_has_right_is_not_sent_on(bench: Bench) -> None:
    bad, new = MemoryStore("bad"), MemoryStore("new")
    bad.put(INDEX_FILE[0], b"xedni")
    bad.put(*SNAPSHOT_FILE)
    with bench.to(bad, new) as replicator:
        assert all(outcome.complete for outcome in replicator.catch_up())
    assert new.objects == {}


def test_what_is_held_counts_copies_and_outbox(bench: Bench) -> None:
    copy = MemoryStore("a")
    copy.put(named(PACK, b"old"), b"old")
    waiting = bench.pack(b"waiting")
    bench.outbox.claim(waiting, 1)
    with bench.to(copy) as replicator:
        replicator.catch_up()
        assert replicator.held() == {hashlib.sha256(b"old").digest(): 3, waiting: 7}


def test_offering_what_is_not_in_the_outbox_is_an_error(bench: Bench) -> None:
    with bench.to(MemoryStore("a")) as replicator, pytest.raises(NotFoundError):
        replicator.offer(bytes(32), 1, 1)


def test_a_mistake_in_a_store_is_raised_not_swallowed(bench: Bench) -> None:
    with bench.to(Recorder("a", room=0, error=ZeroDivisionError)) as replicator:
        replicator.offer(bench.pack(b"p"), 1, 1)
        with pytest.raises(ZeroDivisionError):
            replicator.wait()


def test_a_seeded_place_has_keys_and_the_config_last() -> None:
    source, target = MemoryStore("source"), Recorder("target")
    source.put(CONFIG_NAME, b"config")
    source.put(named(FileKind.KEY, b"key"), b"key")
    seed(source, target)
    assert target.taken == [named(FileKind.KEY, b"key"), CONFIG_NAME]


def test_packs_are_read_again_unless_the_only_copy_links_them(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    here, there = LocalStore(str(tmp_path / "here")), LocalStore(str(tmp_path / "there"))
    here.create()
    there.create()
    for copies, reads in ([here], False), ([here, there], True), ([MemoryStore()], True):
        assert bench.to(*copies).reads_packs() is reads
