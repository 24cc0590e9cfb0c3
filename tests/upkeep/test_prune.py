"""Prune frees what nothing needs, and never anything else, whenever it is killed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notou.errors import DamagedError, LockedError, StoreUnavailableError
from notou.model import FileKind, ObjectName
from notou.stores.base import Store
from notou.stores.local import LocalStore
from notou.upkeep.prune import plan, prune
from tests.support.compare import assert_same_tree
from tests.support.restic import Restic
from tests.upkeep.mortal import Deadline, Killed, MortalStore, unlock
from tests.upkeep.place import EVERYTHING, Place, ignore


def _packs(place: Place, copy: int) -> dict[str, int]:
    return dict(place.stores[copy].list(FileKind.PACK))


def test_prune_frees_what_only_forgotten_snapshots_needed_and_both_copies_stay_alike(place: Place) -> None:
    before = sum(_packs(place, 0).values())
    planned = plan(place.stores, place.config, place.master, EVERYTHING, ignore)
    assert _packs(place, 0) == _packs(place, 1)
    assert sum(_packs(place, 0).values()) == before, "a dry run changed something"
    done = place.prune()
    assert done.plan.keep == planned.plan.keep
    assert not done.failures
    assert before - sum(_packs(place, 0).values()) > 8 * 3000
    assert _packs(place, 0) == _packs(place, 1)
    place.check().require_clean()
    for copy in (0, 1):
        place.restic_checks(copy)
        assert_same_tree(place.site.restore_all(copy), place.site.source, root=False)
    assert place.prune().plan.nothing_to_do


def test_lanes_stay_apart_when_packed_anew(place: Place) -> None:
    lanes = {lane for _, lane, _, _ in place.site.vault().index.packs()}
    place.prune()
    assert {lane for _, lane, _, _ in place.site.vault().index.packs()} == lanes


def test_everything_forgotten_leaves_no_pack_and_no_index(place: Place) -> None:
    place.forget([one.id for one in place.site.vault().snapshots()])
    place.prune()
    assert not _packs(place, 0)
    assert not place.site.objects(FileKind.INDEX)
    place.restic_checks()


def test_backups_go_on_after_a_prune(place: Place) -> None:
    place.prune()
    place.site.write({"Documents/after.txt": b"after" * 999})
    place.site.run()
    place.restic_checks()
    assert_same_tree(place.site.restore_all(), place.site.source, root=False)


def test_a_copy_that_was_away_is_completed(place: Place) -> None:
    packs = sorted(_packs(place, 1))
    for id_ in packs[:3]:
        place.stores[1].delete(ObjectName(FileKind.PACK, id_))
    place.prune()
    place.check().require_clean()
    place.restic_checks(1)


def test_a_copy_that_cannot_be_completed_is_left_as_it_was_and_reported(place: Place) -> None:
    class Full(LocalStore):
        def put(self, name: ObjectName, data: bytes) -> None:
            if name.kind is not FileKind.LOCK:
                raise StoreUnavailableError("read-only")
            super().put(name, data)

        def adopt(self, name: ObjectName, path: bytes) -> None:
            raise StoreUnavailableError("read-only")

    before = place.files(1)
    full = Full(bytes(place.site.places[1]))
    result = place.prune([place.stores[0], full])
    assert list(result.failures) == [full.location]
    assert place.files(1) == before
    place.restic_checks(0)
    place.restic_checks(1)


def test_what_killed_writers_left_half_done_goes_at_each_copy_even_when_nothing_else_does(
    place: Place,
) -> None:
    place.prune()
    before = [place.files(copy) for copy in (0, 1)]
    for copy in (0, 1):
        (place.site.places[copy] / "data" / "ab" / f"{'ab' * 32}-tmp-4711-0").write_bytes(bytes(999))
    plan(place.stores, place.config, place.master, EVERYTHING, ignore)
    assert [place.files(copy) for copy in (0, 1)] != before, "a dry run changed something"
    assert place.prune().plan.nothing_to_do
    assert [place.files(copy) for copy in (0, 1)] == before


def test_a_needed_pack_that_is_nowhere_stops_the_prune_before_anything_goes(place: Place) -> None:
    gone = sorted(_packs(place, 0))
    for id_ in gone[:4]:
        for store in place.stores:
            store.delete(ObjectName(FileKind.PACK, id_))
    before = place.files()
    with pytest.raises(DamagedError):
        place.prune()
    assert place.files() == before


def test_an_unreadable_index_file_stops_the_prune(place: Place) -> None:
    for copy in (0, 1):
        path = next(path for path in place.files(copy) if "index" in path.parts)
        path.chmod(0o600)
        path.write_bytes(b"x" * 99)
    with pytest.raises(DamagedError, match="repair index"):
        place.prune()


@pytest.mark.parametrize("part", range(4))  # all calls between them, so that workers share them
def test_killed_after_any_store_call_nothing_is_lost_and_the_next_prune_completes(
    place: Place, part: int
) -> None:
    calls = Deadline(10**9)
    place.prune([MortalStore(store, calls) for store in place.twin()])
    in_all = 10**9 - calls.left
    print(f"{in_all} calls")
    for number in range(part, in_all, 4):
        copies = place.twin()
        deadline = Deadline(number)
        with pytest.raises(Killed):
            place.prune([MortalStore(store, deadline) for store in copies])
        unlock(copies)
        _assert_sound(place, copies, number)
        place.prune(copies)
        place.check(stores=copies).require_clean()
        assert sum(size for _, size in copies[0].list(FileKind.PACK)) == sum(
            size for _, size in copies[1].list(FileKind.PACK)
        )


def _assert_sound(place: Place, copies: list[Store], number: int) -> None:
    """Each copy by itself, by our check; by restic now and then, which takes longer."""
    for store in copies:
        place.check(read=False, stores=[store]).require_clean()
        if number % 3 == 0:
            Restic(store.location, "geheim").run("check", "--read-data", "--no-lock")


def test_a_machine_that_slept_during_a_prune_deletes_nothing_afterwards(place: Place) -> None:
    now_ns = [1_700_000_000_000_000_000]

    class Sleeping(LocalStore):
        """Sleeps for an hour while the first new index file is written."""

        def put(self, name: ObjectName, data: bytes) -> None:
            super().put(name, data)
            if name.kind is FileKind.INDEX:
                now_ns[0] += 3_600_000_000_000

    store = Sleeping(place.stores[0].location)
    before = {kind: set(store.list(kind)) for kind in (FileKind.INDEX, FileKind.PACK)}
    holder = replace(place.site.holder(), now_ns=lambda: now_ns[0])
    with pytest.raises(LockedError, match="sleep"):
        prune(
            [store], place.config, place.master, EVERYTHING,
            workspace=place.workspace(), holder=holder, report=ignore,
        )  # fmt: skip
    for kind, objects in before.items():
        assert objects <= set(store.list(kind))
    place.check(stores=[store]).require_clean()
    place.prune()
    place.restic_checks()
