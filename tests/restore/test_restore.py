"""What a restore must bring back, and what it must never do."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from notou.errors import DamagedError, NotFoundError
from notou.events import Event, ItemFailed
from notou.model import Node, NodeKind
from notou.restore.options import Overwrite, RestoreOptions, RestoreResult
from notou.restore.run import restore
from notou.vault.repository import Vault
from notou.vault.snapshot import Snapshot
from tests.restore.vaults import HandMade, ResticVault
from tests.support.compare import assert_same_tree
from tests.support.odd_tree import make_odd_tree
from tests.support.small_disk import small_disk

BASE = 1_700_000_000_000_000_000


def bring(
    vault: Vault,
    snapshots: list[Snapshot],
    target: Path,
    events: list[Event] | None = None,
    **options: object,
) -> RestoreResult:
    report = (events if events is not None else []).append
    return restore(vault, snapshots, os.fsencode(target), RestoreOptions(**options), report)  # type: ignore[arg-type]


@pytest.fixture
def restic(tmp_path: Path) -> ResticVault:
    return ResticVault(tmp_path / "repo")


@pytest.fixture
def made(tmp_path: Path) -> HandMade:
    return HandMade(tmp_path / "outbox")


def test_everything_restic_stored_comes_back(restic: ResticVault, tmp_path: Path) -> None:
    make_odd_tree(tmp_path / "home")
    snapshot = restic.backup(tmp_path / "home")
    result = bring(restic.open(), [snapshot], tmp_path / "out", verify=True)
    assert not result.faults
    assert_same_tree(tmp_path / "home", f"{tmp_path}/out{tmp_path}/home")


def test_base_puts_a_folders_entries_at_the_target(restic: ResticVault, tmp_path: Path) -> None:
    make_odd_tree(tmp_path / "home")
    snapshot = restic.backup(tmp_path / "home")
    bring(restic.open(), [snapshot], tmp_path / "out", base=os.fsencode(tmp_path / "home"))
    assert_same_tree(tmp_path / "home", tmp_path / "out", root=False)


def test_a_second_restore_writes_nothing_and_a_changed_file_is_replaced(
    restic: ResticVault, tmp_path: Path
) -> None:
    make_odd_tree(tmp_path / "home")
    snapshot = restic.backup(tmp_path / "home")
    vault, base, out = restic.open(), os.fsencode(tmp_path / "home"), tmp_path / "out"
    bring(vault, [snapshot], out, base=base)
    assert bring(vault, [snapshot], out, base=base).bytes_written == 0
    (out / "sizes" / "4096").write_bytes(b"edited")
    os.chmod(out / "sizes" / "1", 0o123)
    assert bring(vault, [snapshot], out, base=base).files == 1
    assert_same_tree(tmp_path / "home", out, root=False)


def test_never_leaves_what_is_there_untouched(made: HandMade, tmp_path: Path) -> None:
    tree = made.tree(
        made.file(b"a", b"vault"), made.folder(b"d", made.file(b"x", b"vault")), made.file(b"n", b"v")
    )
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_bytes(b"mine")
    (tmp_path / "out" / "d").write_bytes(b"mine too")
    result = bring(made.vault(), [made.snapshot(tree)], tmp_path / "out", overwrite=Overwrite.NEVER)
    assert (tmp_path / "out" / "a").read_bytes() == b"mine"
    assert (tmp_path / "out" / "d").read_bytes() == b"mine too"
    assert (result.files, result.failed) == (1, 0)


def test_always_replaces_also_what_looks_the_same(made: HandMade, tmp_path: Path) -> None:
    tree = made.tree(made.file(b"a", b"vault"))
    snapshot, vault, out = made.snapshot(tree), made.vault(), tmp_path / "out"
    bring(vault, [snapshot], out)
    status = (out / "a").stat()
    (out / "a").write_bytes(b"other")
    os.utime(out / "a", ns=(status.st_mtime_ns, status.st_mtime_ns))
    assert bring(vault, [snapshot], out).kept == 1
    assert bring(vault, [snapshot], out, overwrite=Overwrite.ALWAYS).files == 1
    assert (out / "a").read_bytes() == b"vault"


def test_a_file_linked_from_outside_is_replaced_not_written_into(made: HandMade, tmp_path: Path) -> None:
    tree = made.tree(made.file(b"a", b"vault"))
    (tmp_path / "out").mkdir()
    (tmp_path / "outside").write_bytes(b"precious")
    os.link(tmp_path / "outside", tmp_path / "out" / "a")
    bring(made.vault(), [made.snapshot(tree)], tmp_path / "out")
    assert (tmp_path / "outside").read_bytes() == b"precious"
    assert (tmp_path / "out" / "a").read_bytes() == b"vault"


def test_a_link_in_the_target_is_not_followed(made: HandMade, tmp_path: Path) -> None:
    tree = made.tree(made.folder(b"d", made.file(b"x", b"vault")))
    (tmp_path / "out").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "out" / "d").symlink_to(tmp_path / "outside")
    bring(made.vault(), [made.snapshot(tree)], tmp_path / "out")
    assert list((tmp_path / "outside").iterdir()) == []
    assert (tmp_path / "out" / "d" / "x").read_bytes() == b"vault"


def test_a_link_in_one_lane_and_a_folder_in_another_stay_inside(made: HandMade, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    link = made.tree(made.link(b"d", os.fsencode(tmp_path / "outside")))
    folder = made.tree(made.folder(b"d", made.file(b"x", b"vault")))
    for newer, older in ((link, folder), (folder, link)):
        out = tmp_path / newer.hex()[:8]
        bring(made.vault(), [made.snapshot(older, BASE), made.snapshot(newer, BASE + 1)], out)
        assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("name", ["..", ".", "", "/etc/x", "a/b", "a\\x00b", "x\\q"])
def test_a_tree_with_a_name_that_leads_away_is_refused_and_the_rest_restored(
    made: HandMade, tmp_path: Path, name: str
) -> None:
    node = made.file(b"bad", b"evil")
    escaped = name.replace("\\", "\\\\")
    plain = made_plain(node).replace(b'"name":"bad"', f'"name":"{escaped}"'.encode())
    bad = made.raw_tree(plain)
    tree = made.tree(made.file(b"good", b"good"), made.folder(b"hostile", subtree=bad))
    events: list[Event] = []
    result = bring(made.vault(), [made.snapshot(tree)], tmp_path / "in" / "out", events)
    assert (tmp_path / "in" / "out" / "good").read_bytes() == b"good"
    assert [path for path, _ in result.faults] == [b"hostile"]
    assert isinstance(events[-1], ItemFailed) or any(isinstance(each, ItemFailed) for each in events)
    assert sorted(os.listdir(tmp_path / "in")) == ["out"]


def made_plain(*nodes: Node) -> bytes:
    from notou.kernel.treejson import encode_tree

    return encode_tree(nodes)


def test_names_twice_in_a_tree_are_refused(made: HandMade, tmp_path: Path) -> None:
    one = made_plain(made.file(b"a", b"1"))
    node = one[len(b'{"nodes":[') : -len(b"]}\n")]
    tree = made.raw_tree(b'{"nodes":[' + node + b"," + node + b"]}\n")
    result = bring(made.vault(), [made.snapshot(tree)], tmp_path / "out")
    assert result.failed == 1


def test_a_size_that_is_not_the_contents_does_not_make_a_huge_file(made: HandMade, tmp_path: Path) -> None:
    tree = made.tree(made.file(b"a", b"five!", size=1 << 60))
    bring(made.vault(), [made.snapshot(tree)], tmp_path / "out")
    assert (tmp_path / "out" / "a").stat().st_size == 5


def test_hard_links_come_back_as_one_file_also_across_lanes(made: HandMade, tmp_path: Path) -> None:
    same = {"inode": 7, "device_id": 8, "links": 2}
    one = made.tree(made.file(b"a.txt", b"both", **same), made.file(b"lone", b"x", inode=9, links=1))
    other = made.tree(made.file(b"b.jpg", b"both", **same))
    result = bring(made.vault(), [made.snapshot(one), made.snapshot(other)], tmp_path / "out")
    assert (tmp_path / "out" / "a.txt").stat().st_ino == (tmp_path / "out" / "b.jpg").stat().st_ino
    assert (result.files, result.links) == (2, 1)


def test_the_same_inode_in_snapshots_of_different_times_is_not_the_same_file(
    made: HandMade, tmp_path: Path
) -> None:
    same = {"inode": 7, "device_id": 8, "links": 2}
    one, other = made.tree(made.file(b"a", b"old", **same)), made.tree(made.file(b"b", b"new", **same))
    bring(made.vault(), [made.snapshot(one, BASE), made.snapshot(other, BASE + 1)], tmp_path / "out")
    assert (tmp_path / "out" / "a").read_bytes() == b"old"
    assert (tmp_path / "out" / "b").read_bytes() == b"new"


def test_a_folder_without_write_permission_gets_its_files(made: HandMade, tmp_path: Path) -> None:
    same = {"inode": 7, "device_id": 8, "links": 2}
    shut = made.folder(b"a", made.file(b"x", b"1", **same), mode=0)
    tree = made.tree(shut, made.folder(b"b", made.file(b"y", b"1", **same)))
    result = bring(made.vault(), [made.snapshot(tree)], tmp_path / "out")
    assert not result.faults
    assert (tmp_path / "out" / "a").stat().st_mode & 0o7777 == 0


def test_paths_deeper_than_the_system_takes_in_one_call(made: HandMade, tmp_path: Path) -> None:
    node = made.file(b"deep", b"down")
    for _ in range(25):
        node = made.folder(b"n" * 250, node)
    tree = made.tree(node)
    result = bring(made.vault(), [made.snapshot(tree)], tmp_path / "out")
    assert not result.faults
    assert (result.files, result.folders) == (1, 25)
    shutil.rmtree(tmp_path / "out")


def test_a_path_in_no_lane_is_told_before_anything_is_written(made: HandMade, tmp_path: Path) -> None:
    tree = made.tree(made.file(b"a", b"1"))
    with pytest.raises(NotFoundError):
        bring(made.vault(), [made.snapshot(tree)], tmp_path / "out", paths=[b"/b"])
    assert not (tmp_path / "out").exists()


def test_patterns_choose_files_and_make_only_the_folders_they_need(made: HandMade, tmp_path: Path) -> None:
    inner = made.folder(b"d", made.file(b"x.jpg", b"1"), made.file(b"y.txt", b"2"))
    tree = made.tree(inner, made.folder(b"e", made.file(b"z.txt", b"3")), made.file(b"w.JPG", b"4"))
    vault, snapshot = made.vault(), made.snapshot(tree)
    bring(vault, [snapshot], tmp_path / "1", include=[b"*.jpg"])
    assert files_below(tmp_path / "1") == ["d", "d/x.jpg"]
    bring(vault, [snapshot], tmp_path / "2", include=[b"*.jpg"], ignore_case=True)
    assert files_below(tmp_path / "2") == ["d", "d/x.jpg", "w.JPG"]
    bring(vault, [snapshot], tmp_path / "3", exclude=[b"/d", b"*.JPG"])
    assert files_below(tmp_path / "3") == ["e", "e/z.txt"]
    bring(vault, [snapshot], tmp_path / "4", paths=[b"/d/y.txt"])
    assert files_below(tmp_path / "4") == ["d", "d/y.txt"]


def files_below(root: Path) -> list[str]:
    return sorted(str(each.relative_to(root)) for each in root.rglob("*"))


def test_a_dry_run_counts_and_writes_nothing(made: HandMade, tmp_path: Path) -> None:
    tree = made.tree(made.folder(b"d", made.file(b"x", b"12345")), made.link(b"l", b"d"))
    result = bring(made.vault(), [made.snapshot(tree)], tmp_path / "out", dry_run=True)
    assert (result.folders, result.files, result.specials, result.bytes_written) == (1, 1, 1, 5)
    assert not (tmp_path / "out").exists()


def test_the_bytes_written_are_those_the_files_hold(made: HandMade, tmp_path: Path) -> None:
    hole = bytes(300_000)
    tree = made.tree(made.file(b"a", b"1234"), made.file(b"b", b"1234"), made.file(b"hole", hole, hole, b"x"))
    foretold = bring(made.vault(), [made.snapshot(tree)], tmp_path / "out", dry_run=True)
    result = bring(made.vault(), [made.snapshot(tree)], tmp_path / "out")
    assert (result.files, result.bytes_written) == (3, 4 + 4 + 600_001)
    assert foretold.bytes_written == result.bytes_written


def test_a_file_that_failed_counts_for_no_bytes(made: HandMade, tmp_path: Path) -> None:
    big = random.Random(7).randbytes(900_000)
    tree = made.tree(made.file(b"a", b"1234"), made.file(b"big", big))
    vault = made.vault()
    with small_disk(tmp_path / "disk", 500):
        result = bring(vault, [made.snapshot(tree)], tmp_path / "disk")
    assert (result.files, result.bytes_written, result.failed) == (1, 4, 1)


@pytest.mark.parametrize("dry_run", [False, True])
def test_only_files_count_as_there_already_whatever_is_overwritten(
    made: HandMade, tmp_path: Path, *, dry_run: bool
) -> None:
    fifo = Node(b"fifo", NodeKind.FIFO, mode=0o600, uid=os.getuid(), gid=os.getgid())
    tree = made.tree(made.file(b"a", b"1"), made.link(b"l", b"a"), fifo)
    vault, snapshot, out = made.vault(), made.snapshot(tree), tmp_path / "out"
    assert bring(vault, [snapshot], out).files == 1
    for overwrite in (Overwrite.NEVER, Overwrite.IF_CHANGED):
        assert bring(vault, [snapshot], out, overwrite=overwrite, dry_run=dry_run).kept == 1


def spoil(pack: Path, at: int) -> None:
    data = bytearray(pack.read_bytes())
    data[at] ^= 0xFF
    pack.chmod(0o600)
    pack.write_bytes(data)


def test_a_damaged_pack_is_made_good_by_the_second_copy(restic: ResticVault, tmp_path: Path) -> None:
    make_odd_tree(tmp_path / "home")
    snapshot = restic.backup(tmp_path / "home")
    shutil.copytree(restic.folder, tmp_path / "second")
    packs = [each for each in (restic.folder / "data").rglob("*") if each.is_file()]
    for number, pack in enumerate(packs):
        if number % 2:
            pack.unlink()
        else:
            spoil(pack, 100)
    result = bring(restic.open(tmp_path / "second"), [snapshot], tmp_path / "out", verify=True)
    assert not result.faults
    assert_same_tree(tmp_path / "home", f"{tmp_path}/out{tmp_path}/home")


def test_without_a_second_copy_only_the_damaged_file_is_missing(made: HandMade, tmp_path: Path) -> None:
    rng = random.Random(5)
    tree = made.tree(*(made.file(b"%02d" % n, rng.randbytes(3000), rng.randbytes(2000)) for n in range(20)))
    snapshot, vault = made.snapshot(tree), made.vault()
    place = next(place for place in vault.index.find_many(0, made_ids(vault, tree, 7)) if place)
    name = next(name for name in made.store.objects if name.id == place.pack_id.hex())
    data = bytearray(made.store.objects[name])
    data[place.offset + 20] ^= 1
    made.store.objects[name] = bytes(data)
    events: list[Event] = []
    result = bring(made.vault(), [snapshot], tmp_path / "out", events)
    assert [path for path, _ in result.faults] == [b"07"]
    assert [each.path for each in events if isinstance(each, ItemFailed)] == [b"07"]
    assert sorted(os.listdir(tmp_path / "out")) == [f"{n:02}" for n in range(20) if n != 7]


def made_ids(vault: Vault, tree: bytes, number: int) -> bytes:
    return b"".join(vault.load_tree(tree)[number].content or ())


def test_a_base_that_is_a_file_is_refused(made: HandMade, tmp_path: Path) -> None:
    tree = made.tree(made.file(b"a", b"1"))
    with pytest.raises((NotFoundError, DamagedError)):
        bring(made.vault(), [made.snapshot(tree)], tmp_path / "out", base=b"/a")


def test_a_socket_and_an_unknown_kind_do_not_stop_the_rest(made: HandMade, tmp_path: Path) -> None:
    tree = made.tree(
        Node(b"odd", "irregular"), Node(b"sock", NodeKind.SOCKET, mode=0o600), made.file(b"z", b"1")
    )
    result = bring(made.vault(), [made.snapshot(tree)], tmp_path / "out")
    assert [path for path, _ in result.faults] == [b"odd"]
    assert (tmp_path / "out" / "z").read_bytes() == b"1"
