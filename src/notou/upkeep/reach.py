"""Walks from snapshots to everything they reach, and marks it in the kernel's Usage.

Trees are loaded in batches and forgotten: memory holds the ids of directories not yet visited, never the
vault. What may not enter: judging faults; they are yielded, and the caller decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError
from notou.model import UNKNOWN_LANE
from notou.sentence import say
from notou.shown import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notou.kernel import Usage
    from notou.vault.repository import Vault
    from notou.vault.snapshot import Snapshot

_BATCH = 256
"""Trees loaded together; restic's are a few KiB each."""


@dataclass(frozen=True, slots=True)
class LostTree:
    """A directory that cannot be read, and why, in a sentence."""

    snapshot: Snapshot
    tree_id: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class LostContent:
    """A file some of whose content no pack holds."""

    snapshot: Snapshot
    name: bytes
    blob_ids: tuple[bytes, ...]

    @property
    def reason(self) -> str:
        """What is lost, as the end of a sentence."""
        return say("content of the file “{name}” is in no pack.", name=shown(self.name))


Lost = LostTree | LostContent


def mark_reached(vault: Vault, usage: Usage, snapshots: Iterable[Snapshot]) -> Iterator[Lost]:
    """Mark all that ``snapshots`` reach, yielding what is lost; run it to its end.

    ``usage`` must be over ``vault.index``. A tree reached twice in a lane is visited once.
    """
    for snapshot in snapshots:
        lane = UNKNOWN_LANE if snapshot.lane is None else int(snapshot.lane)
        pending = [snapshot.tree] if usage.mark_tree(lane, snapshot.tree) else []
        while pending:
            batch = pending[-_BATCH:]
            del pending[-_BATCH:]
            for tree_id, plain in _load(vault, batch):
                if isinstance(plain, str):
                    yield LostTree(snapshot, tree_id, plain)
                    continue
                try:
                    subtrees, missing = usage.mark_content(lane, plain)
                except DamagedError as error:
                    yield LostTree(snapshot, tree_id, str(error))
                    continue
                pending += [subtree for subtree in subtrees if usage.mark_tree(lane, subtree)]
                for name, blob_ids in missing:
                    yield LostContent(snapshot, name, tuple(blob_ids))


def _load(vault: Vault, tree_ids: Sequence[bytes]) -> Iterator[tuple[bytes, bytes | str]]:
    """Each tree's JSON, or a sentence saying why there is none; one at a time where they are too large."""
    try:
        plains = vault.load_trees_plain(tree_ids)
    except (DamagedError, NotFoundError):
        for tree_id in tree_ids:
            yield tree_id, _load_one(vault, tree_id)
    else:
        yield from zip(tree_ids, plains, strict=True)


def _load_one(vault: Vault, tree_id: bytes) -> bytes | str:
    try:
        return vault.load_tree_plain(tree_id)
    except (DamagedError, NotFoundError) as error:
        return str(error)
