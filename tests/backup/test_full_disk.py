"""A disk that fills up, for real: a copy costs only itself, the outbox costs nothing that was published."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from notou.backup.options import BackupOptions
from notou.errors import StoreFullError
from notou.model import FileKind, Lane
from tests.backup.site import Site
from tests.support.compare import assert_same_tree
from tests.support.small_disk import make_room, small_disk

SMALL_KIB, ROOMY_KIB = 1024, 64 * 1024
SMALL_PACKS = BackupOptions(pack_bytes=64 * 1024)
KINDS = (FileKind.PACK, FileKind.INDEX, FileKind.SNAPSHOT)


def belongings(seed: int, mib: int = 3) -> dict[str, bytes]:
    """So many MiB that do not shrink."""
    rng = random.Random(seed)
    return {f"d{seed}/{number}.txt": rng.randbytes(32 * 1024) for number in range(32 * mib)}


@pytest.fixture
def small_copy(tmp_path: Path) -> Iterator[Site]:
    """A site whose second copy is on a small disk."""
    with small_disk(tmp_path / "two", SMALL_KIB):
        yield Site(tmp_path)


@pytest.fixture
def small_outbox(tmp_path: Path) -> Iterator[Site]:
    """A site whose outbox is on a small disk."""
    with small_disk(tmp_path / "outbox", SMALL_KIB):
        yield Site(tmp_path)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_copy_that_fills_up_is_told_and_costs_the_other_nothing(small_copy: Site) -> None:
    site = small_copy
    site.write(belongings(1))
    result = site.run(SMALL_PACKS)
    assert [copy.complete for copy in result.copies] == [True, False]
    (failed,) = site.copy_failures()
    assert failed.location == str(site.places[1])
    assert "There is no room left" in failed.reason
    assert 0 < len(site.objects(FileKind.PACK, 1)) < len(site.objects(FileKind.PACK, 0)), "not in the middle"
    assert site.objects(FileKind.INDEX, 1) == site.objects(FileKind.SNAPSHOT, 1) == set()
    assert not [path for path in files(site.places[1]) if "-tmp-" in path.name]
    site.restic(0).run("check", "--read-data")
    assert_same_tree(site.source, site.restore_all(0))


def test_a_copy_that_was_full_is_brought_up_to_date_once_there_is_room(small_copy: Site) -> None:
    site = small_copy
    site.write(belongings(1))
    site.run(SMALL_PACKS)
    fill(site.places[1])  # not even a lock fits
    site.write(belongings(2, mib=1))
    result = site.run(SMALL_PACKS)
    assert [copy.complete for copy in result.copies] == [True, False]
    assert_same_tree(site.source, site.restore_all(0))
    make_room(site.places[1], ROOMY_KIB)
    (site.places[1] / "filling").unlink()
    assert all(copy.complete for copy in site.run(SMALL_PACKS).copies)
    for kind in KINDS:
        assert site.objects(kind, 0) == site.objects(kind, 1)
    site.restic(1).run("check", "--read-data")
    assert_same_tree(site.source, site.restore_all(1))


def fill(folder: Path) -> None:
    """Take the last byte of room."""
    room = os.statvfs(folder)
    (folder / "filling").write_bytes(bytes(room.f_bavail * room.f_frsize))
    assert os.statvfs(folder).f_bavail == 0


def test_a_full_outbox_ends_the_run_and_nothing_is_lost(small_outbox: Site) -> None:
    site = small_outbox
    site.write({"first.txt": b"first"})
    site.run(SMALL_PACKS)
    before = site.objects(FileKind.SNAPSHOT)
    site.write(belongings(1))
    with pytest.raises(StoreFullError, match="outbox"):
        site.run(SMALL_PACKS)
    assert site.objects(FileKind.SNAPSHOT) == before
    for copy in (0, 1):
        site.restic(copy).run("check", "--read-data")
    left = {path.name for path in files(site.outbox)}
    assert left
    make_room(site.outbox, ROOMY_KIB)
    result = site.run(SMALL_PACKS)
    assert all(copy.complete for copy in result.copies)
    assert result.counts[Lane.DOCUMENTS].data_blobs < len(belongings(1)), "what was sealed was sealed again"
    assert left <= site.objects(FileKind.PACK)
    assert files(site.outbox) == []
    for copy in (0, 1):
        site.restic(copy).run("check", "--read-data")
        assert_same_tree(site.source, site.restore_all(copy))
