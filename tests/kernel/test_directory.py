"""Both kernels list, compare and encode a folder of every kind of node to the same bytes."""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notou.errors import DamagedError, UsageError
from notou.kernel import reference
from notou.kernel.gotext import parse_rfc3339
from notou.kernel.treejson import decode_tree, encode_tree
from notou.model import UNKNOWN_LANE, Lane
from tests.kernel.work import Work, trees_of
from tests.support.dead_mount import dead_mount
from tests.support.odd_tree import make_odd_tree, make_socket
from tests.support.restic import Restic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

LEAP_DAY_10000_S = 253_407_398_400
LETTERS = {"file": "f", "dir": "d", "symlink": "l", "dev": "b", "chardev": "c", "fifo": "p"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    make_odd_tree(path)
    make_socket(str(path / "specials" / "socket"))
    return path


@pytest.fixture
def far_folder() -> Iterator[Path]:
    """In memory: ext4 holds no time after 2446."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        yield Path(folder)


def listed(kernel: ModuleType, path: bytes, names: list[bytes] | None = None) -> Any:
    [directory] = kernel.list_directories([(path, names)])
    assert not isinstance(directory, str), directory
    return directory


def folders(source: Path) -> list[bytes]:
    return [folder for folder, _, _ in os.walk(os.fsencode(source))]


def test_both_list_every_folder_alike(native: ModuleType, source: Path) -> None:
    for path in folders(source):
        mine, other = listed(reference, path), listed(native, path)
        for field in ("path", "names", "kinds", "sizes", "devices"):
            assert getattr(mine, field) == getattr(other, field), (path, field)
        assert mine.names == sorted(os.listdir(path))
        assert mine.matches() == other.matches() == bytes([UNKNOWN_LANE]) * len(mine.names)


def test_both_make_the_same_trees_of_the_same_blobs(native: ModuleType, source: Path, tmp_path: Path) -> None:
    works = [Work(kernel, tmp_path / kernel.KERNEL_NAME) for kernel in (reference, native)]
    roots = [work.back_up(os.fsencode(source)) for work in works]
    assert roots[0] == roots[1]
    assert works[0].trees == works[1].trees
    assert works[0].faults == works[1].faults == []
    for plain in works[0].trees.values():
        assert encode_tree(decode_tree(plain)) == plain


def test_both_write_a_leap_day_beyond_the_last_year_alike(native: ModuleType, far_folder: Path) -> None:
    """An mtime of 10000-02-29: the year 9999 has no such day, and a tree that named it could not be read."""
    (far_folder / "far").symlink_to("x")
    os.utime(far_folder / "far", (LEAP_DAY_10000_S, LEAP_DAY_10000_S), follow_symlinks=False)
    if os.lstat(far_folder / "far").st_mtime != LEAP_DAY_10000_S:
        pytest.skip(f"The file system of {far_folder} holds no such time.")
    plains = []
    for kernel in (reference, native):
        plain, faults = listed(kernel, os.fsencode(far_folder)).encode(Lane.OTHER, [0], {})
        assert not faults
        plains.append(plain)
        [node] = decode_tree(plain)
        assert node.mtime_ns == parse_rfc3339("9999-03-01T00:00:00Z")
    assert plains[0] == plains[1]


def test_the_nodes_are_those_that_restic_makes(kernel: ModuleType, source: Path, tmp_path: Path) -> None:
    """Equal but for what is Notou's to choose: where files are cut."""
    work = Work(kernel, tmp_path / "outbox")
    work.back_up(os.fsencode(source))
    restic = Restic(tmp_path / "vault", "geheim")
    restic.run("init")
    restic.run("backup", ".", cwd=source)
    theirs = trees_of(tmp_path / "vault", "geheim")
    assert sorted(map(comparable, theirs)) == sorted(map(comparable, work.trees.values()))


def comparable(plain: bytes) -> list[str]:
    nodes = decode_tree(plain)
    return [repr(replace(node, content=None if node.content is None else (), subtree=None)) for node in nodes]


def test_an_unchanged_folder_is_found_unchanged(kernel: ModuleType, source: Path, tmp_path: Path) -> None:
    work = Work(kernel, tmp_path / "outbox")
    root = work.back_up(os.fsencode(source))
    work.writer.flush()
    before = work.writer.progress()
    assert work.back_up(os.fsencode(source), parent=root) is None
    assert work.writer.progress() == before


def test_both_see_the_same_changes(native: ModuleType, source: Path, tmp_path: Path) -> None:
    works = [Work(kernel, tmp_path / kernel.KERNEL_NAME) for kernel in (reference, native)]
    path = os.fsencode(source) + b"/names"
    parents = [work.back_up(path) for work in works]
    for work in works:
        work.writer.flush()
    (source / "names" / "plain.txt").write_bytes(b"longer than it was" * 300)
    os.utime(source / "names" / "with space", ns=(1, 1))
    (source / "names" / "new").write_bytes(b"new")
    (source / "names" / "-dash").unlink()
    answers = []
    for work, parent in zip(works, parents, strict=True):
        assert parent is not None
        directory = listed(work.kernel, path)
        directory.match(Lane.OTHER, work.trees[parent], work.index)
        contents = [directory.content(number) for number in range(len(directory.names))]
        answers.append((directory.matches(), directory.parent_subtrees(Lane.OTHER), contents))
    assert answers[0] == answers[1]
    unmatched = {
        name for name, lane in zip(directory.names, directory.matches(), strict=True) if lane != Lane.OTHER
    }
    assert unmatched == {b"plain.txt", b"with space", b"new"}
    new_trees = [work.back_up(path, parent=parent) for work, parent in zip(works, parents, strict=True)]
    assert new_trees[0] == new_trees[1] not in (None, parents[0])


def test_a_file_whose_blobs_are_lost_is_not_unchanged(kernel: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_bytes(b"content")
    work = Work(kernel, tmp_path / "outbox")
    root = work.back_up(os.fsencode(source))
    assert root is not None
    directory = listed(kernel, os.fsencode(source))
    directory.match(Lane.OTHER, work.trees[root], kernel.Index([]))
    assert directory.matches() == bytes([UNKNOWN_LANE])
    assert directory.content(0) is None


def test_blobs_of_another_lane_do_not_count_and_of_no_lane_do(kernel: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_bytes(b"content")
    work = Work(kernel, tmp_path / "outbox")
    root = work.back_up(os.fsencode(source), lane=Lane.OTHER)
    assert root is not None
    work.writer.flush()
    for lane, expected in ((Lane.PHOTOS, UNKNOWN_LANE), (UNKNOWN_LANE, Lane.PHOTOS)):
        index = kernel.Index([])
        for pack_id, *_ in work.index.packs():
            index.add_pack(pack_id, Lane.OTHER if lane == Lane.PHOTOS else lane, work.index.entries(pack_id))
        directory = listed(kernel, os.fsencode(source))
        directory.match(Lane.PHOTOS, work.trees[root], index)
        assert directory.matches() == bytes([expected])


def test_an_entry_known_to_two_lanes_is_told_as_the_first(kernel: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "folder").mkdir(parents=True)
    work = Work(kernel, tmp_path / "outbox")
    root = work.back_up(os.fsencode(source))
    assert root is not None
    directory = listed(kernel, os.fsencode(source))
    for lane in (Lane.VIDEOS, Lane.PHOTOS):
        directory.match(lane, work.trees[root], work.index)
    assert directory.matches() == bytes([Lane.PHOTOS])
    assert directory.parent_subtrees(Lane.VIDEOS) == directory.parent_subtrees(Lane.PHOTOS)
    assert directory.parent_subtrees(Lane.OTHER) == {}


def test_a_parent_in_other_words_is_kept_byte_for_byte(kernel: ModuleType, tmp_path: Path) -> None:
    """restic writes local time: what did not change keeps its bytes, and its blob is not stored again."""
    source = tmp_path / "source"
    source.mkdir()
    os.symlink("target", source / "link")
    os.utime(source / "link", ns=(0, 1_700_000_000_000_000_000), follow_symlinks=False)
    work = Work(kernel, tmp_path / "outbox")
    root = work.back_up(os.fsencode(source))
    assert root is not None
    theirs = work.trees[root].replace(b"2023-11-14T22:13:20Z", b"2023-11-15T09:13:20+11:00")
    assert theirs != work.trees[root]
    directory = listed(kernel, os.fsencode(source))
    directory.match(Lane.OTHER, theirs, work.index)
    assert directory.encode(Lane.OTHER, [0], {}) == (None, [])
    (source / "new").symlink_to("target")
    directory = listed(kernel, os.fsencode(source))
    directory.match(Lane.OTHER, theirs, work.index)
    plain, faults = directory.encode(Lane.OTHER, [0, 1], {})
    assert faults == []
    assert theirs[: -len(b"]}\n")] in plain


def test_fewer_entries_or_another_subtree_make_a_new_tree(kernel: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "folder").mkdir(parents=True)
    (source / "link").symlink_to("x")
    work = Work(kernel, tmp_path / "outbox")
    root = work.back_up(os.fsencode(source))
    assert root is not None
    directory = listed(kernel, os.fsencode(source))
    directory.match(Lane.OTHER, work.trees[root], work.index)
    subtrees = directory.parent_subtrees(Lane.OTHER)
    assert directory.encode(Lane.OTHER, [1], subtrees) == (None, [])
    fewer, _ = directory.encode(Lane.OTHER, [], subtrees)
    other, _ = directory.encode(Lane.OTHER, [1], {0: bytes(32)})
    assert [node.name for node in decode_tree(fewer)] == [b"folder"]
    assert decode_tree(other)[0].subtree == bytes(32)


def test_only_the_names_given_are_listed_and_only_if_they_are_there(kernel: ModuleType, source: Path) -> None:
    names = [b"sizes", b"nothing like it", b"names", b"names", b"..", b"a/b", b"x" * 300]
    assert listed(kernel, os.fsencode(source), names).names == [b"names", b"sizes"]


def test_what_cannot_be_listed_says_why_and_does_not_name_itself(kernel: ModuleType, source: Path) -> None:
    os.symlink("names", source / "way")
    paths = [b"/nonexistent/folder", os.fsencode(source / "names" / "plain.txt"), os.fsencode(source / "way")]
    for path, answer in zip(paths, kernel.list_directories([(path, None) for path in paths]), strict=True):
        assert isinstance(answer, str)
        assert answer.startswith("cannot be read: ")
        assert os.fsdecode(path) not in answer
        assert answer.endswith(".")


def test_what_gives_no_lstat_is_told_and_the_rest_of_the_folder_is_listed(
    kernel: ModuleType, tmp_path: Path
) -> None:
    for name in ("a", "z"):
        (tmp_path / name).write_bytes(b"x")
    path = os.fsencode(tmp_path)
    with dead_mount(tmp_path / "server"):
        for names in (None, [b"a", b"server", b"server", b"z", b"gone"]):
            directory = listed(kernel, path, names)
            assert directory.names == [b"a", b"z"]
            reason = os.strerror(errno.ENOTCONN).lower()
            assert directory.unreadable == [(path + b"/server", f"cannot be read: {reason}.")]
        [itself] = kernel.list_directories([(path + b"/server", None)])
        assert isinstance(itself, str)
    assert listed(kernel, path).unreadable == []


def test_a_link_that_vanished_is_a_fault_and_the_rest_is_encoded(kernel: ModuleType, tmp_path: Path) -> None:
    for name in ("gone", "here"):
        (tmp_path / name).symlink_to("x")
    directory = listed(kernel, os.fsencode(tmp_path))
    (tmp_path / "gone").unlink()
    plain, [(path, sentence)] = directory.encode(Lane.OTHER, [0, 1], {})
    assert [node.name for node in decode_tree(plain)] == [b"here"]
    assert path == os.fsencode(tmp_path / "gone")
    assert sentence == "cannot be read: no such file or directory."


def test_a_file_without_content_is_left_out(kernel: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert listed(kernel, os.fsencode(tmp_path)).encode(Lane.OTHER, [0], {}) == (b'{"nodes":[]}\n', [])


def test_entries_that_are_not_there_and_folders_without_subtree_are_refused(
    kernel: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    directory = listed(kernel, os.fsencode(tmp_path))
    for entries, subtrees in (([1], {}), ([0], {}), ([], {1: bytes(32)})):
        with pytest.raises(UsageError):
            directory.encode(Lane.OTHER, entries, subtrees)
    with pytest.raises(UsageError):
        directory.content(1)


def test_a_hostile_parent_is_damage(kernel: ModuleType, tmp_path: Path) -> None:
    directory = listed(kernel, os.fsencode(tmp_path))
    for plain in (b"", b"[]", b'{"nodes":[7]}', b'{"nodes":' + b"[" * 100_000):
        with pytest.raises(DamagedError):
            directory.match(Lane.OTHER, plain, kernel.Index([]))


def test_a_path_longer_than_the_system_takes_is_backed_up(
    kernel: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = 25
    monkeypatch.chdir(tmp_path)
    for _ in range(depth):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    with open("file", "wb") as file:
        file.write(b"deep content")
    os.symlink("file", "link")
    os.chdir(tmp_path)
    work = Work(kernel, tmp_path / "outbox")
    assert work.back_up(os.fsencode(tmp_path / ("d" * 200)))
    assert work.faults == []
    deepest = [plain for plain in work.trees.values() if b'"file"' in plain]
    assert [node.name for node in decode_tree(deepest[0])] == [b"file", b"link"]
