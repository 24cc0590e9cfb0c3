"""What a backup that ends early leaves behind is of use to the next one, and to nobody's harm."""

from __future__ import annotations

import random

import pytest

from notou.backup import intake
from notou.backup.options import BackupOptions
from notou.errors import LockedError
from notou.model import FileKind, Lane
from notou.vault.locking import hold_lock
from tests.backup.site import Site, Stopped
from tests.support.compare import assert_same_tree

FILES = {f"d{number // 4}/{number}.txt": random.Random(number).randbytes(3000) for number in range(24)}
ALWAYS = BackupOptions(partial_every_ns=0)
SOON = BackupOptions(pack_bytes=4096)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_BATCH_FILES", 4)


def test_partial_snapshots_are_whole_restic_snapshots_of_what_is_done(site: Site) -> None:
    site.write(FILES)
    with pytest.raises(Stopped):
        site.run(ALWAYS, stop_at=16)
    partials = site.vault().snapshots()
    assert [(one.lane, one.partial) for one in partials] == [(Lane.DOCUMENTS, True)]
    site.restic().run("check", "--read-data")
    out = site.base / "out"
    site.restic().run("restore", partials[0].id, "--target", out)
    back = {
        str(path.relative_to(out / site.source.relative_to("/"))): path.read_bytes()
        for path in out.rglob("*.txt")
    }
    assert 0 < len(back) < len(FILES)
    assert back.items() <= FILES.items()


def test_what_a_partial_snapshot_holds_is_not_read_again(site: Site) -> None:
    site.write(FILES)
    with pytest.raises(Stopped):
        site.run(ALWAYS, stop_at=20)
    counts = site.run().counts[Lane.DOCUMENTS]
    assert counts.files_unmodified >= 12
    assert counts.data_blobs == counts.files_new
    assert_same_tree(site.source, site.restore_all())


def test_what_a_partial_snapshot_had_not_reached_is_compared_with_the_whole_one_before(site: Site) -> None:
    site.write(FILES)
    site.run()
    site.write({name: b"changed " + content for name, content in list(FILES.items())[:8]})
    with pytest.raises(Stopped):
        site.run(ALWAYS, stop_at=len(FILES))
    assert any(one.partial for one in site.vault().snapshots())
    counts = site.run().counts[Lane.DOCUMENTS]
    assert (counts.files_new, counts.files_changed, counts.files_unmodified) == (0, 0, len(FILES))


def test_partial_snapshots_go_at_every_copy_once_the_whole_one_is_there(site: Site) -> None:
    site.write(FILES)
    with pytest.raises(Stopped):
        site.run(ALWAYS, stop_at=12)
    site.write({"d9/new.txt": b"more"})
    site.run(ALWAYS)
    for copy in (0, 1):
        assert [one.partial for one in site.vault(copy).snapshots()] == [False]
        site.restic(copy).run("check", "--read-data")


def test_packs_left_in_the_outbox_are_taken_over_and_not_sealed_again(site: Site) -> None:
    site.write(FILES)
    with pytest.raises(Stopped):
        site.run(SOON, stop_at=16)
    assert site.vault().snapshots() == []
    left = {path.name for path in site.outbox.rglob("*") if path.is_file()}
    assert left
    counts = site.run(SOON).counts[Lane.DOCUMENTS]
    assert counts.data_blobs < len(FILES)
    assert left <= site.objects(FileKind.PACK)
    assert not [path for path in site.outbox.rglob("*") if path.is_file()]
    site.restic().run("check", "--read-data")
    assert_same_tree(site.source, site.restore_all())


def test_a_copy_that_is_being_pruned_is_not_written_to(site: Site) -> None:
    site.write(FILES)
    before = site.objects(FileKind.PACK, 1)
    with hold_lock(site.stores[1], site.master, site.holder(), exclusive=True), pytest.raises(LockedError):
        site.run()
    assert site.objects(FileKind.PACK, 1) == before
    site.run()
    assert site.objects(FileKind.LOCK, 0) == site.objects(FileKind.LOCK, 1) == set()
