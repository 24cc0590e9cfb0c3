"""Repair makes whole what can be whole, says what cannot, and leaves a vault restic finds clean."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from notou.errors import DamagedError, UsageError
from notou.model import FileKind, Lane
from notou.stores.base import Store
from notou.upkeep.repair_index import IndexRepair, repair_index
from notou.upkeep.repair_packs import PackRepair, repair_packs
from notou.upkeep.repair_snapshots import SnapshotRepair, repair_snapshots
from tests.upkeep.mortal import WRITES, Deadline, Killed, MortalStore, unlock
from tests.upkeep.place import Place, ignore


@pytest.fixture
def alone(place: Place) -> Place:
    """The vault with one copy left: nothing to heal from."""
    del place.stores[1]
    return place


def _repair_index(place: Place, *, dry_run: bool = False) -> IndexRepair:
    return repair_index(
        place.stores, place.config, place.master, dry_run=dry_run, holder=place.site.holder(), report=ignore
    )


def _repair_packs(place: Place, ids: list[bytes], *, dry_run: bool = False) -> PackRepair:
    return repair_packs(
        place.stores,
        place.config,
        place.master,
        ids,
        dry_run=dry_run,
        workspace=place.workspace(),
        holder=place.site.holder(),
        report=ignore,
    )


def _repair_snapshots(
    place: Place, *, forget: bool = True, dry_run: bool = False, stores: list[Store] | None = None
) -> SnapshotRepair:
    return repair_snapshots(
        stores or place.stores,
        place.config,
        place.master,
        forget=forget,
        dry_run=dry_run,
        workspace=place.workspace(),
        holder=place.site.holder(),
        report=ignore,
    )


def _pack_of(place: Place, lane: Lane, kind: int) -> tuple[bytes, Path]:
    index = place.site.vault().index
    pack_id = next(
        id_ for id_, its, _, _ in index.packs() if its == lane and index.entries(id_)[0].kind == kind
    )
    name = pack_id.hex()
    path = place.site.places[0] / "data" / name[:2] / name
    path.chmod(0o600)
    return pack_id, path


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "harm", [os.unlink, lambda path: path.write_bytes(b"junk" * 50)], ids=["gone", "junk"]
)
def test_an_index_is_made_again_from_the_packs(alone: Place, harm: object) -> None:
    packs = {id_ for id_, _, _, _ in alone.site.vault().index.packs()}
    for path in alone.files():
        if "index" in path.parts:
            path.chmod(0o600)
            harm(path)  # type: ignore[operator]
    assert set(_repair_index(alone, dry_run=True).read_anew) == packs
    assert alone.check(read=False).faults, "a dry run changed something"
    _repair_index(alone)
    alone.check().require_clean()
    alone.restic_checks()
    assert {id_ for id_, _, _, _ in alone.site.vault().index.packs()} == packs
    assert _repair_index(alone).nothing_to_do
    alone.prune()
    alone.site.run(stores=alone.stores)
    alone.restic_checks()


def test_a_pack_that_is_gone_leaves_the_index_and_files_without_it_the_snapshots(alone: Place) -> None:
    pack_id, path = _pack_of(alone, Lane.PHOTOS, 0)
    os.unlink(path)
    assert _repair_index(alone).dropped == (pack_id,)
    lost = str(alone.site.source / "Pictures/trip/IMG_0001.JPG")
    assert [one.lost for one in _repair_snapshots(alone, dry_run=True).repaired] == [(lost,), (lost,)]
    result = _repair_snapshots(alone)
    assert all(one.new_id in alone.site.objects(FileKind.SNAPSHOT) for one in result.repaired)
    assert not {one.old_id for one in result.repaired} & alone.site.objects(FileKind.SNAPSHOT)
    alone.check().require_clean()
    alone.restic_checks()
    repaired = [one for one in alone.site.vault().snapshots() if "repaired" in one.tags]
    assert {one.lane for one in repaired} == {Lane.PHOTOS}
    assert {one.original and one.original.hex() for one in repaired} == {
        one.old_id for one in result.repaired
    }
    assert not _repair_snapshots(alone).repaired


def test_a_directory_that_is_lost_stays_empty(alone: Place) -> None:
    _, path = _pack_of(alone, Lane.PHOTOS, 1)
    os.unlink(path)
    _repair_index(alone)
    assert _repair_snapshots(alone).hopeless
    alone.check().require_clean()
    alone.restic_checks()


def test_snapshots_half_repaired_by_a_killed_run_are_repaired_wholly_by_the_next(place: Place) -> None:
    pack_id, _ = _pack_of(place, Lane.PHOTOS, 0)
    for copy in place.site.places:
        os.unlink(copy / "data" / pack_id.hex()[:2] / pack_id.hex())
    _repair_index(place)
    calls = Deadline(10**9)
    _repair_snapshots(place, stores=[MortalStore(store, calls, WRITES) for store in place.twin()])
    in_all = 10**9 - calls.left
    print(f"{in_all} writes")
    for number in range(in_all):
        copies, deadline = place.twin(), Deadline(number)
        with pytest.raises(Killed):
            _repair_snapshots(place, stores=[MortalStore(store, deadline, WRITES) for store in copies])
        unlock(copies)
        _repair_snapshots(place, stores=copies)
        place.check(stores=copies, read=False).require_clean()


def test_the_blobs_that_still_open_are_saved_from_a_damaged_pack(alone: Place) -> None:
    pack_id, path = _pack_of(alone, Lane.DOCUMENTS, 0)
    entries = alone.site.vault().index.entries(pack_id)
    _flip(path, entries[0].offset + 20)
    assert _repair_packs(alone, [pack_id], dry_run=True).lost[pack_id] == (entries[0],)
    assert path.exists()
    result = _repair_packs(alone, [pack_id])
    assert result.saved[pack_id] == len(entries) - 1
    assert not path.exists()
    _repair_snapshots(alone)
    alone.check().require_clean()
    alone.restic_checks()


def test_backups_go_on_where_a_killed_repair_left_the_damaged_pack_at_one_copy(place: Place) -> None:
    pack_id, path = _pack_of(place, Lane.PHOTOS, 0)
    left = place.site.places[1] / path.relative_to(place.site.places[0])
    _flip(path, 30)
    _flip(left, 30)
    damaged = left.read_bytes()
    _repair_packs(place, [pack_id])
    assert not left.exists()
    left.write_bytes(damaged)  # as a kill between the two copies leaves it
    _repair_snapshots(place)
    place.site.write({"Documents/later.txt": b"later"})
    assert all(copy.complete for copy in place.site.run().copies)
    place.restic_checks(0)


def test_a_pack_another_copy_has_right_is_left_to_heal(place: Place) -> None:
    pack_id, path = _pack_of(place, Lane.PHOTOS, 0)
    _flip(path, 30)
    assert _repair_packs(place, [pack_id]).healable == (pack_id,)
    assert path.exists()


def test_a_pack_no_index_names_is_not_guessed_at(alone: Place) -> None:
    with pytest.raises(UsageError, match="repair index"):
        _repair_packs(alone, [b"x" * 32])


def test_a_snapshot_that_no_copy_has_right_is_told_and_forgotten_when_asked(place: Place) -> None:
    snapshot_id = next(iter(place.site.objects(FileKind.SNAPSHOT)))
    for copy in place.site.places:
        _flip(copy / "snapshots" / snapshot_id, 40)
    with pytest.raises(DamagedError, match="repair snapshots --forget"):
        place.prune()
    assert _repair_snapshots(place, forget=False).hopeless == (snapshot_id,)
    assert snapshot_id in place.site.objects(FileKind.SNAPSHOT)
    _repair_snapshots(place)
    place.prune()
    place.check().require_clean()
    place.restic_checks()


def test_a_damaged_twin_planted_at_a_copy_costs_no_good_pack(place: Place) -> None:
    _, path = _pack_of(place, Lane.DOCUMENTS, 0)
    for at in (20, 21, 22):
        twin = bytearray(path.read_bytes())
        twin[at] ^= 1
        name = hashlib.sha256(twin).hexdigest()
        (place.site.places[0] / "data" / name[:2]).mkdir(exist_ok=True)
        (place.site.places[0] / "data" / name[:2] / name).write_bytes(twin)
    assert len(_repair_index(place).unreadable) == 3
    place.prune()
    place.check().require_clean()
    for copy in (0, 1):
        place.restic_checks(copy)


def test_a_pack_whose_damage_is_older_than_its_name_is_repaired(alone: Place) -> None:
    _, path = _pack_of(alone, Lane.DOCUMENTS, 0)
    twin = bytearray(path.read_bytes())
    twin[20] ^= 1
    twin_id = hashlib.sha256(twin).digest()
    (path.parent.parent / twin_id.hex()[:2]).mkdir(exist_ok=True)
    (path.parent.parent / twin_id.hex()[:2] / twin_id.hex()).write_bytes(twin)
    path.unlink()
    _repair_index(alone)
    assert len(_repair_packs(alone, [twin_id]).lost[twin_id]) == 1
    _repair_snapshots(alone)
    alone.check().require_clean()
