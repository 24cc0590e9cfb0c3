"""Directory: one folder of the source as listed, compared with parent trees, encoded as trees.

What may not enter: reading files' content (writer.py), deciding the lane of an entry.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from notou.kernel.reference.source_node import NODE_KINDS as _NODE_KINDS
from notou.kernel.reference.source_node import ItemFault, kind_letter, reason, source_node
from notou.kernel.treejson import encode_node, join_nodes, split_tree
from notou.model import UNKNOWN_LANE, BlobKind, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notou.kernel.reference.index import Index


@dataclass(slots=True)
class _Entry:
    name: bytes
    stat: os.stat_result
    letter: str
    stored: tuple[bytes, ...] | None = None  # the blobs of a file that Writer.store has read


@dataclass(slots=True)
class _Parent:
    """One lane's parent tree of this directory, as far as its nodes are here still."""

    node_count: int
    nodes: dict[int, tuple[Node, bytes]] = field(default_factory=dict)  # entry → node, its JSON
    matched: set[int] = field(default_factory=set)


@final
class Directory:
    """One directory of the source: entries in ascending order of raw name, with their lstat."""

    def __init__(self, path: bytes, found: Iterable[tuple[bytes, os.stat_result]]) -> None:
        self._path = path
        self._entries = [
            _Entry(name, stat, letter)
            for name, stat in sorted(found)
            if (letter := kind_letter(stat.st_mode))
        ]
        self._parents: dict[int, _Parent] = {}

    @property
    def path(self) -> bytes:
        """The directory's path as it was asked for."""
        return self._path

    @property
    def names(self) -> list[bytes]:
        """The raw name of each entry."""
        return [entry.name for entry in self._entries]

    @property
    def kinds(self) -> bytes:
        """One letter an entry: f file, d directory, l symlink, b and c devices, p FIFO, s socket."""
        return "".join(entry.letter for entry in self._entries).encode()

    @property
    def sizes(self) -> list[int]:
        """st_size of each entry, in bytes."""
        return [entry.stat.st_size for entry in self._entries]

    @property
    def devices(self) -> list[int]:
        """st_dev of each entry, for staying on one file system."""
        return [entry.stat.st_dev for entry in self._entries]

    # -------------------------------------------------- comparing

    def match(self, lane: int, parent_tree: bytes, index: Index) -> None:
        """Compare with the plain JSON of this directory's tree in the lane's parent snapshot.

        An entry is unchanged when kind, size (of files), mtime, ctime and inode agree and, for
        files, the index holds every blob of its content for that lane or lane 255. DamagedError
        when the JSON is malformed.
        """
        numbers = {entry.name: number for number, entry in enumerate(self._entries)}
        nodes = split_tree(parent_tree)
        parent = self._parents[lane] = _Parent(len(nodes))
        for node, raw in nodes:
            number = numbers.get(node.name)
            if number is None:
                continue
            parent.nodes[number] = node, raw
            if _unchanged(self._entries[number], node) and _all_held(index, lane, node):
                parent.matched.add(number)

    def matches(self) -> bytes:
        """Per entry the lane (the first matched) in whose parent tree it stands unchanged, 255: in none."""
        lanes = bytearray([UNKNOWN_LANE]) * len(self._entries)
        for lane, parent in reversed(self._parents.items()):
            for number in parent.matched:
                lanes[number] = lane
        return bytes(lanes)

    def parent_subtrees(self, lane: int) -> dict[int, bytes]:
        """Entry number → subtree id in the lane's parent tree, for what is a directory here and there."""
        parent = self._parents.get(lane)
        if parent is None:
            return {}
        return {
            number: node.subtree
            for number, (node, _) in parent.nodes.items()
            if node.kind == NodeKind.DIR and node.subtree and self._entries[number].letter == "d"
        }

    # -------------------------------------------------- content

    def content(self, entry: int) -> list[bytes] | None:
        """Blob ids of a file entry that Writer.store has read or a parent tree matched; None when neither."""
        stored = self._entries[entry].stored
        if stored is not None:
            return list(stored)
        for parent in self._parents.values():
            if entry in parent.matched and (content := parent.nodes[entry][0].content) is not None:
                return list(content)
        return None

    def file(self, entry: int) -> tuple[bytes, os.stat_result]:
        """The path of an entry and its stat as far as it is known; for the Writer."""
        found = self._entries[entry]
        return self._join(found.name), found.stat

    def set_stored(self, entry: int, content: tuple[bytes, ...], stat: os.stat_result) -> None:
        """Say which blobs a file's content is, and its stat when it was read; for the Writer."""
        self._entries[entry].stored = content
        self._entries[entry].stat = stat

    def _join(self, name: bytes) -> bytes:
        return os.path.join(self._path, name)

    # -------------------------------------------------- encoding

    def encode(
        self, lane: int, entries: list[int], subtrees: dict[int, bytes]
    ) -> tuple[bytes | None, list[ItemFault]]:
        """The lane's tree of this directory, canonical JSON with newline, and what could not be read.

        Holds files and others of ``entries``, and a directory node for each of ``subtrees``. The
        node of an entry unchanged in this lane is the parent's, byte for byte (a directory's: when
        its subtree is the same). Files without content are left out. None instead of bytes when the
        tree equals the lane's parent.
        """
        faults: list[ItemFault] = []
        parent = self._parents.get(lane)
        if parent is not None and self._equals(parent, entries, subtrees):
            return None, faults
        parts = [
            part
            for number in sorted({*entries, *subtrees})
            if (part := self._encode_entry(parent, number, subtrees.get(number), faults))
        ]
        return join_nodes(parts), faults

    def _equals(self, parent: _Parent, entries: list[int], subtrees: dict[int, bytes]) -> bool:
        wanted = {*entries, *subtrees}
        return len(wanted) == parent.node_count and all(
            self._kept(parent, number, subtrees.get(number)) is not None for number in wanted
        )

    def _kept(self, parent: _Parent | None, number: int, subtree: bytes | None) -> bytes | None:
        """The parent's JSON of an entry that is in the new tree as it was in the old one."""
        if parent is None or number not in parent.matched or self._entries[number].stored is not None:
            return None
        node, raw = parent.nodes[number]
        return raw if node.subtree == subtree else None

    def _encode_entry(
        self, parent: _Parent | None, number: int, subtree: bytes | None, faults: list[ItemFault]
    ) -> bytes | None:
        kept = self._kept(parent, number, subtree)
        if kept is not None:
            return kept
        entry = self._entries[number]
        content = entry.stored
        if entry.letter == "f" and content is None:
            return None
        node = source_node(self._join(entry.name), entry.name, entry.stat, content, subtree, faults)
        return None if node is None else encode_node(node).encode()


def _unchanged(entry: _Entry, node: Node) -> bool:
    stat = entry.stat
    return (
        node.kind == _NODE_KINDS[entry.letter]
        and node.mtime_ns == stat.st_mtime_ns
        and node.ctime_ns == stat.st_ctime_ns
        and node.inode == stat.st_ino
        and (entry.letter != "f" or node.size == stat.st_size)
    )


def _all_held(index: Index, lane: int, node: Node) -> bool:
    if node.kind != NodeKind.FILE:
        return True
    return node.content is not None and all(
        index.held_for(BlobKind.DATA, lane, blob_id) for blob_id in node.content
    )


def list_directories(requests: list[tuple[bytes, list[bytes] | None]]) -> list[Directory | str]:
    """lstat every entry of each directory, or only the names given (those that exist).

    A sentence instead of a Directory that cannot be read.
    """
    return [_list_directory(path, names) for path, names in requests]


def _list_directory(path: bytes, names: list[bytes] | None) -> Directory | str:
    try:
        found = _scan(path) if names is None else _look(path, names)
        return Directory(path, found)
    except OSError as error:
        return f"The folder {os.fsdecode(path)} cannot be read: {reason(error)}."


def _scan(path: bytes) -> list[tuple[bytes, os.stat_result]]:
    with os.scandir(path) as entries:
        return _existing((entry.name, path) for entry in entries)


def _look(path: bytes, names: list[bytes]) -> list[tuple[bytes, os.stat_result]]:
    os.stat(path)  # a folder that is not there is a fault, its absent entries are none
    return _existing((name, path) for name in set(names))


def _existing(names: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, os.stat_result]]:
    found = []
    for name, folder in names:
        try:
            found.append((name, os.lstat(os.path.join(folder, name))))
        except FileNotFoundError:  # gone since it was listed
            continue
    return found
