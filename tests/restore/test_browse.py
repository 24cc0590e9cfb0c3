"""What snapshots are said to hold: in order, merged, bounded."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from notou.errors import DamagedError, NotFoundError, UsageError
from notou.kernel.treejson import encode_tree
from notou.model import Node, NodeKind
from notou.restore.browse import Query, find, list_items
from notou.restore.diff import Difference, diff
from notou.restore.dump import dump
from notou.vault.snapshot import Snapshot
from tests.restore.vaults import HandMade

BASE = 1_700_000_000_000_000_000


@pytest.fixture
def made(tmp_path: Path) -> HandMade:
    return HandMade(tmp_path / "outbox")


def test_the_same_folder_in_two_lanes_is_one_in_order(made: HandMade) -> None:
    photos = made.tree(made.folder(b"d", made.file(b"b.jpg", b"1")), made.file(b"z.jpg", b"2"))
    texts = made.tree(made.folder(b"d", made.file(b"a.txt", b"3")), made.file(b"c.txt", b"4"))
    vault, snapshots = made.vault(), [made.snapshot(photos), made.snapshot(texts)]
    paths = [item.path for item in list_items(vault, snapshots)]
    assert paths == [b"/c.txt", b"/d", b"/d/a.txt", b"/d/b.jpg", b"/z.jpg"]
    assert [item.path for item in list_items(vault, snapshots, recursive=False)] == [
        b"/c.txt",
        b"/d",
        b"/z.jpg",
    ]
    assert [item.path for item in list_items(vault, snapshots, b"/d/")] == [b"/d", b"/d/a.txt", b"/d/b.jpg"]
    with pytest.raises(NotFoundError):
        list(list_items(vault, snapshots, b"/d/none"))


def test_the_newest_snapshots_entry_stands(made: HandMade) -> None:
    old, new = made.tree(made.file(b"a", b"old")), made.tree(made.file(b"a", b"newer"))
    vault = made.vault()
    items = list(list_items(vault, [made.snapshot(old, BASE), made.snapshot(new, BASE + 1)]))
    assert [(item.node.size, item.snapshot.time_ns) for item in items] == [(5, BASE + 1)]


class Circle:
    """Trees of which one contains itself, which no honest hash allows."""

    def load_trees_plain(self, tree_ids: Sequence[bytes], /) -> list[bytes]:
        inner = Node(b"again", NodeKind.DIR, subtree=bytes(32))
        return [encode_tree([inner]) for _ in tree_ids]


def test_a_tree_inside_itself_ends_in_a_sentence() -> None:
    with pytest.raises(DamagedError, match="contains itself"):
        list(list_items(Circle(), [Snapshot(BASE, bytes(32), ("/",))]))


class Endless:
    """A tree at every depth, never the same."""

    def load_trees_plain(self, tree_ids: Sequence[bytes], /) -> list[bytes]:
        following = [(int.from_bytes(each, "big") + 1).to_bytes(32, "big") for each in tree_ids]
        return [encode_tree([Node(b"n" * 200, NodeKind.DIR, subtree=each)]) for each in following]


def test_a_tree_without_end_ends_in_a_sentence() -> None:
    with pytest.raises(DamagedError, match="deeper"):
        list(list_items(Endless(), [Snapshot(BASE, bytes(32), ("/",))]))


def test_find_holds_names_paths_kinds_times_and_ids(made: HandMade) -> None:
    file = made.file(b"Letter.TXT", b"words", mtime_ns=BASE)
    inner = made.folder(b"inner", made.file(b"y.txt", b"2", mtime_ns=BASE + 5))
    tree = made.tree(made.folder(b"d", file, inner), made.file(b"x.txt", b"1", mtime_ns=BASE + 5))
    vault, snapshots = made.vault(), [made.snapshot(tree)]
    blob = (file.content or ())[0].hex()

    def found(query: Query) -> list[bytes]:
        return [item.path for item in find(vault, snapshots, query)]

    assert found(Query([b"*.txt"])) == [b"/d/inner/y.txt", b"/x.txt"]
    assert found(Query([b"*.txt"], ignore_case=True)) == [
        b"/d/Letter.TXT",
        b"/d/inner/y.txt",
        b"/x.txt",
    ]
    assert found(Query([b"/d/*.TXT"])) == [b"/d/Letter.TXT"]
    assert found(Query([b"inner/*.txt"])) == [b"/d/inner/y.txt"]
    assert found(Query([b"d/inner/"])) == [b"/d/inner"]
    assert found(Query([b"nner/*.txt"])) == []
    assert found(Query(kinds=["dir"])) == [b"/d", b"/d/inner"]
    assert found(Query(kinds=["file"], newer_ns=BASE + 1)) == [b"/d/inner/y.txt", b"/x.txt"]
    assert found(Query(kinds=["file"], older_ns=BASE + 1)) == [b"/d/Letter.TXT"]
    assert found(Query(blobs=[blob[:8]])) == [b"/d/Letter.TXT"]


def test_diff_names_each_kind_of_change_with_its_bytes(made: HandMade) -> None:
    same = made.folder(b"same", made.file(b"s", b"s"))
    before = made.tree(
        same,
        made.file(b"gone", b"12345"),
        made.file(b"grown", b"head", b"tail"),
        made.file(b"touched", b"t"),
        made.file(b"turned", b"f"),
    )
    after = made.tree(
        same,
        made.file(b"fresh", b"123"),
        made.file(b"grown", b"head", b"longer tail"),
        made.file(b"touched", b"t", mode=0o600),
        made.folder(b"turned", made.file(b"in", b"i")),
    )
    changes = list(diff(made.vault(), [made.snapshot(before)], [made.snapshot(after)]))
    assert [(each.path, each.difference, each.bytes_added, each.bytes_removed) for each in changes] == [
        (b"/fresh", Difference.ADDED, 3, 0),
        (b"/gone", Difference.REMOVED, 0, 5),
        (b"/grown", Difference.MODIFIED, 11, 4),
        (b"/touched", Difference.METADATA, 0, 0),
        (b"/turned", Difference.TYPE, 0, 1),
        (b"/turned/in", Difference.ADDED, 1, 0),
    ]


def test_dump_writes_a_file_as_it_is_and_nothing_for_a_link(made: HandMade) -> None:
    tree = made.tree(made.folder(b"d", made.file(b"f", b"one", b"two")), made.link(b"l", b"d"))
    vault, output = made.vault(), io.BytesIO()
    dump(vault, [made.snapshot(tree)], b"/d/f", output)
    assert output.getvalue() == b"onetwo"
    with pytest.raises(UsageError):
        dump(vault, [made.snapshot(tree)], b"/l", output)


def test_dump_of_a_folder_is_a_tar_that_keeps_odd_names_links_attributes_and_nanoseconds(
    made: HandMade,
) -> None:
    same = {"inode": 7, "device_id": 8, "links": 2}
    attributes = (("user.raw", b"\xff\x00\n"),)
    tree = made.tree(
        made.folder(
            b"d",
            made.file(b"\xff odd", b"odd", xattrs=attributes),
            made.file(b"one", b"both", **same),
            made.file(b"two", b"both", **same),
            made.link(b"way", b"\xfe out"),
        )
    )
    output = io.BytesIO()
    dump(made.vault(), [made.snapshot(tree)], b"/d", output)
    output.seek(0)
    with tarfile.open(fileobj=output, encoding="utf-8", errors="surrogateescape") as archive:
        members = {each.name.encode("utf-8", "surrogateescape"): each for each in archive.getmembers()}
        assert list(members) == [b"d", b"d/one", b"d/two", b"d/way", b"d/\xff odd"]
        odd = members[b"d/\xff odd"]
        read = archive.extractfile(odd)
        assert read is not None
        assert read.read() == b"odd"
    assert odd.pax_headers["mtime"] == "1700000000.000000001"
    assert odd.pax_headers["SCHILY.xattr.user.raw"].encode("utf-8", "surrogateescape") == b"\xff\x00\n"
    assert (members[b"d/two"].islnk(), members[b"d/two"].linkname) == (True, "d/one")
    assert members[b"d/way"].linkname.encode("utf-8", "surrogateescape") == b"\xfe out"
