"""Directory: one folder of the source as listed, compared with parent trees, encoded as trees.

What may not enter: reading files' content (writer.py), deciding the lane of an entry.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, final

from notou.errors import UsageError
from notou.kernel.reference.reach import open_folder
from notou.kernel.reference.source_node import NODE_KINDS as _NODE_KINDS
from notou.kernel.reference.source_node import ItemFault, kind_letter, reason, source_node
from notou.kernel.treejson import encode_node, join_nodes, split_tree
from notou.model import UNKNOWN_LANE, BlobKind, Node, NodeKind
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notou.kernel.reference.index import Index

Found = tuple[bytes, os.stat_result | OSError]
"""(raw name, lstat, or why there is none)."""


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

    def __init__(self, path: bytes, found: Iterable[Found]) -> None:
        self._path = path
        self._entries: list[_Entry] = []
        self._unreadable: list[ItemFault] = []
        for name, stat in sorted(found, key=itemgetter(0)):
            if isinstance(stat, OSError):
                self._unreadable.append(
                    (self._join(name), say("cannot be read: {reason}.", reason=reason(stat)))
                )
            elif letter := kind_letter(stat.st_mode):
                self._entries.append(_Entry(name, stat, letter))
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

    @property
    def unreadable(self) -> list[ItemFault]:
        """What stands in the directory and gave no lstat, ascending; none of the entries."""
        return list(self._unreadable)

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
        """Per entry the (lowest) lane in whose parent tree it stands unchanged, 255 where in none."""
        lanes = bytearray([UNKNOWN_LANE]) * len(self._entries)
        for lane, parent in sorted(self._parents.items(), reverse=True):
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
        found = self._entry(entry)
        if found.letter != "f":
            return None
        if found.stored is not None:
            return list(found.stored)
        for _, parent in sorted(self._parents.items()):
            if entry in parent.matched:
                return list(parent.nodes[entry][0].content or ())
        return None

    def file(self, entry: int) -> tuple[bytes, os.stat_result]:
        """The path of an entry and its stat as far as it is known; for the Writer."""
        found = self._entry(entry)
        return self._join(found.name), found.stat

    def set_stored(self, entry: int, content: tuple[bytes, ...], stat: os.stat_result) -> None:
        """Say which blobs a file's content is, and its stat when it was read; for the Writer."""
        self._entries[entry].stored = content
        self._entries[entry].stat = stat

    def _entry(self, number: int) -> _Entry:
        if not 0 <= number < len(self._entries):
            raise UsageError(
                say(
                    "The directory has {count} entries, and number {number} is none of them.",
                    count=len(self._entries),
                    number=number,
                )
            )
        return self._entries[number]

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
        parts: list[bytes] = []
        parent = self._parents.get(lane)
        new_nodes = 0
        for number in self._wanted(entries, subtrees):
            part = self._kept(parent, number, subtrees.get(number))
            if part is None:
                part = self._encode_entry(number, subtrees.get(number), faults)
                new_nodes += part is not None
            if part is not None:
                parts.append(part)
        if parent is not None and not new_nodes and len(parts) == parent.node_count:
            return None, faults
        return join_nodes(parts), faults

    def _wanted(self, entries: list[int], subtrees: dict[int, bytes]) -> list[int]:
        for number in entries:
            entry = self._entry(number)
            if entry.letter == "d" and number not in subtrees:
                path = os.fsdecode(self._join(entry.name))
                raise UsageError(say("The folder {path} can only be encoded with its subtree.", path=path))
        for number in subtrees:
            self._entry(number)
        return sorted({*entries, *subtrees})

    def _kept(self, parent: _Parent | None, number: int, subtree: bytes | None) -> bytes | None:
        """The parent's JSON of an entry that is in the new tree as it was in the old one."""
        if parent is None or number not in parent.matched or self._entries[number].stored is not None:
            return None
        node, raw = parent.nodes[number]
        return raw if node.subtree == subtree else None

    def _encode_entry(self, number: int, subtree: bytes | None, faults: list[ItemFault]) -> bytes | None:
        entry = self._entries[number]
        content = entry.stored
        # restic leaves sockets out, too; a file without content was a fault of the Writer
        if entry.letter == "s" or (entry.letter == "f" and content is None):
            return None
        node = source_node(self._join(entry.name), entry.name, entry.stat, content, subtree, faults)
        return None if node is None else encode_node(node).encode()


def _unchanged(entry: _Entry, node: Node) -> bool:
    stat = entry.stat
    return (
        entry.letter != "s"
        and node.kind == _NODE_KINDS[entry.letter]
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

    Instead of a Directory that itself cannot be opened or read what happened, without naming it.
    """
    return [_list_directory(path, names) for path, names in requests]


def _list_directory(path: bytes, names: list[bytes] | None) -> Directory | str:
    try:
        found = _scan(path) if names is None else _look(path, names)
        return Directory(path, found)
    except OSError as error:
        return say("cannot be read: {reason}.", reason=reason(error))


def _scan(path: bytes) -> list[Found]:
    """All entries. What the caller saw as a directory must still be one: a link there is not followed."""
    with open_folder(path.rstrip(b"/") or b"/", os.O_NOFOLLOW) as folder, os.scandir(folder) as entries:
        return _existing(folder, [os.fsencode(entry.name) for entry in entries])


def _look(path: bytes, names: list[bytes]) -> list[Found]:
    """Those of ``names`` that exist. The way there may lead over links, as for the person who named it."""
    with open_folder(path) as folder:
        return _existing(folder, {name for name in names if _is_name(name)})


def _is_name(name: bytes) -> bool:
    return name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name


def _existing(folder: int, names: Iterable[bytes]) -> list[Found]:
    """Each name with its lstat, or with what stopped that; what vanished since it was named is left out."""
    found: list[Found] = []
    for name in names:
        try:
            found.append((name, os.stat(name, dir_fd=folder, follow_symlinks=False)))
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENAMETOOLONG):
                found.append((name, error))
    return found
