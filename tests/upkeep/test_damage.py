"""Every stored file truncated, flipped, emptied, deleted: check finds it, a second copy heals it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from notou.errors import DamagedError
from notou.model import FileKind, ObjectName
from notou.upkeep.repair_index import repair_index
from notou.vault.index_files import open_index_file
from notou.vault.sealed import seal_file
from tests.upkeep.place import Place, ignore


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


DAMAGES: list[Callable[[Path], None]] = [_truncate, _flip, _empty, os.unlink]


@pytest.mark.parametrize("damage", DAMAGES, ids=["truncate", "flip", "empty", "delete"])
def test_whatever_is_damaged_is_found_and_healed_from_the_second_copy(
    place: Place, damage: Callable[[Path], None]
) -> None:
    place.check().require_clean()
    for path in place.files():
        before = path.read_bytes()
        path.chmod(0o600)
        damage(path)
        checked = place.check()
        named = {finding.name for finding in checked.copies[0].faults if finding.name}
        assert checked.copies[0].faults, f"{damage} of {path} was not found"
        assert _name(path) in named or path.parent.name == "keys", (
            f"{path} is not named: {checked.copies[0].faults}"
        )
        assert not checked.copies[1].faults
        with pytest.raises(DamagedError):
            checked.require_clean()
        place.heal(checked).require_whole()
        assert path.read_bytes() == before
    place.check().require_clean()
    place.restic_checks()


def _name(path: Path) -> ObjectName:
    kind = next(kind for kind in FileKind if kind.value in path.parts[-3:])
    return ObjectName(kind, "" if kind is FileKind.CONFIG else path.name)


def test_sizes_and_names_are_checked_without_reading_data(place: Place) -> None:
    packs = [path for path in place.files() if "data" in path.parts]
    for path, damage in zip(packs, (_truncate, _empty, os.unlink), strict=False):
        path.chmod(0o600)
        damage(path)
    found = {finding.name for finding in place.check(read=False).copies[0].faults}
    assert {_name(path) for path in packs[:3]} <= found


def test_a_finding_names_the_paths_it_costs(place: Place) -> None:
    for path in place.files():
        if "data" in path.parts:
            os.unlink(path)
    costs = [cost for finding in place.check(read=False).copies[0].faults for cost in finding.costs]
    assert costs
    assert all("/" in cost for cost in costs)


def test_a_flipped_data_pack_costs_the_files_that_are_in_it(place: Place) -> None:
    photo = place.site.source / "Pictures/trip/IMG_0001.JPG"
    hit = set()
    for path in place.files():
        if "data" in path.parts:
            before = path.read_bytes()
            path.chmod(0o600)
            path.write_bytes(before[:20] + bytes([before[20] ^ 1]) + before[21:])  # in the first blob
            hit |= {cost.split(" ", 1)[1] for finding in place.check().faults for cost in finding.costs}
            path.write_bytes(before)
    assert str(photo) in hit


def test_a_finding_names_each_damaged_blob_once(place: Place) -> None:
    for path in place.files():
        if "data" in path.parts:
            path.chmod(0o600)
            _flip(path)
    texts = [finding.text for finding in place.check().copies[0].faults]
    named = [re.findall("blob ([0-9a-f]{64})", text) for text in texts]
    assert any(named)
    for ids in named:
        assert len(ids) == len(set(ids))


def test_what_an_index_file_says_that_cannot_be_costs_one_pack_and_repair_reads_it_anew(place: Place) -> None:
    before = place.site.vault().index
    wrong = _rewrite_an_index_file(place)
    checked = place.check(read=False)
    for copy in checked.copies:
        (fault,) = [fault for fault in copy.faults if fault.name == wrong]
        assert "1 of its packs cannot be" in fault.text
    assert len(place.site.vault().index.packs()) == len(before.packs()) - 1
    with pytest.raises(DamagedError, match="repair index"):
        place.prune()
    holder = place.site.holder()
    repair_index(place.stores, place.config, place.master, dry_run=False, holder=holder, report=ignore)
    assert {row[0] for row in place.site.vault().index.packs()} == {row[0] for row in before.packs()}
    place.check().require_clean()
    place.restic_checks()


def _rewrite_an_index_file(place: Place) -> ObjectName:
    """Make one offset of one pack impossible, at every copy; the new name of the index file."""
    names = [ObjectName(FileKind.INDEX, id_) for id_, _ in place.stores[0].list(FileKind.INDEX)]
    files = {
        name: json.loads(open_index_file(place.master, name.id, place.stores[0].get(name))) for name in names
    }
    old = max(files, key=lambda name: len(files[name]["packs"]))
    assert len(files[old]["packs"]) > 1
    files[old]["packs"][0]["blobs"][0]["offset"] = 2**32
    id_, data = seal_file(place.master, json.dumps(files[old]).encode())
    for store in place.stores:
        store.put(ObjectName(FileKind.INDEX, id_), data)
        store.delete(old)
    return ObjectName(FileKind.INDEX, id_)


def test_a_whole_copy_lost_is_rebuilt_from_the_other(place: Place) -> None:
    for folder in ("data", "index", "snapshots"):
        shutil.rmtree(place.site.places[0] / folder)
    place.heal(place.check()).require_whole()
    place.check().require_clean()
    place.restic_checks()


def test_what_no_copy_has_right_is_said_and_not_healed(place: Place) -> None:
    (pack, *_) = [path for path in place.files() if "data" in path.parts]
    for copy in (0, 1):
        path = place.site.places[copy] / pack.relative_to(place.site.places[0])
        path.chmod(0o600)
        _flip(path)
    result = place.heal(place.check())
    assert {name for _, name, _ in result.unhealed} == {_name(pack)}
    with pytest.raises(DamagedError):
        result.require_whole()
