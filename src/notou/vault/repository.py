"""An opened vault, for reading: through all places that hold it, healing over what one of them lost.

Whatever is read is verified; what does not verify at one place is read from the next, and the fault
is noted in ``faults``. Only when no place has it right is DamagedError raised (NotFoundError where
all say it is absent). What may not enter: writing, choosing snapshots.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Self

from notou import kernel
from notou.errors import DamagedError, NotFoundError, StoreError
from notou.kernel import Index
from notou.kernel.treejson import decode_tree
from notou.model import BlobEntry, BlobKind, FileKind, Node, ObjectName
from notou.sentence import say
from notou.vault.blobs import BlobReader
from notou.vault.config import Config
from notou.vault.index_files import read_index, without_lost_packs
from notou.vault.keys import MasterKey
from notou.vault.opening import open_with_password
from notou.vault.places import Objects, Places
from notou.vault.sealed import open_file
from notou.vault.snapshot import MOST_SNAPSHOT_BYTES, Snapshot, decode_snapshot

__all__ = ["Objects", "Vault"]

_USUAL_HEADER_BYTES = 64 * 1024
_MOST_HEADER_BYTES = 16 * 1024 * 1024


class Vault:
    """Config, master key, index, snapshots and blobs of one vault, verified. Callable from many threads.

    ``faults`` are sentences about damage that another place healed over, and index or snapshot files left out
    as damaged.
    """

    def __init__(
        self, places: Sequence[Objects], master: MasterKey, config: Config, faults: list[str]
    ) -> None:
        """``open`` checks that the parts belong together."""
        self.places = tuple(places)
        self.master = master
        self.config = config
        self.faults = faults
        self._reading = Places(places, faults)
        self._index: Index | None = None
        self._blobs: BlobReader | None = None

    @classmethod
    def open(cls, places: Sequence[Objects], password: str) -> Self:
        """Open with a password; keys are tried from every place.

        Raises NoVaultError when no place holds a vault now, WrongPasswordError, DamagedError when keys or
        config are beyond reading, UsageError when places hold different vaults. A place that fails while
        another serves is noted in ``faults``.
        """
        faults: list[str] = []
        master, config = open_with_password(places, password, faults.append)
        return cls(places, master, config, faults)

    @property
    def index(self) -> Index:
        """The index, loaded at the first use."""
        return self._index if self._index is not None else self.load_index()

    def load_index(self, held: Mapping[bytes, int] | None = None) -> Index:
        """Read the index files of every place and keep the index.

        ``held``: pack id → size as the places list them (Replicator.held); packs that are not among them, or
        are shorter there than the index says, are left out, so that a backup does not rely on what is gone.
        """
        index = read_index(self._reading, self.master)
        self._index = index if held is None else without_lost_packs(index, held)
        self._blobs = BlobReader(self._reading, self.master, self._index)
        return self._index

    def named_packs(self) -> frozenset[bytes] | None:
        """Ids of the packs that index files of any place name; None when one is not to be read."""
        faults: list[str] = []
        index = read_index(Places(self.places, faults), self.master)
        return None if faults else frozenset(pack_id for pack_id, _, _, _ in index.packs())

    def snapshots(self) -> list[Snapshot]:
        """Every readable snapshot of every place, oldest first; damaged ones are noted in ``faults``."""
        found: list[Snapshot] = []
        for snapshot_id in self._reading.list(FileKind.SNAPSHOT):
            try:
                found.append(self._read_snapshot(snapshot_id))
            except (DamagedError, NotFoundError, StoreError) as error:
                self._reading.note(
                    say(
                        "The snapshot {snapshot} cannot be used: {error}",
                        snapshot=snapshot_id[:8],
                        error=str(error),
                    )
                )
        return sorted(found, key=lambda snapshot: (snapshot.time_ns, snapshot.id))

    def load_blob(self, kind: int, blob_id: bytes) -> bytes:
        """The plain bytes of a blob.

        NotFoundError when the index names it nowhere, DamagedError when no place has it right.
        """
        return self._reader().load(kind, blob_id)

    def load_blobs(self, kind: int, blob_ids: Sequence[bytes]) -> list[bytes]:
        """As load_blob for many, in the order asked; neighbours in one pack are read together.

        LimitError when they are more bytes than Notou holds at once.
        """
        return self._reader().load_many(kind, blob_ids)

    def load_tree_plain(self, tree_id: bytes) -> bytes:
        """The JSON of a tree."""
        return self._reader().load(BlobKind.TREE, tree_id)

    def load_trees_plain(self, tree_ids: Sequence[bytes]) -> list[bytes]:
        """The JSON of many trees, as load_blobs."""
        return self._reader().load_many(BlobKind.TREE, tree_ids)

    def load_tree(self, tree_id: bytes) -> list[Node]:
        """The nodes of a tree."""
        return decode_tree(self.load_tree_plain(tree_id))

    def fetch_pack(self, pack_id: bytes, size: int) -> bytes:
        """The whole pack, whose SHA-256 is its id; ``size`` bounds it."""

        def verify(data: bytes) -> bytes:
            if hashlib.sha256(data).digest() != pack_id:
                raise DamagedError(
                    say(
                        "The bytes of the pack {pack} are not those its name stands for.",
                        pack=pack_id.hex()[:16],
                    )
                )
            return data

        return self._reading.read(_pack(pack_id), verify, size)

    def fetch_range(self, pack_id: bytes, offset: int, length: int) -> bytes:
        """Part of a pack from the first place that yields it; not verified.

        Open the blobs in it, and load_blob those that are damaged.
        """
        return self._reading.read_range(_pack(pack_id), offset, length, lambda data: data)

    def pack_entries(self, pack_id: bytes, size: int) -> list[BlobEntry]:
        """The entries in a pack's own header, for packs no index names; ``size`` is the pack's in bytes."""
        tail_length = min(size, _USUAL_HEADER_BYTES)
        tail = self.fetch_range(pack_id, size - tail_length, tail_length)
        header_length = int.from_bytes(tail[-4:], "little") + 4
        if tail_length < header_length <= min(size, _MOST_HEADER_BYTES + 4):
            tail = self.fetch_range(pack_id, size - header_length, header_length)
        return kernel.read_header(self.master.bytes64, tail, size)

    def _reader(self) -> BlobReader:
        if self._blobs is None:
            self.load_index()
        assert self._blobs is not None
        return self._blobs

    def _read_snapshot(self, snapshot_id: str) -> Snapshot:
        name = ObjectName(FileKind.SNAPSHOT, snapshot_id)
        plain = self._reading.read(
            name,
            lambda data: open_file(self.master, snapshot_id, data, MOST_SNAPSHOT_BYTES),
            MOST_SNAPSHOT_BYTES,
        )
        return decode_snapshot(plain, snapshot_id)


def _pack(pack_id: bytes) -> ObjectName:
    return ObjectName(FileKind.PACK, pack_id.hex())
