"""What a backup is asked to do and what it answers. Records only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notou.copies.outbox import Outbox
from notou.copies.replicate import CopyOutcome, Replicator
from notou.model import Lane
from notou.stores.base import Store
from notou.vault.locking import Holder
from notou.vault.repository import Vault
from notou.vault.snapshot import Snapshot

MINUTE_NS = 60 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a backup goes: the opened vault, its copies, and what carries objects to them.

    ``holder`` takes the shared lock at each copy; its clock is the backup's clock, and its user, uid and gid
    are those the snapshots carry. ``hostname`` is what they carry as the host, whatever machine this is.
    """

    vault: Vault
    copies: Sequence[Store]
    outbox: Outbox
    replicator: Replicator
    holder: Holder
    hostname: str


@dataclass(frozen=True, slots=True)
class BackupOptions:
    """How to back up.

    ``only_lane``: everything goes into this lane, content is not looked at. ``tags``: a person's own.
    ``skip_if_unchanged``: no snapshot for a lane whose tree is its parent's. ``force``: compare with no
    earlier snapshot, so that every file is read. ``pack_bytes``: where a pack is closed.
    ``partial_every_ns``, ``partial_every_bytes``: after which time, or new sealed bytes of one lane,
    whichever comes first, what is there is published as partial snapshots. ``forecast_after_s``: after
    which time to count ahead what there is to do, for progress; None where nobody watches.
    """

    only_lane: Lane | None = None
    tags: tuple[str, ...] = ()
    skip_if_unchanged: bool = False
    force: bool = False
    pack_bytes: int = 16 * 1024 * 1024
    partial_every_ns: int = 10 * MINUTE_NS
    partial_every_bytes: int = 1_000_000_000
    forecast_after_s: float | None = None


@dataclass(slots=True)
class Counts:
    """What one lane's part of a backup amounted to; the names are those of restic's summary."""

    files_new: int = 0
    files_changed: int = 0
    files_unmodified: int = 0
    dirs_new: int = 0
    dirs_changed: int = 0
    dirs_unmodified: int = 0
    data_blobs: int = 0
    tree_blobs: int = 0
    data_added: int = 0  # plain bytes
    data_added_packed: int = 0  # sealed bytes
    total_files_processed: int = 0
    total_bytes_processed: int = 0


@dataclass(frozen=True, slots=True)
class BackupResult:
    """What a backup did.

    ``snapshots``: those published, in lane order (a lane left out by skip_if_unchanged has none).
    ``faults``: items that were not read, which the snapshots do not hold. ``copies``: how each copy
    fared; a snapshot is only at those that are complete.
    """

    snapshots: tuple[Snapshot, ...]
    counts: dict[Lane, Counts]
    faults: int
    copies: tuple[CopyOutcome, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a backup would do.

    ``counts``: of files alone; folders and bytes added are not foretold. ``bytes_to_read``: of the files that
    are new or changed. ``faults``: items that would not be read. ``late``: copies that do not answer.
    """

    counts: dict[Lane, Counts]
    bytes_to_read: dict[Lane, int]
    faults: int
    late: tuple[str, ...]
