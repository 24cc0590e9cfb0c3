"""From the index files of all places to one index in memory, file by file.

What may not enter: writing index files; the blobs they name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notou.errors import DamagedError, NotFoundError, StoreError
from notou.kernel import Index
from notou.model import FileKind, Lane, ObjectName
from notou.sentence import say
from notou.vault.keys import MasterKey
from notou.vault.places import Places
from notou.vault.sealed import MOST_SEALED_BYTES, open_file

_LEAST_ENTRY_BYTES = 37
_HEADER_BYTES = 36  # nonce 16, MAC 16, length 4
_MOST_TIMES_UNPACKED = 16  # ids do not compress: those of restic and ours unpack to four times their size
_UNPACKED_ANYWAY_BYTES = 64 * 1024


def new_index() -> Index:
    """An empty index that knows the lanes."""
    return Index([lane.label for lane in Lane])


def open_index_file(master: MasterKey, file_id: str, data: bytes) -> bytes:
    """The JSON of an index file; errors as open_file's.

    LimitError when it unpacks to far more than index files do, so that whatever memory an index takes,
    whoever made the vault has paid for in stored bytes.
    """
    return open_file(master, file_id, data, _MOST_TIMES_UNPACKED * len(data) + _UNPACKED_ANYWAY_BYTES)


def read_index(places: Places, master: MasterKey) -> Index:
    """Every index file any place lists, verified; what is wrong at every place is noted as a fault."""
    index = new_index()
    for file_id in places.list(FileKind.INDEX):
        try:
            _, left_out = index.load(_read_file(places, master, file_id))
            if left_out:
                places.note(
                    say(
                        "The index file {file} is wrong: {first}",
                        file=file_id[:16],
                        first=of_left_out(left_out),
                    )
                )
        except (DamagedError, NotFoundError, StoreError) as error:
            places.note(
                say(
                    "The index file {file} cannot be used: {error} Repair the vault.",
                    file=file_id[:16],
                    error=str(error),
                )
            )
    return index


def of_left_out(left_out: Sequence[str]) -> str:
    """What it means that an index file's packs were left out (a sentence for each, one at least)."""
    return say(
        "What it says of {count} of its packs cannot be, so they are not used. Repair the index. The "
        "first: {first}",
        count=len(left_out),
        first=left_out[0],
    )


def without_lost_packs(index: Index, held: Mapping[bytes, int]) -> Index:
    """The index without packs not ``held`` (pack id → size), or held shorter than their blobs."""
    packs = index.packs()
    lost = {
        pack_id
        for pack_id, _, blobs, sealed in packs
        if held.get(pack_id, 0) < sealed + blobs * _LEAST_ENTRY_BYTES + _HEADER_BYTES
    }
    if not lost:
        return index
    kept = new_index()
    for pack_id, lane, _, _ in packs:
        if pack_id not in lost:
            kept.add_pack(pack_id, lane, index.entries(pack_id))
    return kept


def _read_file(places: Places, master: MasterKey, file_id: str) -> bytes:
    name = ObjectName(FileKind.INDEX, file_id)
    return places.read(name, lambda data: open_index_file(master, file_id, data), MOST_SEALED_BYTES)
