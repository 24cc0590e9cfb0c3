"""What a restore leaves on disk: content, holes, metadata, and what it says of what it could not do."""

from __future__ import annotations

import hashlib
import os
import random
from typing import TYPE_CHECKING

import pytest

from tests.kernel.native.packs import KEY, packed

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def test_blobs_of_several_batches_make_one_file_with_its_holes(native: ModuleType, tmp_path: Path) -> None:
    seed = 7
    print(f"seed {seed}")
    rng = random.Random(seed)
    pieces = [rng.randbytes(100_000), bytes(300_000), rng.randbytes(5), bytes(200_000)]
    data, entries = packed(native, pieces)
    target = native.Target(os.fsencode(tmp_path))
    size = sum(map(len, pieces))
    for number in (3, 0, 2, 1):  # batches come as packs are read, not in the file's order
        offset = sum(map(len, pieces[:number]))
        answer = target.write(KEY, data, 0, entries, [(b"file", size)], [(number, 0, offset)])
        assert answer == ([], [])
    assert (tmp_path / "file").read_bytes() == b"".join(pieces)
    assert (tmp_path / "file").stat().st_blocks * 512 < 150_000
    assert (
        target.verify([(b"file", [(entry.id, len(p)) for entry, p in zip(entries, pieces, strict=True)])])
        == []
    )


def test_zeros_are_written_where_other_bytes_stood(native: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 50_000)
    target = native.Target(os.fsencode(tmp_path))
    data, entries = packed(native, [bytes(40_000)])
    assert target.write(KEY, data, 0, entries, [(b"file", 40_000)], [(0, 0, 0)]) == ([], [])
    assert target.finish([(b"file", "f", 40_000, 0o600, -1, -1, 0, 0, [])]) == []
    assert (tmp_path / "file").read_bytes() == bytes(40_000)


def test_a_file_of_zeros_alone_is_one_hole_of_the_right_size(native: ModuleType, tmp_path: Path) -> None:
    target = native.Target(os.fsencode(tmp_path))
    data, entries = packed(native, [bytes(1_000_000)])
    assert target.write(KEY, data, 0, entries, [(b"file", 1_000_000)], [(0, 0, 0)]) == ([], [])
    stat = (tmp_path / "file").stat()
    assert (stat.st_size, stat.st_blocks < 16) == (1_000_000, True)


def test_a_damaged_blob_is_named_and_the_others_are_written(native: ModuleType, tmp_path: Path) -> None:
    data, entries = packed(native, [b"first", b"second", b"third"])
    broken = bytearray(data)
    broken[entries[1].offset + 20] ^= 1
    target = native.Target(os.fsencode(tmp_path))
    files = [(b"a", 5), (b"b", 6), (b"c", 5)]
    damaged, faults = target.write(KEY, bytes(broken), 0, entries, files, [(n, n, 0) for n in range(3)])
    assert [number for number, _ in damaged] == [1]
    assert entries[1].id.hex() in damaged[0][1]
    assert faults == []
    assert sorted(os.listdir(tmp_path)) == ["a", "c"]


def test_one_blob_in_many_files_is_written_to_each(native: ModuleType, tmp_path: Path) -> None:
    data, entries = packed(native, [b"same"])
    target = native.Target(os.fsencode(tmp_path))
    files = [(b"%d" % n, 8) for n in range(700)]  # more than the files kept open at a time
    placements = [(0, n, offset) for n in range(700) for offset in (0, 4)]
    assert target.write(KEY, data, 0, entries, files, placements) == ([], [])
    assert {(tmp_path / str(n)).read_bytes() for n in range(700)} == {b"samesame"}


def test_reading_back_tells_every_difference(native: ModuleType, tmp_path: Path) -> None:
    target = native.Target(os.fsencode(tmp_path))
    pieces = [(hashlib.sha256(b"abc").digest(), 3), (hashlib.sha256(b"de").digest(), 2)]
    for content, right in [
        (b"abcde", True),
        (b"abcdX", False),
        (b"abcd", False),
        (b"abcdef", False),
        (b"", False),
    ]:
        (tmp_path / "file").write_bytes(content)
        assert (target.verify([(b"file", pieces)]) == []) is right, content
    assert target.verify([(b"absent", [])])


def test_finish_sets_everything_of_a_file_and_then_of_its_folder(native: ModuleType, tmp_path: Path) -> None:
    target = native.Target(os.fsencode(tmp_path))
    assert target.make_directories([b"folder"]) == []
    assert target.create_empty([b"folder/file"]) == []
    uid, gid = os.getuid(), os.getgid()
    moment = -1_000_000_001
    faults = target.finish(
        [
            (b"folder", "d", -1, 0o1555, uid, gid, 5, 6, [(b"user.of", b"folder")]),
            (
                b"folder/file",
                "f",
                10,
                0o6444,
                uid,
                gid,
                moment,
                moment,
                [(b"user.of", b"\0\xff"), (b"user.no", b"")],
            ),
        ]
    )
    assert faults == []
    file, folder = os.stat(tmp_path / "folder/file"), os.stat(tmp_path / "folder")
    assert (file.st_mode & 0o7777, file.st_size, file.st_mtime_ns, file.st_atime_ns) == (
        0o6444,
        10,
        moment,
        moment,
    )
    assert (folder.st_mode & 0o7777, folder.st_mtime_ns, folder.st_atime_ns) == (0o1555, 6, 5)
    assert os.getxattr(tmp_path / "folder/file", "user.of") == b"\0\xff"
    assert os.getxattr(tmp_path / "folder/file", "user.no") == b""
    assert os.getxattr(tmp_path / "folder", "user.of") == b"folder"


def test_an_attribute_that_is_refused_is_a_fault_and_the_rest_is_set(
    native: ModuleType, tmp_path: Path
) -> None:
    target = native.Target(os.fsencode(tmp_path))
    assert target.create_empty([b"file"]) == []
    faults = target.finish(
        [(b"file", "f", 0, 0o640, -1, -1, 1, 2, [(b"nonsense.name", b"x"), (b"user.a", b"y")])]
    )
    assert [path for path, _ in faults] == [b"file"]
    assert "nonsense.name" in faults[0][1]
    stat = os.stat(tmp_path / "file")
    assert (stat.st_mode & 0o7777, stat.st_mtime_ns) == (0o640, 2)
    assert os.getxattr(tmp_path / "file", "user.a") == b"y"


def test_links_and_nodes_replace_what_stood_there(native: ModuleType, tmp_path: Path) -> None:
    target = native.Target(os.fsencode(tmp_path))
    (tmp_path / "link").write_bytes(b"old")
    (tmp_path / "fifo").symlink_to("nowhere")
    items = [(b"link", "l", b"to \xff", 0), (b"fifo", "p", b"", 0), (b"socket", "s", b"", 0)]
    assert target.make_special(items) == []
    assert os.readlink(os.fsencode(tmp_path / "link")) == b"to \xff"
    assert [row and row[0] for row in target.stat([b"link", b"fifo", b"socket", b"none"])] == [
        "l",
        "p",
        "s",
        None,
    ]
    assert target.make_special([(b"odd", "?", b"", 0)])


def test_further_names_share_one_file(native: ModuleType, tmp_path: Path) -> None:
    target = native.Target(os.fsencode(tmp_path))
    assert target.create_empty([b"first"]) == []
    (tmp_path / "third").write_bytes(b"in the way")
    assert target.link([(b"first", b"second"), (b"second", b"third"), (b"first", b"second")]) == []
    assert os.stat(tmp_path / "first").st_nlink == 3


def test_paths_longer_than_the_system_takes_at_once_are_restored(native: ModuleType, tmp_path: Path) -> None:
    target = native.Target(os.fsencode(tmp_path))
    name = b"n" * 200
    folders = [b"/".join([name] * depth) for depth in range(1, 31)]
    file = folders[-1] + b"/file"
    assert len(file) > 6000
    data, entries = packed(native, [b"deep"])
    assert target.make_directories(folders) == []
    assert target.write(KEY, data, 0, entries, [(file, 4)], [(0, 0, 0)]) == ([], [])
    assert target.finish([(file, "f", 4, 0o600, -1, -1, 0, 77, [])]) == []
    assert target.stat([file]) == [("f", 4, 77)]
    assert target.verify([(file, [(entries[0].id, 4)])]) == []
    folder = os.fsencode(tmp_path) + b"/" + folders[-1]
    (listed,) = native.list_directories([(folder, None)])
    assert listed.names == [b"file"]
    assert listed.encode(0, [], {})[0] == b'{"nodes":[]}\n'


@pytest.mark.skipif(os.getuid() != 0, reason="only root becomes somebody else")
def test_setuid_is_not_given_to_a_file_whose_owner_could_not_be_set(
    native: ModuleType, tmp_path: Path
) -> None:
    tmp_path.chmod(0o777)
    target = native.Target(os.fsencode(tmp_path))
    os.setegid(12345)
    os.seteuid(12345)
    try:
        assert target.create_empty([b"file"]) == []
        assert target.finish([(b"file", "f", 0, 0o4755, 0, 0, 0, 0, [])]) == []
    finally:
        os.seteuid(0)
        os.setegid(0)
    assert os.stat(tmp_path / "file").st_mode & 0o7777 == 0o755


@pytest.mark.skipif(os.getuid() != 0, reason="only root becomes somebody else")
def test_an_owner_may_finish_what_denies_itself_to_him(native: ModuleType, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    target = native.Target(os.fsencode(tmp_path))
    os.setegid(12345)
    os.seteuid(12345)
    try:
        assert target.create_empty([b"file"]) == []
        assert target.make_directories([b"folder"]) == []
        items = [
            (b"file", "f", 0, 0, -1, -1, 0, 1, [(b"user.a", b"x")]),
            (b"folder", "d", -1, 0, -1, -1, 0, 1, []),
        ]
        assert target.finish(items) == []
        assert target.finish(items) == []  # now neither may be opened as it is
    finally:
        os.seteuid(0)
        os.setegid(0)
    assert {os.stat(tmp_path / name).st_mode & 0o7777 for name in ("file", "folder")} == {0}
