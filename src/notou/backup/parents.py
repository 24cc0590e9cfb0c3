"""Which earlier snapshots a backup is compared with, and which lane stray packs belong to.

A lane's parents are its newest whole snapshot of the same host and paths, and the newest partial one
if that is younger: a directory is compared with its tree in the partial snapshot where there is one,
else with the one in the whole snapshot, so that neither a break nor a long run reads a file twice.

What may not enter: walking the source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from notou.backup.options import BackupOptions
from notou.backup.walk import ParentTrees
from notou.errors import DamagedError, StoreError
from notou.kernel import Index, Usage
from notou.model import UNKNOWN_LANE, BlobKind, Lane
from notou.vault.repository import Vault
from notou.vault.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Parents:
    """The snapshots of one lane that a backup is compared with, and the partial ones it makes needless."""

    whole: Snapshot | None
    partials: tuple[Snapshot, ...]  # oldest first, younger than ``whole`` or not

    @property
    def chain(self) -> tuple[Snapshot, ...]:
        """The whole snapshot, then the newest partial one if it is younger."""
        newest = [self.partials[-1]] if self.partials else []
        if self.whole is None:
            return tuple(newest)
        return (self.whole, *(partial for partial in newest if partial.time_ns > self.whole.time_ns))


def find_parents(snapshots: Iterable[Snapshot], hostname: str, paths: Collection[str]) -> dict[Lane, Parents]:
    """The parents of every lane that has any."""
    group = (hostname, tuple(sorted(paths)))
    found: dict[Lane, Parents] = {}
    of_folders = [snapshot for snapshot in snapshots if snapshot.lane is not None and not snapshot.kept]
    ours = [snapshot for snapshot in of_folders if snapshot.group_key == group]
    for lane in Lane:
        of_lane = sorted((one for one in ours if one.lane is lane), key=lambda one: one.time_ns)
        if of_lane:
            wholes = [one for one in of_lane if not one.partial]
            found[lane] = Parents(
                wholes[-1] if wholes else None, tuple(one for one in of_lane if one.partial)
            )
    return found


def trees_to_compare(parents: dict[Lane, Parents], options: BackupOptions) -> ParentTrees:
    """The trees of the parents that a backup with these options is compared with."""
    return {
        lane: tuple(one.tree for one in found.chain)
        for lane, found in parents.items()
        if options.only_lane in (None, lane) and not options.force
    }


def adopt_stray_packs(vault: Vault, index: Index, parents: dict[Lane, Parents]) -> None:
    """Give packs without a lane (restic rewrote their index) to the one lane whose parents use them.

    What several lanes use stays without a lane: each of them still finds its blobs there.
    """
    stray = {pack_id for pack_id, lane, _, _ in index.packs() if lane == UNKNOWN_LANE}
    if not stray:
        return
    owners: dict[bytes, list[Lane]] = {}
    for lane, found in parents.items():
        for pack_id in stray & _packs_used(vault, index, lane, found.chain):
            owners.setdefault(pack_id, []).append(lane)
    for lane in parents:
        index.adopt([pack_id for pack_id, lanes in owners.items() if lanes == [lane]], lane)


def _packs_used(vault: Vault, index: Index, lane: Lane, snapshots: Sequence[Snapshot]) -> set[bytes]:
    usage = Usage(index)
    waiting = [snapshot.tree for snapshot in snapshots]
    while waiting:
        tree_id = waiting.pop()
        if usage.mark_tree(lane, tree_id) and index.find(BlobKind.TREE, tree_id):
            with suppress(DamagedError, StoreError):  # what hangs below is read and stored again
                waiting.extend(usage.mark_content(lane, vault.load_tree_plain(tree_id))[0])
    return {pack_id for pack_id, used, _, _, _ in usage.packs() if used}
