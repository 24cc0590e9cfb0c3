"""Stock restic, the harshest judge, on vaults that Notou wrote."""

from __future__ import annotations

import os
import shutil

from tests.interop.conftest import Bench
from tests.support.compare import assert_same_tree
from tests.support.program import PASSWORD
from tests.support.restic import Restic


def change(bench: Bench) -> None:
    """A day passes in the folder."""
    (bench.source / "Documents/letter.txt").write_bytes(b"Dear lagoon, again " * 9000)
    (bench.source / "Documents/new.txt").write_bytes(b"new")
    (bench.source / "bin/tool").unlink()


def test_every_copy_stays_clean_after_first_second_forgotten_and_pruned_backups(bench: Bench) -> None:
    bench.backup()
    bench.assert_clean()
    change(bench)
    bench.backup()
    bench.assert_clean()
    bench.notou.run("forget", *bench.to, "--keep-last", "1")
    bench.assert_clean()
    assert len({str(snapshot["time"]) for snapshot in bench.snapshots()}) == 1
    bench.notou.run("prune", *bench.to, "--max-unused", "0")
    bench.assert_clean()


def test_both_copies_hold_the_same_objects_byte_for_byte(bench: Bench) -> None:
    bench.backup()
    change(bench)
    bench.backup()
    assert_same_tree(*bench.copies, ignore={"mtime_ns", "twins"})


def test_restic_restores_every_lane_exactly(bench: Bench) -> None:
    bench.backup()
    snapshots = bench.snapshots()
    lanes = {tag for snapshot in snapshots for tag in snapshot["tags"]}  # type: ignore[attr-defined]
    assert {"notou:contacts", "notou:calendars", "notou:documents", "notou:photos", "notou:videos"} <= lanes
    target = bench.tmp / "restored"
    for snapshot in snapshots:
        bench.restics[1].run("restore", str(snapshot["id"]), "--target", str(target))
    assert_same_tree(bench.source, target / bench.source.relative_to("/"))


def test_notou_goes_on_after_restic_rewrote_and_pruned(bench: Bench) -> None:
    bench.backup()
    for restic in bench.restics:
        restic.run("rewrite", "--exclude", "letter.txt", "--forget")
        restic.run("prune", "--max-unused", "0")
    bench.assert_clean()
    for copy in bench.copies:  # each for itself: restic wrote other files at each
        bench.notou.run("check", "--from", str(copy), "--read-data")
    change(bench)
    bench.backup()
    bench.assert_clean()
    target = bench.tmp / "restored"
    bench.notou.run("restore", "latest", *bench.frm, "--target", str(target))
    assert_same_tree(bench.source, target / bench.source.relative_to("/"))


def test_after_restic_rebuilt_the_index_unchanged_content_is_not_stored_again(bench: Bench) -> None:
    bench.backup()
    for restic in bench.restics:
        restic.run("repair", "index", "--read-all-packs")
    packs = {path.name for path in bench.copies[0].rglob("data/*/*")}
    (bench.source / "Documents/letter.txt").touch()
    bench.backup()
    added = [path for path in bench.copies[0].rglob("data/*/*") if path.name not in packs]
    letter = (bench.source / "Documents/letter.txt").stat().st_size
    assert sum(path.stat().st_size for path in added) < letter
    bench.assert_clean()


def test_restic_copies_our_snapshots_to_its_own_repository(bench: Bench) -> None:
    bench.backup()
    theirs = Restic(bench.tmp / "theirs", PASSWORD)
    theirs.run("init")
    password = bench.tmp / "password"
    password.write_text(PASSWORD)
    theirs.run("copy", "--from-repo", str(bench.copies[0]), "--from-password-file", str(password))
    theirs.run("check", "--read-data")
    target = bench.tmp / "restored"
    bench.notou.run("restore", "latest", "--from", str(bench.tmp / "theirs"), "--target", str(target))
    assert_same_tree(bench.source, target / bench.source.relative_to("/"))


def test_each_copy_alone_gives_everything_back(bench: Bench) -> None:
    bench.backup()
    for index, copy in enumerate(bench.copies):
        target = bench.tmp / f"restored{index}"
        bench.notou.run("restore", "latest", "--from", str(copy), "--target", str(target))
        assert_same_tree(bench.source, target / bench.source.relative_to("/"))


def test_one_lane_alone_is_restored_alone(bench: Bench) -> None:
    bench.backup()
    target = bench.tmp / "restored"
    bench.notou.run("restore", "latest", *bench.frm, "--target", str(target), "--class", "photos")
    files = [os.path.join(folder, name) for folder, _, names in os.walk(target) for name in names]
    assert all(name.lower().endswith((".jpg", ".png", ".heic", ".gif")) for name in files)
    assert any(name.endswith("IMG_0001.JPG") for name in files)


def test_a_copy_that_was_away_is_caught_up_by_the_next_backup(bench: Bench) -> None:
    bench.backup()
    away = bench.tmp / "unplugged"
    bench.copies[1].rename(away)
    change(bench)
    bench.notou.run("backup", str(bench.source), *bench.to, expect=1)
    shutil.rmtree(bench.copies[1], ignore_errors=True)
    away.rename(bench.copies[1])
    bench.backup()
    bench.assert_clean()
    assert {p.name for p in bench.copies[0].rglob("snapshots/*")} == {
        p.name for p in bench.copies[1].rglob("snapshots/*")
    }
