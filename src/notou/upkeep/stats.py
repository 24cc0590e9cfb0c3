"""Figures of a vault, per lane and in all: what snapshots hold, and what that takes in storage.

What may not enter: wording, units for people.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError
from notou.kernel import Usage
from notou.model import NodeKind
from notou.sentence import say
from notou.shown import shown
from notou.upkeep.postorder import post_order
from notou.upkeep.reach import mark_reached

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notou.model import Lane, Node
    from notou.vault.repository import Vault
    from notou.vault.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Stats:
    """Sums over the snapshots of one lane, or of all. Bytes; files of restic's four modes in one go."""

    snapshots: int
    files: int  # restore-size: in every snapshot, hard links once
    restore_bytes: int
    contents: int  # files-by-contents: different contents, whatever their names
    content_bytes: int
    blobs: int  # raw-data: different blobs, trees included
    stored_bytes: int
    plain_bytes: int

    @property
    def ratio(self) -> float:
        """Plain bytes a stored byte stands for; 1.0 of nothing."""
        return self.plain_bytes / self.stored_bytes if self.stored_bytes else 1.0


@dataclass(frozen=True, slots=True)
class VaultStats:
    """``lanes`` in rank order, None for snapshots of no lane; ``total`` of them together."""

    lanes: tuple[tuple[Lane | None, Stats], ...]
    total: Stats


def gather(vault: Vault, snapshots: Sequence[Snapshot]) -> VaultStats:
    """The figures of these snapshots. DamagedError when one is not whole."""
    lanes = sorted({one.lane for one in snapshots}, key=lambda lane: -1 if lane is None else int(lane))
    each = tuple((lane, _of_lane(vault, [one for one in snapshots if one.lane == lane])) for lane in lanes)
    return VaultStats(each, _sum(stats for _, stats in each))


def _sum(parts: Iterable[Stats]) -> Stats:
    # Lanes share no packs, so their figures add up.
    rows = [
        (
            part.snapshots,
            part.files,
            part.restore_bytes,
            part.contents,
            part.content_bytes,
            part.blobs,
            part.stored_bytes,
            part.plain_bytes,
        )
        for part in parts
    ]
    return Stats(*(sum(column) for column in zip(*rows, strict=True))) if rows else Stats(*[0] * 8)


def _of_lane(vault: Vault, snapshots: Sequence[Snapshot]) -> Stats:
    usage = Usage(vault.index)
    for lost in mark_reached(vault, usage, snapshots):
        raise DamagedError(
            say(
                "The snapshot {short_id} is not whole: {reason} Run check.",
                short_id=lost.snapshot.short_id,
                reason=lost.reason,
            )
        )
    used = [(blobs, stored) for _, blobs, stored, _, _ in usage.packs()]
    count = _FileCount()
    for snapshot in snapshots:
        count.add(vault, snapshot)
    return Stats(
        snapshots=len(snapshots),
        files=count.files,
        restore_bytes=count.restore_bytes,
        contents=len(count.contents),
        content_bytes=count.content_bytes,
        blobs=sum(blobs for blobs, _ in used),
        stored_bytes=sum(stored for _, stored in used),
        plain_bytes=usage.plain_bytes(),
    )


@dataclass(frozen=True, slots=True)
class _Below:
    """What is below one tree; ``linked``: size by (device, inode) of files with several names."""

    files: int
    restore_bytes: int
    linked: dict[tuple[int, int], int]


class _FileCount:
    """Files of many snapshots; a tree that several share is read once."""

    def __init__(self) -> None:
        self.files = self.restore_bytes = self.content_bytes = 0
        self.contents: set[bytes] = set()
        self._below: dict[bytes, _Below] = {}

    def add(self, vault: Vault, snapshot: Snapshot) -> None:
        for path, tree_id, nodes in post_order(vault, snapshot.tree, self._below):
            if nodes is None:
                raise DamagedError(
                    say(
                        "The directory {path} of {short_id} cannot be read. Run check.",
                        path=shown(path),
                        short_id=snapshot.short_id,
                    )
                )
            self._below[tree_id] = self._sum_below(nodes)
        whole = self._below[snapshot.tree]
        self.files += whole.files + len(whole.linked)
        self.restore_bytes += whole.restore_bytes + sum(whole.linked.values())

    def _sum_below(self, nodes: Iterable[Node]) -> _Below:
        files = restore_bytes = 0
        linked: dict[tuple[int, int], int] = {}
        for node in nodes:
            if node.subtree is not None:
                below = self._below[node.subtree]
                files += below.files
                restore_bytes += below.restore_bytes
                linked.update(below.linked)
            elif node.kind == NodeKind.FILE:
                self._count_content(node)
                if node.links > 1:
                    linked[node.device_id, node.inode] = node.size
                else:
                    files += 1
                    restore_bytes += node.size
        return _Below(files, restore_bytes, linked)

    def _count_content(self, node: Node) -> None:
        content = hashlib.sha256(b"".join(node.content or ())).digest()
        if content not in self.contents:
            self.contents.add(content)
            self.content_bytes += node.size
