"""Stores items that Notou made itself: each set is a snapshot of its own, beside those of folders.

It goes the way of a backup: same locks, outbox, kernel and order of publishing.

What may not enter: reading what was kept before (restore.kept), what the items mean, opening vaults (jobs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from notou import __version__, kernel
from notou.backup.cut_rules import CUT_RULES
from notou.backup.options import BackupOptions, Counts, Destination
from notou.backup.parents import Parents, adopt_stray_packs
from notou.backup.publishing import Publisher
from notou.backup.session import new_writer, session
from notou.backup.tally import Tally
from notou.copies.replicate import CopyOutcome
from notou.kernel import Writer
from notou.kernel.treejson import encode_tree
from notou.model import BlobKind, Node, NodeKind
from notou.vault.derive import cut_key
from notou.vault.kept import KeptItem, KeptSet, heads
from notou.vault.snapshot import Snapshot

Revise = Callable[[Sequence[Snapshot]], Mapping[str, KeptItem]]
"""From the snapshots that hold a set now (see heads) to its new state, called when nobody else changes it."""

_PACK_BYTES = BackupOptions().pack_bytes


@dataclass(frozen=True, slots=True)
class KeepResult:
    """The snapshots published: none of a set that is as it was. ``copies``: how each copy fared."""

    snapshots: tuple[Snapshot, ...]
    copies: tuple[CopyOutcome, ...]


def keep(destination: Destination, changes: Mapping[KeptSet, Revise]) -> KeepResult:
    """Bring every set into its new state at every copy. Raises as back_up."""
    with session(destination):
        run = _Keeping(destination)
        try:
            return run.carry_out(changes)
        finally:
            run.end()


class _Keeping:
    """The parts of one run, wired."""

    def __init__(self, destination: Destination) -> None:
        self._to = destination
        self._start_ns = destination.holder.now_ns()
        self._held = destination.vault.snapshots()
        self._index = destination.vault.load_index(destination.replicator.held())
        self._publisher = Publisher(destination, self._index)
        self._publisher.take_over()
        self._writer = new_writer(destination, self._index, _PACK_BYTES)
        self._tally = Tally(self._writer.stored)

    def carry_out(self, changes: Mapping[KeptSet, Revise]) -> KeepResult:
        made = [self._store(wanted, revise) for wanted, revise in changes.items()]
        published = self._publisher.publish(self._writer, [one for one in made if one is not None])
        return KeepResult(tuple(published), tuple(self._to.replicator.outcomes()))

    def end(self) -> None:
        """What was sealed stays in the outbox for the next run."""
        self._writer.close()
        self._publisher.claim_finished(self._writer)

    def _store(self, wanted: KeptSet, revise: Revise) -> Snapshot | None:
        """The snapshot to publish; None where the set is as the newest one has it."""
        before = heads(self._held, wanted)
        newest = before[-1] if before else None
        adopt_stray_packs(self._to.vault, self._index, {wanted.lane: Parents(newest, ())})
        items = revise(before)
        tree = _TreeStore(self._writer, self._to, wanted).store(items)
        if newest.tree == tree if newest else not items:
            return None
        self._count(wanted, items)
        return self._snapshot(wanted, tree, newest)

    def _count(self, wanted: KeptSet, items: Mapping[str, KeptItem]) -> None:
        size = sum(len(item.content) for item in items.values())
        self._tally.add(wanted.lane, Counts(total_files_processed=len(items), total_bytes_processed=size))

    def _snapshot(self, wanted: KeptSet, tree: bytes, newest: Snapshot | None) -> Snapshot:
        holder = self._to.holder
        # never older than what it was made from, whatever this device's clock says
        time_ns = max(self._start_ns, newest.time_ns + 1) if newest else self._start_ns
        return Snapshot(
            time_ns=time_ns,
            tree=tree,
            paths=(wanted.root,),
            hostname=self._to.hostname,
            username=holder.username,
            uid=holder.uid,
            gid=holder.gid,
            tags=wanted.tags,
            parent=bytes.fromhex(newest.id) if newest else None,
            program_version=f"notou {__version__}",
            summary=self._tally.summary(wanted.lane, self._start_ns, holder.now_ns()),
        )


class _TreeStore:
    """Stores a set's contents and folders; the same items give the same tree on every device of a user."""

    def __init__(self, writer: Writer, to: Destination, wanted: KeptSet) -> None:
        self._writer, self._set = writer, wanted
        self._cut_key = cut_key(to.vault.master)
        owner = Node(b"", "", uid=to.holder.uid, gid=to.holder.gid, user=to.holder.username)
        self._file = replace(owner, kind=NodeKind.FILE, mode=0o600)
        self._folder = replace(owner, kind=NodeKind.DIR, mode=0o700)

    def store(self, items: Mapping[str, KeptItem]) -> bytes:
        """The tree's id."""
        nested: _Level = {}
        for name, item in items.items():
            *above, last = [part.encode("utf-8", "surrogateescape") for part in _path(self._set, name)]
            level = nested
            for part in above:
                inner = level.setdefault(part, {})
                assert isinstance(inner, dict)  # revise refuses a name that is a file and a folder
                level = inner
            level[last] = item
        return self._store_folder(nested)[0]

    def _store_folder(self, level: _Level) -> tuple[bytes, int]:
        """(tree id, when something in it changed last)."""
        nodes = [self._node(name, each) for name, each in sorted(level.items())]
        tree = encode_tree(nodes)
        (tree_id,) = self._writer.store_blobs(self._set.lane, BlobKind.TREE, [tree])
        return tree_id, max((node.mtime_ns for node in nodes), default=0)

    def _node(self, name: bytes, each: KeptItem | _Level) -> Node:
        if isinstance(each, KeptItem):
            content = self._store_content(each.content)
            node = replace(self._file, content=content, size=len(each.content), links=1)
            changed_ns = each.changed_ns
        else:
            subtree, changed_ns = self._store_folder(each)
            node = replace(self._folder, subtree=subtree)
        return replace(node, name=name, mtime_ns=changed_ns, atime_ns=changed_ns, ctime_ns=changed_ns)

    def _store_content(self, content: bytes) -> tuple[bytes, ...]:
        pieces, at = [], 0
        for length in kernel.cut(CUT_RULES[self._set.lane], self._cut_key, content):
            pieces.append(content[at : at + length])
            at += length
        return tuple(self._writer.store_blobs(self._set.lane, BlobKind.DATA, pieces))


_Level = dict[bytes, "KeptItem | _Level"]


def _path(wanted: KeptSet, name: str) -> list[str]:
    return [*wanted.root.strip("/").split("/"), *name.split("/")]
