"""Commands as a person runs them: what they say and how they end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Program
from tests.support.small_disk import make_read_only, small_disk
from tests.support.undisturbed import undisturbed


class Desk:
    """A person with a folder and a vault at two places."""

    def __init__(self, tmp: Path) -> None:
        self.notou = Program(tmp / "home")
        self.source = tmp / "belongings"
        self.copies = (tmp / "a", tmp / "b")
        self.to = ["--to", str(tmp / "a"), "--to", str(tmp / "b")]
        self.source.mkdir()
        (self.source / "letter.txt").write_text("Dear Ana")
        (self.source / "IMG.jpg").write_bytes(b"\xff\xd8\xff\xda\x00\x02" + bytes(1000))
        self.notou.run("init", *self.to)

    def objects(self, *words: str, expect: int = 0) -> list[dict[str, Any]]:
        """What a command says with --json."""
        return [
            json.loads(line) for line in self.notou.run(*words, "--json", expect=expect).stdout.splitlines()
        ]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_backup_says_what_was_stored_and_that_two_local_places_are_not_safe(desk: Desk) -> None:
    said = desk.notou.run("backup", str(desk.source), *desk.to).stdout
    assert "documents:  1 new" in said
    assert "photos:     1 new" in said
    assert "Held at 2 places, none off-site, so not safe yet" in said
    assert "at 1 place only" in desk.notou.run("backup", str(desk.source), *desk.to[:2]).stdout


def test_a_quiet_backup_says_nothing(desk: Desk) -> None:
    done = desk.notou.run("backup", "--quiet", str(desk.source), *desk.to)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_backup_counts_by_class_in_json(desk: Desk) -> None:
    (done,) = desk.objects("backup", str(desk.source), *desk.to)
    assert done["event"] == "backed_up"
    assert {name: counts["files_new"] for name, counts in done["classes"].items()} == {
        "documents": 1,
        "photos": 1,
    }
    assert (done["held_at"], done["off_site"], done["items_failed"]) == (2, 0, 0)


def test_a_path_that_is_not_there_ends_with_3_and_the_rest_is_backed_up(desk: Desk) -> None:
    done = desk.notou.run("backup", str(desk.source), "/no/such/path", *desk.to, expect=3)
    assert "/no/such/path: There is nothing at this path." in done.stderr
    assert len(desk.objects("snapshots", "--from", str(desk.copies[0]))) == 2


def test_a_copy_that_is_away_is_told_and_ends_with_1_while_the_other_is_served(desk: Desk) -> None:
    desk.copies[1].rename(desk.copies[1].with_name("away"))
    done = desk.notou.run("backup", str(desk.source), *desk.to, expect=1)
    assert str(desk.copies[1]) in done.stderr
    assert len(desk.objects("snapshots", "--from", str(desk.copies[0]))) == 2
    desk.copies[1].with_name("away").rename(desk.copies[1])
    desk.notou.run("backup", str(desk.source), *desk.to)
    desk.notou.run("check", "--from", str(desk.copies[1]), "--read-data")


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file and folder below, with size and time of its last change."""
    return {str(path): (path.lstat().st_size, path.lstat().st_ctime_ns) for path in folder.rglob("*")}


def test_a_dry_run_of_a_backup_counts_by_class_and_writes_nothing_anywhere(
    desk: Desk, tmp_path: Path
) -> None:
    shutil.rmtree(desk.notou.home)
    desk.notou.home.mkdir()
    before = state(tmp_path)
    said = desk.notou.run("backup", "-n", str(desk.source), *desk.to).stdout
    assert "documents:  1 new, 0 changed, 0 unchanged; 8 B to read" in said
    (foretold,) = desk.objects("backup", "--dry-run", str(desk.source), *desk.to)
    assert foretold["event"] == "would_back_up"
    assert foretold["classes"]["photos"] == {
        "files_new": 1,
        "files_changed": 0,
        "files_unmodified": 0,
        "bytes_to_read": 1006,
    }
    desk.notou.run("backup", "-n", str(desk.source), "/no/such/path", *desk.to, expect=3)
    assert state(tmp_path) == before


def test_a_dry_run_of_a_backup_tells_of_a_copy_that_is_away(desk: Desk) -> None:
    desk.copies[1].rename(desk.copies[1].with_name("away"))
    done = desk.notou.run("backup", "-n", str(desk.source), *desk.to, expect=1)
    assert f"{desk.copies[1]} cannot be reached" in done.stderr
    assert "1 new" in done.stdout


def test_one_class_for_all_makes_one_snapshot(desk: Desk) -> None:
    desk.notou.run("backup", str(desk.source), "--class", "other", "--tag", "system,weekly", *desk.to)
    (snapshot,) = desk.objects("snapshots", "--from", str(desk.copies[0]))
    assert snapshot["class"] == "other"
    assert set(snapshot["tags"]) == {"notou:other", "system", "weekly"}


def test_a_class_in_which_nothing_changed_gets_no_snapshot_where_that_is_wished(desk: Desk) -> None:
    def new_snapshots(*words: str) -> set[str]:
        before = {one["id"] for one in desk.objects("snapshots", "--from", str(desk.copies[0]))}
        desk.notou.run("backup", str(desk.source), *words, *desk.to)
        after = desk.objects("snapshots", "--from", str(desk.copies[0]))
        return {one["class"] for one in after if one["id"] not in before}

    def twice() -> tuple[set[str], set[str]]:
        return new_snapshots(), new_snapshots("--skip-if-unchanged")

    assert undisturbed(desk.source, twice) == ({"documents", "photos"}, set())


def test_what_is_excluded_is_not_in_the_snapshot(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "patterns").write_text("*.txt\n")
    (desk.source / "big.bin").write_bytes(bytes(3000))
    words = ["--exclude-file", str(tmp_path / "patterns"), "--exclude-larger-than", "2K"]
    desk.notou.run("backup", str(desk.source), *words, *desk.to)
    items = desk.objects("ls", "latest", "--from", str(desk.copies[0]))
    assert [item["path"].rsplit("/")[-1] for item in items if item["type"] == "file"] == ["IMG.jpg"]


def test_a_damaged_pack_is_found_by_check_in_words_and_json(desk: Desk) -> None:
    desk.notou.run("backup", str(desk.source), *desk.to)
    pack = next(desk.copies[0].glob("data/*/*"))
    pack.unlink()
    assert pack.name[:8] in desk.notou.run("check", "--from", str(desk.copies[0]), expect=1).stderr
    objects = desk.objects("check", "--from", str(desk.copies[0]), expect=1)
    assert pack.name in [each["id"] for each in objects if each["event"] == "fault"]


def test_folders_that_cannot_be_read_are_told_and_ls_find_dump_and_diff_end_with_3(desk: Desk) -> None:
    desk.notou.run("backup", str(desk.source), *desk.to)
    place = ["--from", str(desk.copies[0])]
    for pack in desk.copies[0].glob("data/*/*"):
        pack.unlink()
    for words in (["ls", "latest"], ["find", "*.jpg"], ["dump", "latest", "/"], ["diff", "latest", "latest"]):
        said = desk.notou.run(*words, *place, expect=3).stderr
        assert "Some items could not be read" in said, words
        assert "/: The tree" in said, words


def test_find_names_the_snapshot_and_class_that_hold_an_item(desk: Desk) -> None:
    desk.notou.run("backup", str(desk.source), *desk.to)
    place = ["--from", str(desk.copies[0])]
    ids = {one["class"]: one["short_id"] for one in desk.objects("snapshots", *place)}
    said = desk.notou.run("find", "belongings/*", *place).stdout
    assert f"{ids['photos']}  photos       {desk.source}/IMG.jpg" in said
    assert f"{ids['documents']}  documents    {desk.source}/letter.txt" in said


def test_snapshots_that_cannot_be_read_are_not_passed_over_as_none(desk: Desk) -> None:
    desk.notou.run("backup", str(desk.source), *desk.to)
    place = ["--from", str(desk.copies[0])]
    first, second = sorted(desk.copies[0].glob("snapshots/*"))
    first.chmod(0o600)
    first.write_bytes(b"no snapshot")
    done = desk.notou.run("snapshots", *place, expect=3)
    assert "1 snapshot cannot be read" in done.stderr
    assert second.name[:8] in done.stdout
    second.chmod(0o600)
    second.write_bytes(b"no snapshot")
    done = desk.notou.run("snapshots", *place, expect=3)
    assert "2 snapshots cannot be read" in done.stderr
    assert "no such snapshots" not in done.stdout
    desk.notou.run("snapshots", *place, "--from", str(desk.copies[1]))


def test_a_read_only_place_is_told_once_as_what_it_is(desk: Desk, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, 20_000):
        desk.notou.run("init", "--to", disk / "v")
        make_read_only(disk)
        done = desk.notou.run("backup", desk.source, "--to", disk / "v", expect=1)
    first, last = done.stderr.splitlines()
    assert first == f"{disk}/v is mounted read-only, so it cannot be written; mount it for writing."
    assert last == "notou: No copy can be written, so nothing more is backed up."


def test_where_no_vault_is_the_hint_is_at_the_name_and_at_init(desk: Desk, tmp_path: Path) -> None:
    for place in (tmp_path / "never", desk.source):
        said = desk.notou.run("snapshots", "--from", place, expect=10).stderr
        assert said.endswith("If the place is right, 'notou init' makes a new vault there.\n")
        assert "is the disk mounted, and the place named rightly?" in said or place == desk.source


def test_a_restore_names_what_is_wrong_with_its_target_and_leaves_no_empty_folder(
    desk: Desk, tmp_path: Path
) -> None:
    desk.notou.run("backup", str(desk.source), *desk.to)
    words = ["restore", "latest", "--from", str(desk.copies[0]), "--target"]
    file = desk.source / "letter.txt"
    assert f"{file} is a file" in desk.notou.run(*words, file, expect=1).stderr
    out = tmp_path / "made" / "out"
    desk.notou.run(*words, out, "--path", "/no/such", expect=1)
    said = desk.notou.run(*words, out, "--include", "zzz").stdout
    assert "Nothing in the snapshot is meant by these patterns" in said
    assert not out.parent.exists()
    for pack in desk.copies[0].glob("data/*/*"):
        pack.unlink()
    assert "/: The" in desk.notou.run(*words, out, expect=3).stderr
    assert not out.parent.exists()


def test_a_partial_check_says_when_no_pack_was_in_its_part(desk: Desk) -> None:
    desk.notou.run("backup", str(desk.source), *desk.to)
    numbers = {pack.name[:2] for pack in desk.copies[0].glob("data/*/*")}
    free = next(number for number in range(256) if f"{number:02x}" not in numbers)
    words = ["check", "--from", str(desk.copies[0]), "--read-data-subset", f"{free + 1}/256"]
    assert "no pack is in the part to read" in desk.notou.run(*words).stdout


def test_forget_tells_of_a_place_that_is_away_also_with_nothing_to_forget(desk: Desk) -> None:
    desk.notou.run("backup", str(desk.source), *desk.to)
    desk.copies[1].rename(desk.copies[1].with_name("away"))
    done = desk.notou.run("forget", *desk.to, "--keep-last", "5")
    assert f"{desk.copies[1]} is not there now" in done.stderr
    desk.notou.run("backup", str(desk.source), *desk.to[:2])
    done = desk.notou.run("forget", *desk.to, "--keep-last", "1", expect=1)
    assert done.stderr.count(f"{desk.copies[1]} is not there now") == 1


def test_restore_counts_and_a_dry_run_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.notou.run("backup", str(desk.source), *desk.to)
    words = ["restore", "latest", "--from", str(desk.copies[1]), "--target", str(tmp_path / "out")]
    assert desk.objects(*words, "--dry-run")[0]["files"] == 2
    assert not (tmp_path / "out").exists()
    assert "Restored 2 files" in desk.notou.run(*words).stdout


def test_forgetting_everything_by_saying_nothing_is_refused(desk: Desk) -> None:
    desk.notou.run("backup", str(desk.source), *desk.to)
    assert "--keep" in desk.notou.run("forget", *desk.to, expect=1).stderr
    assert len(desk.objects("snapshots", "--from", str(desk.copies[0]))) == 2


def test_forget_shows_its_reasons_and_in_a_dry_run_only_those(desk: Desk) -> None:
    for _ in range(2):
        desk.notou.run("backup", str(desk.source), *desk.to)
    said = desk.notou.run("forget", *desk.to, "--keep-last", "1", "--dry-run").stdout
    assert "(last snapshot)" in said
    assert "Would forget 2 snapshots." in said
    desk.notou.run("forget", *desk.to, "--keep-last", "1", "--prune")
    assert len(desk.objects("snapshots", "--from", str(desk.copies[1]))) == 2


def test_the_key_in_use_cannot_be_removed_and_a_changed_password_opens(desk: Desk, tmp_path: Path) -> None:
    (key,) = desk.objects("key", "list", "--from", str(desk.copies[0]))
    desk.notou.run("key", "remove", key["id"][:8], *desk.to, expect=1)
    (tmp_path / "new").write_text("another")
    desk.notou.run("key", "passwd", "--new-password-file", str(tmp_path / "new"), *desk.to)
    desk.notou.run("snapshots", "--from", str(desk.copies[0]), expect=12)
    Program(tmp_path / "home", password="another").run("snapshots", "--from", str(desk.copies[1]))
