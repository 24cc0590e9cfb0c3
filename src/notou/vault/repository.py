"""An opened vault, for reading: through all places that hold it, healing over what one of them lost.

Whatever is read is verified; what does not verify at one place is read from the next, and the fault
is noted in ``faults``. Only when no place has it right is DamagedError raised (NotFoundError where
all say it is absent). What may not enter: writing, choosing snapshots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, Self

from notou.kernel import Index
from notou.model import BlobEntry, BlobPlace, FileKind, Node, ObjectName
from notou.vault.config import Config
from notou.vault.keys import MasterKey
from notou.vault.snapshot import Snapshot


class Objects(Protocol):
    """What of a store reading needs; see stores.base.Store."""

    @property
    def location(self) -> str: ...
    def get(self, name: ObjectName, *, most: int) -> bytes: ...
    def get_range(self, name: ObjectName, offset: int, length: int) -> bytes: ...
    def list(self, kind: FileKind) -> list[tuple[str, int]]: ...


class Vault:
    """Config, master key, index and snapshots of one vault, and its blobs, verified."""

    config: Config
    master: MasterKey
    places: tuple[Objects, ...]
    faults: list[str]
    """Sentences about damage that another place healed over, and index or snapshot files left out as damaged."""

    @classmethod
    def open(cls, places: Sequence[Objects], password: str) -> Self:
        """Open with a password; keys are tried from every place.

        Raises NoVaultError when no place holds a vault, WrongPasswordError, DamagedError when keys or
        config are beyond reading, UsageError when places hold different vaults, StoreUnavailableError when
        no place can be read. A place that fails while another serves is left out and noted in ``faults``.
        """
        raise NotImplementedError

    @classmethod
    def with_key(cls, places: Sequence[Objects], master: MasterKey) -> Self:
        """Open with the master key itself, as after making the vault."""
        raise NotImplementedError

    @property
    def index(self) -> Index:
        """The index, loaded at the first use (load_index without conditions)."""
        raise NotImplementedError

    def load_index(self, held: Mapping[bytes, int] | None = None) -> Index:
        """Read the index files of every place and keep the index.

        ``held``: pack id → size as the places list them (Replicator.held); packs that are not among them, or are
        shorter there than the index says, are left out, so that a backup does not rely on what is gone.
        """
        raise NotImplementedError

    def snapshots(self) -> list[Snapshot]:
        """Every readable snapshot of every place, oldest first; damaged ones are noted in ``faults``."""
        raise NotImplementedError

    def load_blob(self, kind: int, blob_id: bytes) -> bytes:
        """The plain bytes of a blob. NotFoundError when the index names it nowhere, DamagedError when no place has it right."""
        raise NotImplementedError

    def load_blobs(self, kind: int, blob_ids: Sequence[bytes]) -> list[bytes]:
        """As load_blob for many, in the order asked; neighbours in one pack are read together."""
        raise NotImplementedError

    def load_tree_plain(self, tree_id: bytes) -> bytes:
        """The JSON of a tree."""
        raise NotImplementedError

    def load_trees_plain(self, tree_ids: Sequence[bytes]) -> list[bytes]:
        """The JSON of many trees, in the order asked; neighbours in one pack are read together."""
        raise NotImplementedError

    def load_tree(self, tree_id: bytes) -> list[Node]:
        """The nodes of a tree."""
        raise NotImplementedError

    def fetch_pack(self, pack_id: bytes, size: int) -> bytes:
        """The whole pack, whose SHA-256 is its id; ``size`` bounds it."""
        raise NotImplementedError

    def fetch_range(self, pack_id: bytes, offset: int, length: int) -> bytes:
        """Part of a pack from the first place that yields it; not verified: open the blobs, and load_blob the damaged ones."""
        raise NotImplementedError

    def open_blob(self, place: BlobPlace, kind: int, blob_id: bytes) -> bytes:
        """The blob at one place in a pack, from whichever copy has it right."""
        raise NotImplementedError

    def pack_entries(self, pack_id: bytes, size: int) -> list[BlobEntry]:
        """The entries in a pack's own header, for packs that no index names."""
        raise NotImplementedError
