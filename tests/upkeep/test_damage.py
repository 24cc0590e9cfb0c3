"""Every stored file truncated, flipped, emptied, deleted: check finds it, a second copy heals it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from notou.errors import DamagedError
from notou.model import FileKind, ObjectName
from tests.upkeep.place import Place


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
