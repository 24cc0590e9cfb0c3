"""Listing, comparing and encoding directories: against stock restic, and against hostile parents."""

from __future__ import annotations

import json
import os
import re
import tempfile
from typing import TYPE_CHECKING

import pytest

from notou.errors import DamagedError, UsageError
from notou.model import Lane
from tests.kernel.work import store
from tests.support.odd_tree import make_odd_tree
from tests.support.restic import Restic

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType
    from typing import Any

LANE = Lane.DOCUMENTS


def listed(native: ModuleType, folder: Path) -> Any:
    (directory,) = native.list_directories([(os.fsencode(folder), None)])
    return directory


def encoded(native: ModuleType, folder: Path, subtrees: dict[int, bytes] | None = None) -> tuple[bytes, Any]:
    """(the tree of a folder, written by the kernel from nothing; its index)."""
    index = native.Index([lane.label for lane in Lane])
    rules = [("pages", 1 << 19, 0, 0)] * len(Lane)
    directory = listed(native, folder)
    files = [number for number, kind in enumerate(directory.kinds) if kind == ord("f")]
    with tempfile.TemporaryDirectory() as outbox:
        writer = native.Writer(
            bytes(range(64)), bytes(32), index, os.fsencode(outbox), rules, 1 << 20, 3, past_cache=False
        )
        assert store(writer, LANE, [(directory, files)]) == []
        writer.flush()
    others = [number for number, kind in enumerate(directory.kinds) if kind != ord("d")]
    tree, faults = directory.encode(LANE, others, subtrees or {})
    assert faults == []
    return tree, index


def test_every_kind_of_node_is_encoded_as_restic_encodes_it(native: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    make_odd_tree(folder)
    restic = Restic(tmp_path / "vault", "secret")
    restic.run("init")
    restic.run("backup", "odd", cwd=tmp_path)
    (snapshot,) = json.loads(restic.output("snapshots", "--json"))
    (top,) = json.loads(restic.output("cat", "blob", snapshot["tree"]))["nodes"]
    compared = 0
    todo = [(folder, top["subtree"])]
    while todo:
        path, tree = todo.pop()
        theirs = restic.output("cat", "blob", tree)
        directory = listed(native, path)
        subtrees = directory_subtrees(native, directory, theirs)
        assert without_content(encoded(native, path, subtrees)[0]) == without_content(theirs)
        compared += theirs.count(b'"type":')
        names = directory.names
        todo += [(path / os.fsdecode(names[entry]), subtree.hex()) for entry, subtree in subtrees.items()]
    assert compared > 50


def without_content(tree: bytes) -> bytes:
    """Large files are cut elsewhere than restic cuts them; whether there is content must still agree."""
    return re.sub(rb'"content":\["[0-9a-f",]*\]', b'"content":["..."]', tree)


def directory_subtrees(native: ModuleType, directory: Any, parent: bytes) -> dict[int, bytes]:
    """entry number → subtree, as the parent tree says."""
    directory.match(LANE, parent, native.Index([]))
    subtrees: dict[int, bytes] = directory.parent_subtrees(LANE)
    return subtrees


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / name).write_text(name)
    return folder


def test_an_unchanged_directory_is_not_encoded_again(native: ModuleType, folder: Path) -> None:
    tree, index = encoded(native, folder)
    again = listed(native, folder)
    again.match(LANE, tree, index)
    assert again.matches() == bytes([LANE] * 3)
    assert again.encode(LANE, [0, 1, 2], {}) == (None, [])
    assert again.encode(LANE, [0, 2], {})[0] != tree
    assert again.encode(LANE, [0, 1, 2], {})[0] is None


@pytest.mark.parametrize("change", ["mtime", "size", "inode", "kind", "ctime"])
def test_each_sign_of_change_is_seen(native: ModuleType, folder: Path, change: str) -> None:
    tree, index = encoded(native, folder)
    file, stat = folder / "b", os.stat(folder / "b")
    if change == "mtime":
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    elif change == "size":
        file.write_text("bb")
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    elif change == "inode":
        (folder.parent / "new").write_text("b")
        os.utime(folder.parent / "new", ns=(stat.st_atime_ns, stat.st_mtime_ns))
        os.rename(folder.parent / "new", file)
    elif change == "kind":
        file.unlink()
        os.mkfifo(file)
    else:
        file.chmod(0o600)
    again = listed(native, folder)
    again.match(LANE, tree, index)
    assert again.matches() == bytes([LANE, 255, LANE])


def test_a_file_whose_blobs_are_lost_is_not_taken_as_unchanged(native: ModuleType, folder: Path) -> None:
    tree, _ = encoded(native, folder)
    again = listed(native, folder)
    again.match(LANE, tree, native.Index([lane.label for lane in Lane]))
    assert again.matches() == bytes([255] * 3)
    assert again.content(0) is None


def test_hostile_parent_trees_are_damage_and_change_nothing(native: ModuleType, folder: Path) -> None:
    tree, index = encoded(native, folder)
    nodes = json.loads(tree)["nodes"]
    hostile = [
        b"",
        tree[:-5],
        tree + b"x",
        json.dumps({"nodes": nodes[::-1]}).encode(),
        json.dumps({"nodes": [nodes[0], nodes[0]]}).encode(),
        json.dumps({"nodes": [{**nodes[0], "content": ["zz"]}]}).encode(),
        json.dumps({"nodes": [{**nodes[0], "name": "\\q"}]}).encode(),
        b'{"nodes":' + b"[" * 100_000,
    ]
    again = listed(native, folder)
    for plain in hostile:
        with pytest.raises(DamagedError):
            again.match(LANE, plain, index)
    assert again.matches() == bytes([255] * 3)


def test_names_given_are_listed_alone_and_links_are_not_followed(native: ModuleType, folder: Path) -> None:
    path = os.fsencode(folder)
    names = [b"c", b"a", b"absent", b"..", b"x/y", b"", b"a"]
    (some,) = native.list_directories([(path, names)])
    assert some.names == [b"a", b"c"]
    link = folder.parent / "link"
    link.symlink_to(folder)
    (refused,) = native.list_directories([(os.fsencode(link), None)])
    assert isinstance(refused, str)
    (absent,) = native.list_directories([(path + b"/nowhere", None)])
    assert absent == "cannot be read: no such file or directory."


def test_a_folder_needs_its_subtree_and_entries_must_exist(native: ModuleType, folder: Path) -> None:
    (folder / "d").mkdir()
    directory = listed(native, folder)
    with pytest.raises(UsageError):
        directory.encode(LANE, [3], {})
    with pytest.raises(UsageError):
        directory.encode(LANE, [9], {})
    with pytest.raises(UsageError):
        directory.encode(LANE, [], {9: bytes(32)})
    tree, _ = directory.encode(LANE, [], {3: bytes(32)})
    assert [node["name"] for node in json.loads(tree)["nodes"]] == ["d"]


def test_what_vanishes_before_it_is_encoded_is_a_fault(native: ModuleType, folder: Path) -> None:
    (folder / "link").symlink_to("x")
    directory = listed(native, folder)
    (folder / "link").unlink()
    tree, faults = directory.encode(LANE, [3], {})
    assert tree == b'{"nodes":[]}\n'
    assert [path for path, _ in faults] == [os.fsencode(folder / "link")]
