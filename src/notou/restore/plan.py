"""Which ranges of which packs are read, and where their blobs go, for one portion of files. Pure.

Blobs are grouped by pack and read in the order they stand there; ranges that nearly touch are read as
one. A range is bounded in the bytes it reads and in the bytes it opens to, so that a few ranges at a
time fit into memory whatever an index declares. What may not enter: reading, writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from notou.model import SEAL_BYTES, BlobEntry, BlobKind, BlobPlace

GAP_BYTES = 128 * 1024
"""Two blobs this near are read together: on a disk that costs less than another request."""
RANGE_BYTES = 4 * 1024 * 1024
ID_BYTES = 32

Use = tuple[int, int, int, bytes, int, int]
"""(offset in the pack, sealed length, plain length or 0 when raw, blob id, number of file, offset there)."""


@dataclass(slots=True)
class RangeRead:
    """One range of one pack: what Target.write takes, files numbered within the range.

    ``numbers[i]`` is the portion's number of the range's file i. ``plain_bytes`` bounds what its blobs open
    to (seals included, where they are stored raw); ``placed_bytes`` come to stand in files, a blob that is
    in several counted for each.
    """

    pack_id: bytes
    offset: int
    length: int = 0
    plain_bytes: int = 0
    placed_bytes: int = 0
    entries: list[BlobEntry] = field(default_factory=list)
    placements: list[tuple[int, int, int]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """Ranges to read; ``sizes[i]`` bytes of file i; ``lost``: (file, blob id) of blobs that no pack holds.

    A file with lost blobs is in no range.
    """

    reads: list[RangeRead]
    sizes: list[int]
    lost: list[tuple[int, bytes]]


def plan_reads(contents: Sequence[bytes], places: Sequence[BlobPlace | None]) -> Plan:
    """Plan for files whose blob ids are ``contents`` (32·n bytes each); ``places``: of all of them."""
    by_pack: dict[bytes, list[Use]] = {}
    sizes: list[int] = []
    lost: list[tuple[int, bytes]] = []
    first = 0
    for number, ids in enumerate(contents):
        count = len(ids) // ID_BYTES
        found = places[first : first + count]
        first += count
        if None in found:
            at = found.index(None) * ID_BYTES
            lost.append((number, ids[at : at + ID_BYTES]))
            sizes.append(0)
        else:
            sizes.append(_use(by_pack, number, ids, found))
    reads = [read for pack_id, uses in by_pack.items() for read in _ranges(pack_id, uses)]
    return Plan(reads, sizes, lost)


def _use(by_pack: dict[bytes, list[Use]], number: int, ids: bytes, found: Sequence[BlobPlace | None]) -> int:
    """Note where each blob of a file is read; returns the file's size."""
    size = 0
    for at, place in enumerate(found):
        assert place is not None
        pack_id, _, offset, length, plain_length = place
        blob_id = ids[at * ID_BYTES : at * ID_BYTES + ID_BYTES]
        use = (offset, length, plain_length, blob_id, number, size)
        if pack_id in by_pack:
            by_pack[pack_id].append(use)
        else:
            by_pack[pack_id] = [use]
        size += place.plain_bytes
    return size


def _ranges(pack_id: bytes, uses: list[Use]) -> list[RangeRead]:
    uses.sort()
    reads: list[RangeRead] = []
    read = RangeRead(pack_id, uses[0][0])
    last_id = b""
    for offset, length, plain_length, blob_id, number, at in uses:
        if blob_id != last_id:
            opened = plain_length or length
            if read.entries and not _joins(read, offset, length, opened):
                reads.append(read)
                read = RangeRead(pack_id, offset)
            read.entries.append(BlobEntry(BlobKind.DATA, blob_id, offset, length, plain_length))
            read.length = max(read.length, offset + length - read.offset)
            read.plain_bytes += opened
            last_id = blob_id
        if not read.numbers or read.numbers[-1] != number:
            read.numbers.append(number)
        read.placed_bytes += plain_length or length - SEAL_BYTES
        read.placements.append((len(read.entries) - 1, len(read.numbers) - 1, at))
    reads.append(read)
    return reads


def _joins(read: RangeRead, offset: int, length: int, opened: int) -> bool:
    """Whether a blob is read with the range: near enough, and within the bounds."""
    near = offset - (read.offset + read.length) <= GAP_BYTES
    small = offset + length - read.offset <= RANGE_BYTES and read.plain_bytes + opened <= 2 * RANGE_BYTES
    return near and small
