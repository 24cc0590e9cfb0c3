"""A whole backup, judged by stock restic."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from notou.backup import intake, trees
from notou.backup.options import BackupOptions, BackupResult
from notou.errors import StoreUnavailableError
from notou.model import FileKind, Lane
from notou.sources.excludes import ExcludeRules
from notou.stores.local import LocalStore
from tests.backup.site import Site
from tests.support.belongings import BELONGINGS
from tests.support.compare import assert_same_tree
from tests.support.dead_mount import dead_mount
from tests.support.odd_tree import make_odd_tree


def test_every_lane_together_is_the_source_at_every_copy(site: Site) -> None:
    make_odd_tree(site.source / "odd")
    site.write(BELONGINGS)
    (site.source / "empty" / "below").mkdir(parents=True)
    result = site.run()
    assert result.faults == 0
    assert [snapshot.lane for snapshot in result.snapshots] == list(Lane)
    for copy in (0, 1):
        site.restic(copy).run("check", "--read-data")
        assert_same_tree(site.source, site.restore_all(copy))


def test_each_item_is_in_the_lane_of_its_class_and_no_other(site: Site) -> None:
    site.write(BELONGINGS)
    lane_of = {}
    for snapshot in site.run().snapshots:
        assert snapshot.lane is not None
        for line in site.restic().run("ls", "--json", snapshot.id).stdout.splitlines():
            node = json.loads(line)
            if node.get("type") == "file":
                name = os.path.relpath(node["path"], site.source)
                assert name not in lane_of
                lane_of[name] = snapshot.lane.label
    assert lane_of == {
        "esim.lpa": "wallet",
        "contacts.vcf": "contacts",
        "calendar.ics": "calendars",
        "mail/old.mbox": "messages",
        "Documents/letter.txt": "documents",
        "Documents/empty.txt": "documents",
        "Pictures/trip/IMG_0001.JPG": "photos",
        "Videos/VID.mp4": "videos",
        "bin/tool": "other",
    }


def test_nothing_changed_stores_nothing_but_snapshots(site: Site) -> None:
    site.write(BELONGINGS)

    def twice() -> tuple[BackupResult, set[str], BackupResult, set[str]]:
        first, objects = site.run(), site.objects(FileKind.PACK) | site.objects(FileKind.INDEX)
        second, after = site.run(), site.objects(FileKind.PACK) | site.objects(FileKind.INDEX)
        return first, objects, second, after

    first, objects, second, after = site.undisturbed(twice)
    assert after == objects
    assert [one.tree for one in second.snapshots] == [one.tree for one in first.snapshots]
    assert sum(counts.files_unmodified for counts in second.counts.values()) == len(BELONGINGS)
    assert sum(counts.files_new + counts.files_changed for counts in second.counts.values()) == 0
    assert sum(counts.data_added for counts in second.counts.values()) == 0


def test_skip_if_unchanged_writes_snapshots_of_changed_lanes_only(site: Site) -> None:
    site.write(BELONGINGS)
    site.run()
    site.write({"Documents/new.txt": b"new"})
    os.utime(site.source / "Documents")
    result = site.run(BackupOptions(skip_if_unchanged=True))
    assert Lane.DOCUMENTS in {snapshot.lane for snapshot in result.snapshots}

    def twice() -> BackupResult:
        site.run()
        return site.run(BackupOptions(skip_if_unchanged=True))

    assert site.undisturbed(twice).snapshots == ()


def test_a_changed_file_is_counted_and_costs_its_own_bytes(site: Site) -> None:
    site.write({f"Documents/{number}.txt": b"%d" % number for number in range(20)})
    site.run()
    site.write({"Documents/3.txt": b"changed", "Documents/new.txt": b"brand new"})
    counts = site.run().counts[Lane.DOCUMENTS]
    assert (counts.files_new, counts.files_changed, counts.files_unmodified) == (1, 1, 19)
    assert counts.data_blobs == 2


def test_a_file_that_became_another_class_moves_its_lane(site: Site) -> None:
    site.write({"thing": b"%PDF-1.7 a document", "keep.txt": b"x"})
    site.run()
    site.write({"thing": b"\xff\xd8\xff\xe0 a photo"})
    lanes = [snapshot.lane for snapshot in site.run().snapshots]
    assert Lane.PHOTOS in lanes
    assert_same_tree(site.source, site.restore_all())


def test_a_lane_that_lost_its_last_item_does_not_bring_it_back(site: Site) -> None:
    site.write({"a.jpg": b"\xff\xd8\xff", "b.txt": b"x"})
    site.run()
    (site.source / "a.jpg").unlink()
    site.run()
    assert_same_tree(site.source, site.restore_all())
    site.run()
    assert [one.lane for one in site.run().snapshots] == [Lane.DOCUMENTS]
    site.restic().run("check", "--read-data")


def test_one_class_takes_everything_without_a_look_at_content(site: Site) -> None:
    site.write(BELONGINGS)
    site.run()
    result = site.run(BackupOptions(only_lane=Lane.OTHER))
    assert result.counts[Lane.OTHER].total_files_processed == len(BELONGINGS)
    assert_same_tree(site.source, site.restore_all())


def test_several_roots_and_a_single_file_mirror_their_absolute_paths(site: Site) -> None:
    site.write(BELONGINGS)
    roots = [site.source / "Pictures", site.source / "Documents", site.source / "bin/tool"]
    result = site.run(roots=roots)
    assert result.snapshots[0].paths == tuple(sorted(map(str, roots)))
    back = site.restore_all()
    for root in roots:
        name = root.relative_to(site.source)
        if root.is_dir():
            assert_same_tree(root, back / name)
        else:
            assert (back / name).read_bytes() == root.read_bytes()
    assert not (back / "Videos").exists()


def test_the_vaults_own_folders_and_excluded_files_stay_out(site: Site) -> None:
    site.write({"a.txt": b"a", "b.o": b"b"})
    rules = ExcludeRules(
        patterns=("*.o",), own_places=tuple(os.fsencode(path) for path in (*site.places, site.outbox))
    )
    result = site.run(rules=rules, roots=[site.base])
    listed = "".join(site.restic().run("ls", one.id).stdout for one in result.snapshots)
    assert "a.txt" in listed
    assert "b.o" not in listed
    assert str(site.places[0]) not in listed
    assert result.snapshots[0].excludes == ("*.o",)


def test_what_vanishes_after_it_was_listed_is_told_and_left_out_of_the_new_snapshot(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_BATCH_FILES", 1)
    site.write({"a/1.txt": b"1", "b/2.txt": b"2"})
    site.run()
    site.write({"a/1.txt": b"one", "b/2.txt": b"two"})
    last = site.source / "b/2.txt"
    result = site.run(watch=lambda _: last.unlink(missing_ok=True))  # first called when a/1.txt is stored
    assert result.faults == 1
    assert [one.path for one in site.failures()] == [os.fsencode(last)]
    back = site.restore_all()
    assert (back / "a/1.txt").read_bytes() == b"one"
    assert not list((back / "b").iterdir())


def test_a_mount_whose_server_is_gone_is_told_and_only_it_is_left_out(site: Site) -> None:
    site.write({"a.txt": b"a", "z/b.txt": b"b"})
    with dead_mount(site.source / "server"):
        result = site.run()
        assert [one.path for one in site.failures()] == [os.fsencode(site.source / "server")]
        assert result.faults == 1
        assert site.rehearse().faults == 1
        assert site.run(rules=ExcludeRules(patterns=("server/",))).faults == 0
    back = site.restore_all()
    assert sorted(os.listdir(back)) == ["a.txt", "z"]
    assert (back / "z/b.txt").read_bytes() == b"b"


def test_a_root_that_is_missing_is_told_beside_those_that_are_there(site: Site) -> None:
    site.write({"a.txt": b"a"})
    result = site.run(roots=[site.source, site.base / "gone"])
    assert result.faults == 1
    assert len(result.snapshots) == 1


def test_a_copy_that_is_gone_does_not_stop_the_other_and_is_caught_up_later(site: Site) -> None:
    site.write({"a.txt": b"a"})
    hidden = site.base / "hidden"
    site.places[1].rename(hidden)
    result = site.run()
    assert [outcome.complete for outcome in result.copies] == [True, False]
    assert len(site.copy_failures()) == 1
    site.restic(0).run("check", "--read-data")
    hidden.rename(site.places[1])
    site.write({"b.txt": b"b"})
    assert all(outcome.complete for outcome in site.run().copies)
    for kind in (FileKind.PACK, FileKind.INDEX, FileKind.SNAPSHOT):
        assert site.objects(kind, 0) == site.objects(kind, 1)
    assert_same_tree(site.source, site.restore_all(1))


def test_no_copy_at_all_is_an_error_and_not_a_full_outbox(site: Site) -> None:
    site.write({"a.txt": b"a"})
    gone = [LocalStore(os.fsencode(site.base / "gone"))]
    vault = site.vault()
    with pytest.raises(StoreUnavailableError, match="No copy"):
        site.run(stores=gone, vault=vault)


def test_a_folder_too_large_to_be_read_again_is_told_and_only_it_is_left_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write({f"large/{number}.txt": b"a" for number in range(9)} | {"large/below/b.txt": b"b"})
    site.write({"large/one.jpg": b"\xff\xd8\xff", "beside/c.txt": b"c"})
    site.run()
    site.write({f"large/{number}.txt": b"a" for number in range(50)})
    monkeypatch.setattr(trees, "MOST_TREE_BYTES", 10_000)
    result = site.run()
    assert result.faults == 1
    (failed,) = site.failures()
    assert failed.path == os.fsencode(site.source / "large")
    assert "more entries than one tree may hold" in failed.reason
    back = site.restore_all()
    assert sorted(str(path.relative_to(back)) for path in back.rglob("*") if path.is_file()) == [
        "beside/c.txt",
        "large/one.jpg",  # of another class, whose tree of the same folder is small
    ]
    site.restic().run("check", "--read-data")


def test_partial_snapshots_leave_out_a_folder_too_large_while_it_is_entered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_BATCH_FILES", 8)
    monkeypatch.setattr(trees, "MOST_TREE_BYTES", 10_000)
    site.write({f"large/{number}.txt": b"%d" % number for number in range(50)})
    site.write({f"large/sub/{number}.txt": b"-%d" % number for number in range(20)} | {"a/b.txt": b"b"})
    result = site.run(BackupOptions(partial_every_bytes=1))
    assert [failed.path for failed in site.failures()] == [os.fsencode(site.source / "large")]
    assert result.faults == 1
    assert (site.restore_all() / "a/b.txt").read_bytes() == b"b"
    site.restic().run("check", "--read-data")


def test_deep_paths_do_not_exhaust_the_stack(site: Site) -> None:
    folder = os.open(site.source, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=folder)
        below = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    with open(os.open("leaf.txt", os.O_CREAT | os.O_WRONLY, dir_fd=folder), "wb") as file:
        file.write(b"deep")
    os.close(folder)
    result = site.run()
    subprocess.run(["rm", "-rf", site.source], check=True)  # pytest's own tidying recurses
    assert result.faults == 0
    assert result.counts[Lane.DOCUMENTS].total_files_processed == 1
