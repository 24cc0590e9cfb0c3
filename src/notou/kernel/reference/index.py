"""Index: which pack holds which blob, and index files' JSON.

Columns in arrays and one dictionary a kind, from the blob's id to the number of its first row;
further copies of a blob stand in a small second dictionary. What may not enter: sealing, I/O.
"""

from __future__ import annotations

import json
import sys
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import orjson

from notou.errors import DamagedError, NotFoundError, UsageError
from notou.kernel.reference.packs import checked_entry
from notou.kernel.treejson import parse_id
from notou.model import UNKNOWN_LANE, BlobEntry, BlobKind, BlobPlace
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Iterator

_ID_BYTES = 32
_KIND_NAMES = {"data": BlobKind.DATA, "tree": BlobKind.TREE}


@dataclass(slots=True)
class PackRow:
    """One pack: its blobs are the rows ``first`` to ``first + count``."""

    id: bytes
    lane: int
    first: int
    count: int
    sealed_bytes: int


@final
class Index:
    """Which pack holds which blob."""

    def __init__(self, lane_names: list[str]) -> None:
        """``lane_names[i]`` is the text of lane i in index files' "lane" field."""
        self._lane_names = list(lane_names)
        self._packs: dict[bytes, PackRow] = {}
        self._pack_rows: list[PackRow] = []
        self._first: tuple[dict[bytes, int], dict[bytes, int]] = ({}, {})  # by kind: id → row
        self._others: dict[int, list[int]] = {}  # first row → rows of further copies
        self._ids: list[bytes] = []
        self._kinds = bytearray()
        self._pack_of = array("I")
        self._offsets = array("I")
        self._lengths = array("I")
        self._plain_lengths = array("I")

    # -------------------------------------------------- files

    def load(self, plain: bytes) -> tuple[list[bytes], list[str]]:
        """Add an index file's JSON: (ids of the packs it names, a sentence for each pack left out).

        A pack already known is not added twice; one in which a blob is said to lie where none can, or to be
        larger than any, is left out whole. An absent or unknown "lane" means lane 255. DamagedError when
        malformed; nothing is added then.
        """
        try:
            packs, lane_name = _decode(plain)
        except (ValueError, RecursionError) as error:
            raise DamagedError(say("The index file does not parse: {error}.", error=str(error))) from error
        lane = self._lane_names.index(lane_name) if lane_name in self._lane_names else UNKNOWN_LANE
        named: list[bytes] = []
        left_out: list[str] = []
        for pack_id, blobs in packs:
            try:
                self._add(pack_id, lane, [checked_entry(*blob) for blob in blobs])
                named.append(pack_id)
            except DamagedError as error:
                left_out.append(say("The pack {pack}: {error}", pack=pack_id.hex(), error=str(error)))
        return named, left_out

    def encode(self, pack_ids: list[bytes], lane: int) -> bytes:
        """The JSON (newline at the end) of an index file that names just these packs; no "lane" when 255.

        NotFoundError for an unknown pack.
        """
        packs = [
            {"id": pack_id.hex(), "blobs": list(map(_blob_json, self.entries(pack_id)))}
            for pack_id in pack_ids
        ]
        file: dict[str, object] = {"packs": packs}
        if lane != UNKNOWN_LANE:
            file["lane"] = self._lane_name(lane)
        return json.dumps(file, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

    def _lane_name(self, lane: int) -> str:
        if not 0 <= lane < len(self._lane_names):
            raise UsageError(say("The index was given no name for lane {lane}.", lane=lane))
        return self._lane_names[lane]

    # -------------------------------------------------- packs

    def add_pack(self, pack_id: bytes, lane: int, entries: list[BlobEntry]) -> None:
        """Add one pack with its blobs; one already known is left as it is."""
        self._add(pack_id, lane, [checked_entry(*entry) for entry in entries])

    def _add(self, pack_id: bytes, lane: int, entries: list[BlobEntry]) -> None:
        if pack_id in self._packs:
            return
        row = PackRow(pack_id, lane, len(self._ids), len(entries), sum(entry.length for entry in entries))
        number = len(self._pack_rows)
        self._packs[pack_id] = row
        self._pack_rows.append(row)
        for entry in entries:
            self._add_row(number, entry)

    def _add_row(self, pack_number: int, entry: BlobEntry) -> None:
        row = len(self._ids)
        first = self._first[entry.kind].setdefault(entry.id, row)
        if first != row:
            self._others.setdefault(first, []).append(row)
        self._ids.append(entry.id)
        self._kinds.append(entry.kind)
        self._pack_of.append(pack_number)
        self._offsets.append(entry.offset)
        self._lengths.append(entry.length)
        self._plain_lengths.append(entry.plain_length)

    def adopt(self, pack_ids: list[bytes], lane: int) -> None:
        """Say to which lane packs of lane 255 belong; packs of another lane keep theirs."""
        for pack_id in pack_ids:
            pack = self._pack(pack_id)
            if pack.lane == UNKNOWN_LANE:
                pack.lane = lane

    def packs(self) -> list[tuple[bytes, int, int, int]]:
        """(pack id, lane, number of blobs, sum of sealed lengths) of every pack."""
        return [(pack.id, pack.lane, pack.count, pack.sealed_bytes) for pack in self._pack_rows]

    def entries(self, pack_id: bytes) -> list[BlobEntry]:
        """The blobs of one pack by offset; NotFoundError when unknown."""
        pack = self._pack(pack_id)
        found = map(self.entry, range(pack.first, pack.first + pack.count))
        return sorted(found, key=lambda entry: entry.offset)

    def _pack(self, pack_id: bytes) -> PackRow:
        pack = self._packs.get(pack_id)
        if pack is None:
            raise NotFoundError(say("No index file names the pack {pack}.", pack=pack_id.hex()))
        return pack

    # -------------------------------------------------- look-ups

    def find(self, kind: int, blob_id: bytes) -> list[BlobPlace]:
        """Every place that holds the blob, in the order they were added; [] when none does."""
        return [self._place(row) for row in self.rows(kind, blob_id)]

    def find_many(self, kind: int, ids: bytes) -> list[BlobPlace | None]:
        """The first place of each of the ids (32·n bytes)."""
        if len(ids) % _ID_BYTES:
            raise UsageError(say("Ids are 32 bytes each, one after the other."))
        firsts = (self._first[kind].get(ids[at : at + _ID_BYTES]) for at in range(0, len(ids), _ID_BYTES))
        return [None if row is None else self._place(row) for row in firsts]

    def __len__(self) -> int:
        """Blobs, duplicates counted."""
        return len(self._ids)

    def memory_bytes(self) -> int:
        """About what the index takes in memory."""
        columns = (self._pack_of, self._offsets, self._lengths, self._plain_lengths, self._kinds, self._ids)
        tables = (*self._first, self._others, self._packs, self._pack_rows)
        ids = len(self._ids) * sys.getsizeof(bytes(_ID_BYTES))
        return sum(map(sys.getsizeof, columns)) + sum(map(sys.getsizeof, tables)) + ids

    # -------------------------------------------------- lanes, for Writer and Directory

    def holds(self, kind: int, lane: int, blob_id: bytes) -> bool:
        """Whether a pack of this lane (or, for lane 255, any pack) holds the blob."""
        return any(lane in (UNKNOWN_LANE, self.lane(row)) for row in self.rows(kind, blob_id))

    def held_for(self, kind: int, lane: int, blob_id: bytes) -> bool:
        """Whether a pack of this lane, or one whose lane is not known yet, holds the blob."""
        return any(self.lane(row) in (lane, UNKNOWN_LANE) for row in self.rows(kind, blob_id))

    # -------------------------------------------------- rows, for Usage

    def rows(self, kind: int, blob_id: bytes) -> Iterator[int]:
        """The numbers of the rows that hold the blob, the first one first."""
        first = self._first[kind].get(blob_id)
        if first is not None:
            yield first
            yield from self._others.get(first, ())

    def lane(self, row: int) -> int:
        """The lane of the pack that a row stands in."""
        return self._pack_rows[self._pack_of[row]].lane

    def entry(self, row: int) -> BlobEntry:
        """The blob of one row."""
        return BlobEntry(
            self._kinds[row],
            self._ids[row],
            self._offsets[row],
            self._lengths[row],
            self._plain_lengths[row],
        )

    def pack_rows(self) -> list[PackRow]:
        """Every pack with the rows of its blobs."""
        return self._pack_rows

    def pack_row(self, pack_id: bytes) -> PackRow:
        """One pack with the rows of its blobs; NotFoundError when unknown."""
        return self._pack(pack_id)

    def _place(self, row: int) -> BlobPlace:
        pack = self._pack_rows[self._pack_of[row]]
        return BlobPlace(pack.id, pack.lane, self._offsets[row], self._lengths[row], self._plain_lengths[row])


# ---------------------------------------------------------------- index files


def _blob_json(entry: BlobEntry) -> dict[str, object]:
    blob: dict[str, object] = {
        "id": entry.id.hex(),
        "type": "tree" if entry.kind == BlobKind.TREE else "data",
        "offset": entry.offset,
        "length": entry.length,
    }
    if entry.plain_length:
        blob["uncompressed_length"] = entry.plain_length
    return blob


def _decode(plain: bytes) -> tuple[list[tuple[bytes, list[BlobEntry]]], str | None]:
    """The packs of an index file with what it says of their blobs, not held to bounds, and its lane's name.

    ValueError when malformed.
    """
    file = orjson.loads(plain)
    if not isinstance(file, dict):
        raise ValueError(say("it is no object"))
    lane = file.get("lane")
    if lane is not None and not isinstance(lane, str):
        raise ValueError(say('its "lane" is no text'))
    return [(parse_id(pack.get("id")), _entries(pack)) for pack in _objects(file.get("packs"))], lane


def _entries(pack: dict[str, Any]) -> list[BlobEntry]:
    return [_entry(blob) for blob in _objects(pack.get("blobs"))]


def _entry(blob: dict[str, Any]) -> BlobEntry:
    kind = _KIND_NAMES.get(blob["type"]) if isinstance(blob.get("type"), str) else None
    if kind is None:
        raise ValueError(say("a blob is of unknown type"))
    place = [blob.get("offset"), blob.get("length"), blob.get("uncompressed_length", 0)]
    numbers = [number for number in place if type(number) is int and number >= 0]
    if numbers != place:
        raise ValueError(say("a blob's place is no number"))
    return BlobEntry(int(kind), parse_id(blob.get("id")), *numbers)


def _objects(value: object) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(say("a list of objects is something else"))
    return value
