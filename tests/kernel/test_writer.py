"""Files become packs that hold them whole, once a lane; what changes or vanishes meanwhile is reported."""

from __future__ import annotations

import hashlib
import os
import random
import threading
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import pytest

from notou.errors import StoreError, UsageError
from notou.kernel import reference
from notou.model import BlobKind, Lane
from tests.kernel.work import CUT_KEY, KEY, RULES, Work, blobs_stored, checked, store

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

RULE_KINDS = [
    ("content", 512, 9, 65_536),
    ("pages", 1000, 0, 0),
    ("records", 256, 2, 20_000),
    ("photo", 0, 0, 256 << 10),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of many sizes; seeded."""
    rng = random.Random(6)
    print("seed 6")
    made = tmp_path / "folder"
    made.mkdir()
    for size in (0, 1, 63, 64, 65, 5000, 300_000, 1_500_000):
        (made / f"noise {size}").write_bytes(rng.randbytes(size))
    (made / "cards.vcf").write_bytes(b"BEGIN:VCARD\r\nFN:Ana %d\r\nEND:VCARD\r\n" * 3000)
    (made / "zeros").write_bytes(bytes(1_000_000))
    (made / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe1\x00\x10caption caption" + rng.randbytes(400_000))
    (made / "same").write_bytes((made / "noise 300000").read_bytes())
    return made


def listed(kernel: ModuleType, path: Path, names: list[bytes] | None = None) -> Any:
    [directory] = kernel.list_directories([(os.fsencode(path), names)])
    assert not isinstance(directory, str), directory
    return directory


def stored(work: Work, folder: Path, lane: int = 0) -> dict[bytes, list[bytes]]:
    """The content of every file of the folder, once it is stored."""
    directory = listed(work.kernel, folder)
    assert store(work.writer, lane, [(directory, list(range(len(directory.names))))]) == []
    work.writer.flush()
    return {name: directory.content(number) for number, name in enumerate(directory.names)}


@pytest.mark.parametrize("rule", RULE_KINDS, ids=lambda rule: rule[0])
def test_both_store_the_same_pieces_which_are_those_of_cut(
    native: ModuleType, folder: Path, tmp_path: Path, rule: tuple[str, int, int, int]
) -> None:
    answers = []
    for kernel in (reference, native):
        work = Work(kernel, tmp_path / kernel.KERNEL_NAME, rules=[rule])
        answers.append((stored(work, folder), work.blobs()))
        assert work.writer.progress()[0] == len(os.listdir(folder))
    assert answers[0] == answers[1]
    contents, blobs = answers[0]
    for name, ids in contents.items():
        data = (folder / os.fsdecode(name)).read_bytes()
        ends = accumulate(reference.cut(rule, CUT_KEY, data), initial=0)
        assert [blobs[BlobKind.DATA, one] for one in ids] == [data[a:b] for a, b in pairwise(ends)]


def test_the_packs_of_one_kernel_verify_with_the_other(
    pair: tuple[ModuleType, ModuleType], folder: Path, tmp_path: Path
) -> None:
    writer, reader = pair
    work = Work(writer, tmp_path / "outbox", pack_bytes=200_000)
    stored(work, folder)
    finished = work.writer.finished()
    assert len(finished) > 3
    assert work.writer.finished() == []
    assert sorted(os.listdir(work.outbox)) == sorted(pack_id.hex() for pack_id, _, _ in finished)
    for pack_id, lane, size in finished:
        data = work.pack(pack_id)
        assert (lane, size) == (0, len(data))
        assert hashlib.sha256(data).digest() == pack_id
        entries = reader.read_header(KEY, data, len(data))
        assert entries == work.index.entries(pack_id)
        assert checked(reader, pack_id, data, entries) == ([], "")


def test_progress_adds_up(kernel: ModuleType, folder: Path, tmp_path: Path) -> None:
    work = Work(kernel, tmp_path / "outbox")
    stored(work, folder)
    files, read = work.writer.progress()
    [((lane, kind), (blobs, plain, sealed))] = work.writer.stored().items()
    assert (lane, kind) == (0, BlobKind.DATA)
    rows = [entry for pack_id, *_ in work.index.packs() for entry in work.index.entries(pack_id)]
    assert files == len(os.listdir(folder))
    assert read == sum(path.stat().st_size for path in folder.iterdir())
    assert blobs == len(rows) == len(work.blobs())
    assert plain == sum(map(len, work.blobs().values()))
    assert sealed == sum(entry.length for entry in rows)


def test_what_the_lane_holds_is_not_stored_again_and_other_lanes_store_their_own(
    kernel: ModuleType, folder: Path, tmp_path: Path
) -> None:
    work = Work(kernel, tmp_path / "outbox")
    first = stored(work, folder)
    blobs = blobs_stored(work.writer)
    work.writer = work.new_writer()
    assert stored(work, folder) == first
    assert blobs_stored(work.writer) == 0
    assert stored(work, folder, lane=1) == first
    assert blobs_stored(work.writer) == blobs
    assert {row[1] for row in work.index.packs()} == {0, 1}


def test_trees_and_data_never_share_a_pack(kernel: ModuleType, tmp_path: Path) -> None:
    work = Work(kernel, tmp_path / "outbox")
    for kind in BlobKind:
        assert work.writer.store_blobs(2, kind, [b"one", b"two", b"one"]) == [
            hashlib.sha256(blob).digest() for blob in (b"one", b"two", b"one")
        ]
    work.writer.flush()
    kinds = [{entry.kind for entry in work.index.entries(row[0])} for row in work.index.packs()]
    assert sorted(map(sorted, kinds)) == [[0], [1]]
    assert len(work.index) == 4


def test_a_pack_in_the_outbox_is_private_and_nothing_half_written_is_left(
    kernel: ModuleType, folder: Path, tmp_path: Path
) -> None:
    work = Work(kernel, tmp_path / "outbox")
    stored(work, folder)
    for path in work.outbox.iterdir():
        assert len(path.name) == 64
        assert path.stat().st_mode & 0o077 == 0


def test_a_pack_takes_as_many_blobs_as_an_index_file(kernel: ModuleType, tmp_path: Path) -> None:
    work = Work(kernel, tmp_path / "outbox", pack_bytes=64 << 20)
    for number in range(50_001):  # one by one: threads side by side would fill a pack each
        work.writer.store_blobs(0, 0, [number.to_bytes(3, "big")])
    work.writer.flush()
    counts = [len(work.index.entries(pack_id)) for pack_id, *_ in work.index.packs()]
    assert sorted(counts) == [1, 50_000]


def test_a_pack_cut_short_is_told_with_the_name_of_every_blob_it_lost(
    kernel: ModuleType, folder: Path, tmp_path: Path
) -> None:
    work = Work(kernel, tmp_path / "outbox")
    stored(work, folder)
    for pack_id, *_ in work.index.packs():
        check = kernel.PackCheck(KEY, work.index, pack_id)
        check.feed(work.pack(pack_id)[:30])
        damaged, about_pack = check.finish()
        assert about_pack
        assert len(damaged) == len(work.index.entries(pack_id))
        for entry, sentence in damaged:
            assert sentence.count(entry.id.hex()) == 1


def test_a_file_that_vanished_or_was_replaced_is_a_fault_and_the_others_are_stored(
    kernel: ModuleType, folder: Path, tmp_path: Path
) -> None:
    directory = listed(kernel, folder)
    (folder / "zeros").unlink()
    for name, make in (("same", lambda path: path.symlink_to("/etc/passwd")), ("cards.vcf", os.mkfifo)):
        (folder / name).unlink()
        make(folder / name)
    (folder / "noise 5000").rename(tmp_path / "kept")  # so that its inode number stays taken
    (folder / "noise 5000").write_bytes(b"another file of that name")
    work = Work(kernel, tmp_path / "outbox")
    numbers = list(range(len(directory.names)))
    faults = store(work.writer, 0, [(directory, numbers)])
    hurt = {"zeros", "same", "cards.vcf", "noise 5000"}
    assert {path for path, _ in faults} == {os.fsencode(folder / name) for name in hurt}
    for path, sentence in faults:
        assert os.fsdecode(os.path.basename(path)) not in sentence
        assert sentence.endswith(".")
    for number, name in enumerate(directory.names):
        assert (directory.content(number) is None) == (os.fsdecode(name) in hurt)


def test_a_file_that_changed_since_it_was_listed_is_stored_as_it_is_now(
    kernel: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "folder" / "file"
    path.parent.mkdir()
    path.write_bytes(b"before")
    directory = listed(kernel, path.parent)
    path.write_bytes(b"afterwards")
    work = Work(kernel, tmp_path / "outbox")
    assert store(work.writer, 0, [(directory, [0])]) == []
    plain, _ = directory.encode(0, [0], {})
    assert b'"size":10' in plain
    assert directory.content(0) == [hashlib.sha256(b"afterwards").digest()]


def test_a_file_that_never_rests_is_a_fault_and_never_stored_half(kernel: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "log"
    path.parent.mkdir()
    path.write_bytes(bytes(8_000_000))
    directory = listed(kernel, path.parent)
    stop = threading.Event()

    def grow() -> None:
        with open(path, "ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b"x" * 100)

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        work = Work(kernel, tmp_path / "outbox", rules=[("pages", 1 << 20, 0, 0)])
        faults = store(work.writer, 0, [(directory, [0])])
    finally:
        stop.set()
        thread.join()
    [(named, sentence)] = faults
    assert named == os.fsencode(path)
    assert "changed" in sentence
    assert directory.content(0) is None


def test_an_outbox_that_is_gone_is_an_error_of_the_place(kernel: ModuleType, tmp_path: Path) -> None:
    work = Work(kernel, tmp_path / "outbox")
    work.outbox.rmdir()

    def write() -> None:  # a kernel may open its file at once, or when the pack is closed
        work.writer.store_blobs(0, BlobKind.DATA, [b"blob"])
        work.writer.flush()

    with pytest.raises(StoreError) as caught:
        write()
    assert str(tmp_path) in str(caught.value)


def test_a_closed_writer_stores_nothing_more_and_nothing_lands_after(
    kernel: ModuleType, folder: Path, tmp_path: Path
) -> None:
    work = Work(kernel, tmp_path / "outbox", pack_bytes=1 << 12)
    [directory] = kernel.list_directories([(os.fsencode(folder), None)])
    files = [number for number, kind in enumerate(directory.kinds) if kind == ord("f")]
    work.writer.submit([(Lane.OTHER, [(directory, files)])])
    work.writer.close()
    landed = sorted(os.listdir(work.outbox))
    assert landed == sorted(pack_id.hex() for pack_id, _, _ in work.writer.finished())
    work.writer.close()
    with pytest.raises(StoreError):
        work.writer.store_blobs(0, BlobKind.DATA, [b"blob"])
    with pytest.raises(StoreError):
        work.writer.flush()
    assert sorted(os.listdir(work.outbox)) == landed


def test_what_makes_no_sense_is_refused(kernel: ModuleType, folder: Path, tmp_path: Path) -> None:
    outbox = os.fsencode(tmp_path)
    index = kernel.Index([])
    with pytest.raises(UsageError):
        kernel.Writer(KEY[:63], CUT_KEY, index, outbox, RULES, 1 << 20, 3, past_cache=False)
    with pytest.raises(UsageError):
        kernel.Writer(KEY, CUT_KEY[:31], index, outbox, RULES, 1 << 20, 3, past_cache=False)
    with pytest.raises(UsageError):
        kernel.Writer(KEY, CUT_KEY, index, outbox, [("rolling", 1, 1, 1)], 1 << 20, 3, past_cache=False)
    with pytest.raises(UsageError):
        kernel.Writer(KEY, CUT_KEY, index, outbox, RULES[:1], 1 << 20, 3, past_cache=False).store_blobs(
            1, 0, [b""]
        )
