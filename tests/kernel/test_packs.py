"""A pack that one kernel wrote opens with the other; whatever is wrong with a pack is found and named."""

from __future__ import annotations

import hashlib
import random
import struct
from typing import TYPE_CHECKING

import pytest

from notou.errors import DamagedError, LimitError
from notou.kernel import reference
from notou.kernel.reference.packs import encode_header
from notou.model import BlobEntry, BlobKind, Lane
from tests.kernel.work import KEY, Work, checked

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

BLOBS = [b"", b"a", b"contacts " * 1000, random.Random(1).randbytes(5000), bytes(100_000)]


def written(kernel: ModuleType, tmp_path: Path, kind: int) -> tuple[bytes, bytes, list[bytes]]:
    work = Work(kernel, tmp_path / "outbox")
    blobs = BLOBS[1:] if kind == BlobKind.TREE else BLOBS
    work.writer.store_blobs(Lane.OTHER, kind, blobs)
    work.writer.flush()
    [(pack_id, lane, size)] = work.writer.finished()
    data = work.pack(pack_id)
    assert (lane, size) == (Lane.OTHER, len(data))
    return pack_id, data, blobs


def sealed_pack(kernel: ModuleType, header: bytes, blobs: bytes = b"") -> bytes:
    sealed: bytes = kernel.seal(KEY, header)
    return blobs + sealed + struct.pack("<I", len(sealed))


@pytest.mark.parametrize("kind", BlobKind)
def test_a_pack_of_one_kernel_opens_with_the_other(
    pair: tuple[ModuleType, ModuleType], tmp_path: Path, kind: BlobKind
) -> None:
    writer, reader = pair
    pack_id, data, blobs = written(writer, tmp_path, kind)
    entries = reader.read_header(KEY, data, len(data))
    assert checked(reader, pack_id, data, entries) == ([], "")
    assert {entry.kind for entry in entries} == {kind}
    assert sorted(reader.open_blobs(KEY, data, 0, entries)) == sorted(blobs)
    assert entries == writer.read_header(KEY, data, len(data))
    assert entries == reader.read_header(KEY, data[-len(data) // 2 :], len(data))


def test_a_part_of_a_pack_opens_from_its_offset(kernel: ModuleType, tmp_path: Path) -> None:
    _, data, _ = written(kernel, tmp_path, BlobKind.DATA)
    second = kernel.read_header(KEY, data, len(data))[1]
    part = data[second.offset : second.offset + second.length]
    [plain] = kernel.open_blobs(KEY, part, second.offset, [second])
    assert hashlib.sha256(plain).digest() == second.id
    for base in (second.offset - 1, second.offset + 1):
        [sentence] = kernel.open_blobs(KEY, part, base, [second])
        assert isinstance(sentence, str)
        assert second.id.hex() in sentence


def test_trees_and_what_shrinks_are_compressed_and_noise_is_stored_raw(
    kernel: ModuleType, tmp_path: Path
) -> None:
    _, data, _ = written(kernel, tmp_path, BlobKind.DATA)
    by_id = {entry.id: entry for entry in kernel.read_header(KEY, data, len(data))}
    ids = [hashlib.sha256(blob).digest() for blob in BLOBS]
    assert [by_id[blob_id].plain_length for blob_id in ids] == [0, 0, 9000, 0, 100_000]
    assert by_id[ids[3]].length == 5000 + 32


def test_one_damaged_blob_is_named_and_the_others_open(kernel: ModuleType, tmp_path: Path) -> None:
    pack_id, data, _ = written(kernel, tmp_path, BlobKind.DATA)
    victim = kernel.read_header(KEY, data, len(data))[2]
    hurt = bytearray(data)
    hurt[victim.offset + 20] ^= 1
    entries = kernel.read_header(KEY, data, len(data))
    damaged, whole = checked(kernel, pack_id, bytes(hurt), entries)
    assert len(entries) == len(BLOBS)
    assert pack_id.hex() in whole
    [(entry, sentence)] = damaged
    assert entry == victim
    assert victim.id.hex() in sentence
    assert sentence.endswith(".")


def test_a_blob_under_a_wrong_id_or_size_is_damaged(kernel: ModuleType, tmp_path: Path) -> None:
    _, data, _ = written(kernel, tmp_path, BlobKind.DATA)
    entries = kernel.read_header(KEY, data, len(data))
    large = next(entry for entry in entries if entry.plain_length == 9000)
    wrong = [
        large._replace(id=bytes(32)),
        large._replace(plain_length=8999),
        large._replace(plain_length=9001),
        large._replace(length=large.length - 1),
    ]
    assert all(isinstance(answer, str) for answer in kernel.open_blobs(KEY, data, 0, wrong))


def test_every_truncation_is_found(kernel: ModuleType, tmp_path: Path) -> None:
    pack_id, data, _ = written(kernel, tmp_path, BlobKind.DATA)
    entries = kernel.read_header(KEY, data, len(data))
    for end in [*range(0, len(data), 997), len(data) - 1]:
        damaged, whole = checked(kernel, pack_id, data[:end], entries)
        assert [entry for entry, _ in damaged] == [one for one in entries if one.offset + one.length > end]
        assert whole


def hostile_packs(kernel: ModuleType) -> dict[str, bytes]:
    blob = kernel.seal(KEY, b"x")
    good = encode_header([BlobEntry(0, hashlib.sha256(b"x").digest(), 0, len(blob), 0)])
    return {
        "no bytes": b"",
        "three bytes": b"abc",
        "length beyond the pack": struct.pack("<I", 1000),
        "length too short to be sealed": b"x" * 31 + struct.pack("<I", 31),
        "garbage where the header was": b"g" * 100 + struct.pack("<I", 100),
        "unknown type": sealed_pack(kernel, b"\x04" + good[1:], blob),
        "entry cut short": sealed_pack(kernel, good[:-1], blob),
        "bytes after the last entry": sealed_pack(kernel, good + b"\0", blob),
        "a gap before the header": sealed_pack(kernel, good, blob + b"gap"),
        "less than its entries say": sealed_pack(kernel, good, blob[1:]),
        "blobs shorter than sealing": sealed_pack(
            kernel, b"\0" + struct.pack("<I", 31) + bytes(32), bytes(31)
        ),
    }


@pytest.mark.parametrize("case", hostile_packs(reference))
def test_a_hostile_header_is_damage(kernel: ModuleType, case: str) -> None:
    data = hostile_packs(kernel)[case]
    with pytest.raises(DamagedError):
        kernel.read_header(KEY, data, len(data))
    entry = BlobEntry(0, hashlib.sha256(b"x").digest(), 0, 33, 0)
    _, whole = checked(kernel, hashlib.sha256(data).digest(), data, [entry])
    assert whole


def test_a_declared_header_beyond_16_mib_is_beyond_the_limit(kernel: ModuleType) -> None:
    with pytest.raises(LimitError):
        kernel.read_header(KEY, bytes(100) + struct.pack("<I", (16 << 20) + 1), 1 << 30)
    with pytest.raises(DamagedError):  # the tail is too short for the header it declares
        kernel.read_header(KEY, bytes(100) + struct.pack("<I", 1 << 20), 1 << 30)


def test_a_blob_beyond_what_notou_holds_is_beyond_the_limit(kernel: ModuleType) -> None:
    for kind, length, plain in ((0, (512 << 20), 0), (2, 100, 65 << 20), (3, 100, (256 << 20) + 1)):
        sizes = struct.pack("<I", length) + (struct.pack("<I", plain) if plain else b"")
        data = sealed_pack(kernel, bytes([kind]) + sizes + bytes(32))
        with pytest.raises(LimitError):
            kernel.read_header(KEY, data, len(data) + length)


def test_an_index_with_blobs_where_none_can_lie_is_damage(kernel: ModuleType, tmp_path: Path) -> None:
    pack_id, data, _ = written(kernel, tmp_path, BlobKind.DATA)
    first, second, *rest = kernel.read_header(KEY, data, len(data))
    for wrong in ([second, *rest], [first, second._replace(offset=second.offset - 1), *rest]):
        with pytest.raises(DamagedError, match="cannot lie"):
            checked(kernel, pack_id, data, wrong)
    assert checked(kernel, pack_id, data, [first, second])[1]
