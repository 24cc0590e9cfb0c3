"""Both kernels restore alike, nothing leaves the target, and what cannot be restored is said."""

from __future__ import annotations

import hashlib
import os
import random
import stat
from typing import TYPE_CHECKING, Any

import pytest

from notou.errors import UsageError
from notou.kernel.treejson import decode_tree
from notou.model import BlobEntry, BlobKind, Node
from tests.kernel.work import KEY, Work
from tests.support.compare import assert_same_tree
from tests.support.odd_tree import make_odd_tree

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

LETTERS = {"file": "f", "dir": "d", "symlink": "l", "dev": "b", "chardev": "c", "fifo": "p"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "target"
    path.mkdir()
    return path


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the target, with one file; must stay as it is."""
    path = tmp_path / "outside"
    path.mkdir()
    (path / "precious").write_bytes(b"precious")
    return path


def target_of(kernel: ModuleType, root: Path) -> Any:
    return kernel.Target(os.fsencode(root))


def pack_of(kernel: ModuleType, blobs: list[bytes]) -> tuple[bytes, list[BlobEntry]]:
    """The bytes of a pack without its header, and its entries in the order of ``blobs``."""
    sealed = [kernel.seal(KEY, blob) for blob in blobs]
    entries, offset = [], 0
    for blob, part in zip(blobs, sealed, strict=True):
        entries.append(BlobEntry(0, hashlib.sha256(blob).digest(), offset, len(part), 0))
        offset += len(part)
    return b"".join(sealed), entries


# ---------------------------------------------------------------- a whole folder


class Restorer:
    """Restores the trees of a Work with nothing but a Target."""

    def __init__(self, work: Work, kernel: ModuleType, root: Path) -> None:
        self.work = work
        self.target = target_of(kernel, root)
        self.links: dict[tuple[int, int], bytes] = {}
        self.finish: list[tuple[Any, ...]] = []

    def run(self, tree_id: bytes) -> None:
        self.folder(tree_id, b"")
        assert self.target.finish(self.finish) == []
        self.target.sync()

    def folder(self, tree_id: bytes, prefix: bytes) -> None:
        for node in decode_tree(self.work.trees[tree_id]):
            path = prefix + node.name
            if node.kind == "dir":
                assert node.subtree is not None
                assert self.target.make_directories([path]) == []
                self.folder(node.subtree, path + b"/")
            elif node.kind == "file":
                self.file(path, node)
            else:
                item = (path, LETTERS[node.kind], node.link_target, node.device)
                assert self.target.make_special([item]) == []
            self.finish.append(finishing(path, node))

    def file(self, path: bytes, node: Node) -> None:
        first = self.links.setdefault((node.inode, node.device_id), path)
        if node.links > 1 and first != path:
            assert self.target.link([(first, path)]) == []
            return
        if not node.content:
            assert self.target.create_empty([path]) == []
            return
        offset, pieces = 0, []
        for blob_id in node.content:
            [place] = self.work.index.find(BlobKind.DATA, blob_id)
            entry = BlobEntry(BlobKind.DATA, blob_id, place.offset, place.length, place.plain_length)
            data = self.work.pack(place.pack_id)[entry.offset : entry.offset + entry.length]
            answer = self.target.write(
                KEY, data, entry.offset, [entry], [(path, node.size)], [(0, 0, offset)]
            )
            assert answer == ([], [])
            pieces.append((blob_id, entry.plain_length or entry.length - 32))
            offset += pieces[-1][1]
        assert self.target.verify([(path, pieces)]) == []


def finishing(path: bytes, node: Node) -> tuple[Any, ...]:
    xattrs = [(os.fsencode(name), value) for name, value in node.xattrs]
    size = node.size if node.kind == "file" else -1
    owner = (node.uid, node.gid)
    return (path, LETTERS[node.kind], size, node.mode, *owner, node.atime_ns, node.mtime_ns, xattrs)


def test_what_one_kernel_stored_the_other_restores_exactly(
    pair: tuple[ModuleType, ModuleType], tmp_path: Path, root: Path
) -> None:
    writer, reader = pair
    make_odd_tree(tmp_path / "source")
    work = Work(writer, tmp_path / "outbox")
    tree_id = work.back_up(os.fsencode(tmp_path / "source"))
    work.writer.flush()
    assert tree_id is not None
    restorer = Restorer(work, reader, root)
    # entries before the folders that hold them, so that the folders' times stay
    restorer.run(tree_id)
    os.utime(root, ns=(0, os.stat(tmp_path / "source").st_mtime_ns))
    assert_same_tree(tmp_path / "source", root)


# ---------------------------------------------------------------- content


def test_one_blob_goes_to_many_places_and_many_blobs_to_one_file(kernel: ModuleType, root: Path) -> None:
    blobs = [b"first", b"second", b"third"]
    data, entries = pack_of(kernel, blobs)
    files = [(b"a", 16), (b"b", 5)]
    placements = [(0, 0, 0), (1, 0, 5), (2, 0, 11), (0, 1, 0)]
    assert target_of(kernel, root).write(KEY, data, 0, entries, files, placements) == ([], [])
    assert (root / "a").read_bytes() == b"firstsecondthird"
    assert (root / "b").read_bytes() == b"first"
    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o600


def test_a_file_is_written_over_several_calls(kernel: ModuleType, root: Path) -> None:
    target = target_of(kernel, root)
    blobs = [random.Random(1).randbytes(10_000), bytes(50_000), b"end"]
    for number, offset in ((2, 60_000), (0, 0), (1, 10_000)):
        data, entries = pack_of(kernel, blobs)
        placement = [(number, 0, offset)]
        assert target.write(KEY, data, 0, entries, [(b"file", 60_003)], placement) == ([], [])
    assert (root / "file").read_bytes() == b"".join(blobs)


def test_zeros_become_holes_in_new_files_and_are_written_over_old_ones(
    kernel: ModuleType, root: Path
) -> None:
    blob = b"x" * 100 + bytes(8 << 20) + b"y" * 100
    data, entries = pack_of(kernel, [blob])
    (root / "old").write_bytes(b"o" * len(blob))
    files = [(b"new", len(blob)), (b"old", len(blob))]
    assert target_of(kernel, root).write(KEY, data, 0, entries, files, [(0, 0, 0), (0, 1, 0)]) == ([], [])
    for name in ("new", "old"):
        assert (root / name).read_bytes() == blob
    assert (root / "new").stat().st_blocks * 512 < 1 << 20


def test_a_damaged_blob_is_told_and_the_others_are_written(kernel: ModuleType, root: Path) -> None:
    data, entries = pack_of(kernel, [b"good", b"hurt"])
    hurt = bytearray(data)
    hurt[entries[1].offset + 18] ^= 1
    files = [(b"a", 4), (b"b", 4)]
    damaged, faults = target_of(kernel, root).write(
        KEY, bytes(hurt), 0, entries, files, [(0, 0, 0), (1, 1, 0)]
    )
    assert [number for number, _ in damaged] == [1]
    assert entries[1].id.hex() in damaged[0][1]
    assert faults == []
    assert (root / "a").read_bytes() == b"good"


def test_content_beyond_the_end_of_its_file_is_a_fault(kernel: ModuleType, root: Path) -> None:
    data, entries = pack_of(kernel, [b"content"])
    _, faults = target_of(kernel, root).write(KEY, data, 0, entries, [(b"a", 6)], [(0, 0, 0)])
    assert [path for path, _ in faults] == [b"a"]


def test_placements_that_name_nothing_are_refused(kernel: ModuleType, root: Path) -> None:
    data, entries = pack_of(kernel, [b"content"])
    for placement in ((1, 0, 0), (0, 1, 0)):
        with pytest.raises(UsageError):
            target_of(kernel, root).write(KEY, data, 0, entries, [(b"a", 7)], [placement])


def test_reading_back_finds_what_differs(kernel: ModuleType, root: Path) -> None:
    (root / "file").write_bytes(b"firstsecond")
    first, second = hashlib.sha256(b"first").digest(), hashlib.sha256(b"second").digest()
    target = target_of(kernel, root)
    assert target.verify([(b"file", [(first, 5), (second, 6)])]) == []
    for pieces in (
        [(second, 5), (second, 6)],
        [(first, 5)],
        [(first, 5), (second, 7)],
        [(first, 5), (first, 6)],
    ):
        assert [path for path, _ in target.verify([(b"file", pieces)])] == [b"file"]
    assert [path for path, _ in target.verify([(b"absent", [])])] == [b"absent"]


# ---------------------------------------------------------------- nodes and metadata


def test_what_is_in_the_way_is_replaced_but_for_folders(kernel: ModuleType, root: Path) -> None:
    target = target_of(kernel, root)
    for name in ("folder", "link", "fifo", "empty"):
        (root / name).write_bytes(b"in the way")
    (root / "kept").mkdir()
    (root / "first").write_bytes(b"x")
    assert target.make_directories([b"folder", b"kept", b"kept"]) == []
    assert target.make_special([(b"link", "l", b"to \xff", 0), (b"fifo", "p", b"", 0)]) == []
    assert target.create_empty([b"empty"]) == []
    assert (root / "folder").is_dir()
    assert os.readlink(os.fsencode(root) + b"/link") == b"to \xff"
    assert (root / "fifo").is_fifo()
    assert (root / "empty").read_bytes() == b""
    assert target.link([(b"first", b"empty"), (b"first", b"empty"), (b"first", b"second")]) == []
    assert (root / "first").stat().st_nlink == 3
    faults = (
        target.create_empty([b"kept"])
        + target.remove([b"kept"])
        + target.make_special([(b"kept", "p", b"", 0)])
    )
    assert [path for path, _ in faults] == [b"kept"] * 3
    assert target.remove([b"link", b"not there", b"no/folder"]) == []
    assert not os.path.lexists(root / "link")


def test_stat_tells_what_is_there(kernel: ModuleType, root: Path) -> None:
    (root / "file").write_bytes(b"12345")
    (root / "link").symlink_to("file")
    os.utime(root / "file", ns=(1, 1_700_000_000_000_000_001))
    found = target_of(kernel, root).stat([b"file", b"link", b"absent", b"link/below", b"file/below"])
    assert found[0] == ("f", 5, 1_700_000_000_000_000_001)
    assert found[1] is not None
    assert found[1][:2] == ("l", 4)
    assert found[2:] == [None] * 3


def test_metadata_are_set_to_the_nanosecond(kernel: ModuleType, root: Path) -> None:
    (root / "file").touch()
    (root / "folder").mkdir()
    (root / "link").symlink_to("x")
    times = (1_000_000_000_123_456_789, -86_399_999_999_999)
    items = [
        (b"file", "f", 7, 0o400, -1, -1, *times, [(b"user.notou", b"\xff")]),
        (b"folder", "d", -1, 0o1750, -1, -1, *times, []),
        (b"link", "l", -1, 0o777, -1, -1, *times, []),
    ]
    assert target_of(kernel, root).finish(items) == []
    for name, mode, size in (("file", 0o400, 7), ("folder", 0o1750, None), ("link", None, None)):
        there = os.lstat(root / name)
        assert there.st_mtime_ns == times[1]
        assert mode is None or stat.S_IMODE(there.st_mode) == mode
        assert size is None or there.st_size == size
    assert os.getxattr(root / "file", "user.notou") == b"\xff"


def test_an_attribute_that_cannot_be_set_is_told_and_the_rest_is_set(kernel: ModuleType, root: Path) -> None:
    (root / "file").touch()
    attributes = [(b"nonsense", b"x"), (b"user.\0", b"x"), (b"user.good", b"y")]
    item = (b"file", "f", 0, 0o640, -1, -1, 5, 6, attributes)
    faults = target_of(kernel, root).finish([item])
    assert {path for path, _ in faults} == {b"file"}
    assert faults[0][1].startswith("was restored without its extended attribute nonsense: ")
    assert os.getxattr(root / "file", "user.good") == b"y"
    assert (root / "file").stat().st_mtime_ns == 6
    assert stat.S_IMODE((root / "file").stat().st_mode) == 0o640


def test_faults_do_not_name_what_they_are_of(kernel: ModuleType, root: Path) -> None:
    path = b"peculiar/name"
    data, entries = pack_of(kernel, [b"overwritten"])
    target = target_of(kernel, root)
    for fault in (
        target.make_directories([path]),
        target.create_empty([path]),
        target.link([(b"nothing", path)]),
        target.make_special([(path, "l", b"x", 0)]),
        target.write(KEY, data, 0, entries, [(path, 11)], [(0, 0, 0)])[1],
        target.finish([(path, "f", 0, 0, -1, -1, 0, 0, [])]),
        target.verify([(path, [])]),
    ):
        [(named, sentence)] = fault
        assert named == path
        assert "could not be restored: " in sentence or "cannot be restored: " in sentence
        assert "peculiar" not in sentence


def test_another_kind_of_entry_is_not_given_the_metadata(kernel: ModuleType, root: Path) -> None:
    (root / "folder").mkdir(mode=0o755)
    faults = target_of(kernel, root).finish([(b"folder", "f", 0, 0, -1, -1, 0, 0, [])])
    assert [path for path, _ in faults] == [b"folder"]
    assert stat.S_IMODE((root / "folder").stat().st_mode) == 0o755


# ---------------------------------------------------------------- nothing leaves the target


BAD_PATHS = [
    b"",
    b".",
    b"..",
    b"../outside/new",
    b"/etc/new",
    b"a/../../outside/new",
    b"./a",
    b"a//b",
    b"a/",
    b"nul\0",
]


def attempts(target: Any, kernel: ModuleType, path: bytes) -> list[list[tuple[bytes, str]]]:
    """Everything that can be asked for at one path, with its faults."""
    data, entries = pack_of(kernel, [b"overwritten"])
    return [
        target.make_directories([path]),
        target.create_empty([path]),
        target.write(KEY, data, 0, entries, [(path, 11)], [(0, 0, 0)])[1],
        target.make_special([(path, "l", b"x", 0)]),
        target.link([(b"inside", path)]),
        target.link([(path, b"fresh")]),
        target.finish([(path, "f", 0, 0, -1, -1, 0, 0, [])]),
        target.verify([(path, [])]),
    ]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_paths_that_lead_out_are_faults(kernel: ModuleType, root: Path, outside: Path, path: bytes) -> None:
    (root / "inside").write_bytes(b"inside")
    (root / "a").mkdir()
    target = target_of(kernel, root)
    for faults in attempts(target, kernel, path):
        assert len(faults) == 1
        assert faults[0][1].endswith(".")
    assert target.stat([path]) == [None]
    target.remove([path])
    assert sorted(os.listdir(root)) == ["a", "inside"]
    assert os.listdir(outside) == ["precious"]


def test_links_on_the_way_are_not_followed(kernel: ModuleType, root: Path, outside: Path) -> None:
    (root / "inside").write_bytes(b"inside")
    (root / "way").symlink_to(outside)
    target = target_of(kernel, root)
    for path in (b"way/precious", b"way/new"):
        for faults in attempts(target, kernel, path):
            assert len(faults) == 1
        target.remove([path])
    assert target.stat([b"way/precious"]) == [None]
    assert os.listdir(outside) == ["precious"]
    assert (outside / "precious").read_bytes() == b"precious"


def test_a_link_in_the_last_place_is_not_followed(kernel: ModuleType, root: Path, outside: Path) -> None:
    data, entries = pack_of(kernel, [b"overwritten"])
    (root / "link").symlink_to(outside / "precious")
    os.chmod(outside / "precious", 0o640)
    target = target_of(kernel, root)
    assert len(target.write(KEY, data, 0, entries, [(b"link", 11)], [(0, 0, 0)])[1]) == 1
    assert len(target.finish([(b"link", "f", 0, 0o777, -1, -1, 0, 0, [])])) == 1
    assert len(target.verify([(b"link", [(hashlib.sha256(b"precious").digest(), 8)])])) == 1
    assert target.finish([(b"link", "l", -1, 0o777, -1, -1, 1, 1, [])]) == []
    there = (outside / "precious").stat()
    assert (outside / "precious").read_bytes() == b"precious"
    assert stat.S_IMODE(there.st_mode) == 0o640
    assert there.st_mtime_ns != 1


def test_a_file_with_names_elsewhere_is_not_written_over(
    kernel: ModuleType, root: Path, outside: Path
) -> None:
    data, entries = pack_of(kernel, [b"overwritten"])
    os.link(outside / "precious", root / "shared")
    target = target_of(kernel, root)
    assert len(target.write(KEY, data, 0, entries, [(b"shared", 11)], [(0, 0, 0)])[1]) == 1
    assert len(target.finish([(b"shared", "f", 0, 0o600, -1, -1, 0, 0, [])])) == 1
    assert (outside / "precious").read_bytes() == b"precious"
    assert target.create_empty([b"shared"]) == []
    assert (outside / "precious").read_bytes() == b"precious"


def test_a_fifo_or_device_in_the_way_is_not_written_to(kernel: ModuleType, root: Path) -> None:
    data, entries = pack_of(kernel, [b"overwritten"])
    os.mkfifo(root / "fifo")
    target = target_of(kernel, root)
    assert len(target.write(KEY, data, 0, entries, [(b"fifo", 11)], [(0, 0, 0)])[1]) == 1
    assert len(target.verify([(b"fifo", [])])) == 1
    assert (root / "fifo").is_fifo()


def test_a_target_that_is_no_folder_is_refused(kernel: ModuleType, root: Path) -> None:
    (root / "file").touch()
    for path in (root / "file", root / "absent"):
        with pytest.raises(UsageError) as caught:
            target_of(kernel, path)
        assert str(path) in str(caught.value)
