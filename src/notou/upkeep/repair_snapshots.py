"""Repairing snapshots: trees are rewritten without what is lost, into new snapshots that say so.

A file that lost content is left out, not cut short: half a file that bears the name of a whole one would
be believed. A directory that cannot be read stays, empty. What may not enter: searching packs for damage.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from notou.kernel.treejson import encode_tree
from notou.model import UNKNOWN_LANE, BlobKind, FileKind, ObjectName
from notou.upkeep.living import locked
from notou.upkeep.postorder import post_order
from notou.upkeep.repack import Repacker
from notou.upkeep.survey import read_index_names, read_snapshot_files, union_of_packs
from notou.upkeep.switch import Switch, carry_out, sealed_indexes
from notou.vault.repository import Vault
from notou.vault.sealed import seal_file
from notou.vault.snapshot import REPAIRED_TAG, encode_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from notou.events import Report
    from notou.kernel import Index
    from notou.model import Node
    from notou.stores.base import Store
    from notou.upkeep.living import LivingCopies
    from notou.upkeep.switch import SealedFile
    from notou.vault.config import Config
    from notou.vault.keys import MasterKey
    from notou.vault.locking import Holder
    from notou.vault.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RepairedSnapshot:
    """One snapshot that was not whole: the new one's id ("" in a dry run), and every path it lost."""

    old_id: str
    new_id: str
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SnapshotRepair:
    """``hopeless`` snapshots (hex ids) cannot be read, nor mended. ``failures``: location → why not."""

    repaired: tuple[RepairedSnapshot, ...]
    hopeless: tuple[str, ...]
    failures: Mapping[str, str]


def repair_snapshots(
    copies: Sequence[Store],
    config: Config,
    master: MasterKey,
    *,
    forget: bool,
    dry_run: bool,
    workspace: bytes,
    holder: Holder,
    report: Report,
) -> SnapshotRepair:
    """Publish a whole snapshot, tagged “repaired”, beside each that is not; ``forget`` deletes the old ones.

    A snapshot that no copy has right, or without a readable root, goes too with ``forget``. Index and packs
    should be repaired before. Raises LockedError, StoreUnavailableError.
    """
    with locked(copies, master, holder, report, exclusive=True) as living, ExitStack() as ending:
        vault = Vault(living.stores, master, config, [])
        snapshots, unreadable = read_snapshot_files(living.stores, master)
        repacker = (
            None if dry_run else ending.enter_context(Repacker(master, vault.load_index(), workspace, living))
        )
        found = [_mend(vault, snapshot, repacker) for snapshot in snapshots]
        mended = [one for one in found if isinstance(one, _Mended)]
        hopeless = [*unreadable, *(one for one in found if isinstance(one, str))]
        files = [_sealed(one, master) for one in mended]
        if repacker is not None and (mended or hopeless):
            repacker.finish()
            _publish(vault.index, repacker, files, living, master)
            old = [*(one.snapshot.id for one in mended), *hopeless] if forget else []
            living.delete([ObjectName(FileKind.SNAPSHOT, id_) for id_ in old])
        return SnapshotRepair(
            tuple(
                RepairedSnapshot(one.snapshot.id, "" if dry_run else name.id, tuple(one.lost))
                for one, (name, _) in zip(mended, files, strict=True)
            ),
            tuple(hopeless),
            living.failures,
        )


@dataclass(frozen=True, slots=True)
class _Mended:
    snapshot: Snapshot
    tree: bytes
    lost: list[str]


def _mend(vault: Vault, snapshot: Snapshot, repacker: Repacker | None) -> _Mended | str | None:
    """None when the snapshot is whole, its id when its root is lost."""
    lane = UNKNOWN_LANE if snapshot.lane is None else int(snapshot.lane)
    store: Callable[[bytes], bytes] = (
        _name_only if repacker is None else (lambda plain: repacker.store_tree(lane, plain))
    )
    trees: dict[bytes, bytes] = {}
    lost: list[str] = []
    for path, tree_id, nodes in post_order(vault, snapshot.tree, trees):
        if nodes is None and tree_id == snapshot.tree:
            return snapshot.id
        if nodes is None:
            lost.append(os.fsdecode(path))
            trees[tree_id] = store(encode_tree([]))
            continue
        kept = list(_kept_nodes(vault.index, path, nodes, trees, lost))
        trees[tree_id] = tree_id if kept == nodes else store(encode_tree(kept))
    return _Mended(snapshot, trees[snapshot.tree], lost) if trees[snapshot.tree] != snapshot.tree else None


def _name_only(plain: bytes) -> bytes:
    return hashlib.sha256(plain).digest()


def _kept_nodes(
    index: Index, path: bytes, nodes: Sequence[Node], trees: Mapping[bytes, bytes], lost: list[str]
) -> Iterator[Node]:
    """The nodes that are whole, directories pointing to their mended trees; ``lost`` is told the others."""
    for node in nodes:
        if node.content and None in index.find_many(BlobKind.DATA, b"".join(node.content)):
            lost.append(os.fsdecode(os.path.join(path, node.name)))
        elif node.subtree is not None and trees[node.subtree] != node.subtree:
            yield replace(node, subtree=trees[node.subtree])
        else:
            yield node


def _sealed(mended: _Mended, master: MasterKey) -> SealedFile:
    old = mended.snapshot
    new = replace(
        old,
        id="",
        tree=mended.tree,
        original=old.original or bytes.fromhex(old.id),
        tags=(*old.tags, *(() if REPAIRED_TAG in old.tags else (REPAIRED_TAG,))),
    )
    id_, data = seal_file(master, encode_snapshot(new))
    return ObjectName(FileKind.SNAPSHOT, id_), data


def _publish(
    index: Index,
    repacker: Repacker,
    files: Sequence[SealedFile],
    living: LivingCopies,
    master: MasterKey,
) -> None:
    """New packs are at the copies already; their index follows, then the snapshots that need them.

    A tree that an earlier run stored is not stored again, though the index of its pack may have reached one
    copy only before that run was killed: so every copy gets all that any of them has.
    """
    named = {pack_id for pack_id, _, _, _ in index.packs()}
    listed = union_of_packs(living.stores, index)
    carry_out(
        Switch(
            packs={id_: listed[id_] for id_ in named & listed.keys()} | repacker.packs,
            new_indexes=tuple(sealed_indexes(index, repacker.packs.keys(), master)),
            kept_indexes=read_index_names(living.stores, master).packs_named.keys(),
            old_indexes=(),
            old_packs=(),
        ),
        living,
    )

    def put(store: Store) -> None:
        for name, data in files:
            store.put(name, data)

    living.each(put)
