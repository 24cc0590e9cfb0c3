"""What the copies hold together, read strictly: the ground prune and repair stand on.

A job that deletes must know every snapshot and every index file; one that no copy can yield is an error
here, not something to pass over. What may not enter: deciding, deleting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError
from notou.model import BlobEntry, BlobKind, FileKind, ObjectName
from notou.sentence import say
from notou.upkeep.objects import list_packs, read_from_any
from notou.vault.index_files import new_index, of_left_out, open_index_file
from notou.vault.sealed import open_file
from notou.vault.snapshot import MOST_SNAPSHOT_BYTES, decode_snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from notou.kernel import Index
    from notou.stores.base import Store
    from notou.vault.keys import MasterKey
    from notou.vault.snapshot import Snapshot

_HEADER_AROUND = 32 + 4  # nonce and MAC of the sealed header, and the length after it
_RAW_ENTRY = 37
_COMPRESSED_ENTRY = 41


def pack_file_bytes(entries: Iterable[BlobEntry]) -> int:
    """What a pack of these blobs must measure: blobs, sealed header, length (VAULT-FORMAT, Pack)."""
    return _HEADER_AROUND + sum(
        entry.length + (_COMPRESSED_ENTRY if entry.plain_length else _RAW_ENTRY) for entry in entries
    )


def pack_kind(entries: Iterable[BlobEntry]) -> BlobKind | None:
    """What the pack holds; None when it mixes data and trees, as format 1 allows."""
    kinds = {entry.kind for entry in entries}
    return BlobKind(kinds.pop()) if len(kinds) == 1 else None


@dataclass(frozen=True, slots=True)
class IndexNames:
    """Which packs (32-byte ids) each index file (hex id) names that is right; ``damaged``: id → why not."""

    packs_named: dict[str, frozenset[bytes]]
    damaged: dict[str, str]

    def require_whole(self) -> None:
        """DamagedError when an index file is right at no copy: what it names would look like waste."""
        for id_, reason in self.damaged.items():
            raise DamagedError(
                say(
                    "The index file {id} is right at no copy: {reason} Run repair index first.",
                    id=id_,
                    reason=reason,
                )
            )


def index_of(index: Index, pack_ids: Collection[bytes]) -> Index:
    """A fresh index of just these packs of ``index``."""
    chosen = new_index()
    for pack_id, lane, _, _ in index.packs():
        if pack_id in pack_ids:
            chosen.add_pack(pack_id, lane, index.entries(pack_id))
    return chosen


def read_index_names(stores: Sequence[Store], master: MasterKey) -> IndexNames:
    """Read the index files of all copies, each once, from a copy that has it right."""
    found = IndexNames({}, {})
    for id_ in union_of_names(stores, FileKind.INDEX):
        try:
            data = read_from_any(stores, ObjectName(FileKind.INDEX, id_))
            packs, left_out = new_index().load(open_index_file(master, id_, data))
            if left_out:
                raise DamagedError(of_left_out(left_out))
            found.packs_named[id_] = frozenset(packs)
        except (DamagedError, NotFoundError) as error:
            found.damaged[id_] = str(error)
    return found


def read_snapshots(stores: Sequence[Store], master: MasterKey) -> list[Snapshot]:
    """Every snapshot of every copy, oldest first; DamagedError when one is right at no copy."""
    found, unreadable = read_snapshot_files(stores, master)
    for reason in unreadable.values():
        raise DamagedError(reason)
    return found


def read_snapshot_files(stores: Sequence[Store], master: MasterKey) -> tuple[list[Snapshot], dict[str, str]]:
    """(every snapshot that a copy has right, oldest first; hex id → why not, of the others)."""
    found: list[Snapshot] = []
    unreadable: dict[str, str] = {}
    for id_ in union_of_names(stores, FileKind.SNAPSHOT):
        try:
            data = read_from_any(stores, ObjectName(FileKind.SNAPSHOT, id_))
            found.append(decode_snapshot(open_file(master, id_, data, MOST_SNAPSHOT_BYTES), id_))
        except (DamagedError, NotFoundError) as error:
            unreadable[id_] = say(
                "The snapshot {id} is right at no copy: {error} “repair snapshots --forget” removes it.",
                id=id_[:8],
                error=str(error),
            )
    return sorted(found, key=lambda snapshot: (snapshot.time_ns, snapshot.id)), unreadable


def union_of_names(stores: Iterable[Store], kind: FileKind) -> list[str]:
    """The ids of a kind that any copy lists, ascending."""
    return sorted({id_ for store in stores for id_, _ in store.list(kind)})


def union_of_packs(stores: Iterable[Store], index: Index) -> dict[bytes, int]:
    """Pack id → bytes for every pack that any copy lists; where they differ, the size the index asks for."""
    right = {pack_id: pack_file_bytes(index.entries(pack_id)) for pack_id, _, _, _ in index.packs()}
    union: dict[bytes, int] = {}
    for store in stores:
        for pack_id, size in list_packs(store).items():
            if pack_id not in union or size == right.get(pack_id):
                union[pack_id] = size
    return union
