"""A portion: as much of a restore as is planned and carried out in one go, and its collecting.

A portion holds plain tuples in lists, shaped as the kernel takes them, because there is one for every file.
What may not enter: reading packs, touching the target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from notou.errors import DamagedError
from notou.model import NodeKind
from notou.restore.listing import (
    LETTERS,
    RawNode,
    content_ids,
    extended_attributes,
    link_target,
    mode_bits,
    number,
    time_ns,
)
from notou.sentence import say

PORTION_FILES = 10_000
PORTION_BLOBS = 40_000
PORTION_BYTES = 8 * 1024 * 1024
"""Bounds of one portion; ``PORTION_BYTES`` is what attributes and link targets may take."""

_OWNER_MOST = 2**32 - 2  # 2**32 - 1 means "leave as it is" to the kernel

FinishItem = tuple[bytes, str, int, int, int, int, int, int, list[tuple[bytes, bytes]]]
"""(path, kind letter, size or -1, mode, uid, gid, atime_ns, mtime_ns, xattrs), as Target.finish takes it."""


class Twin(NamedTuple):
    """What two names of one file agree in."""

    time_ns: int  # of the snapshot: elsewhere the inode may be another file's
    device_id: int
    inode: int


@dataclass(slots=True)
class Portion:
    """``files[i]`` has the blobs ``contents[i]`` (ids joined) and the declared size in ``files[i][2]``.

    ``twins``: path → Twin of entries that have further names. ``folders`` are to be made, parents first;
    ``left`` are folders finished once this portion is in place, deepest first.
    """

    folders: list[bytes] = field(default_factory=list)
    files: list[FinishItem] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    specials: list[FinishItem] = field(default_factory=list)
    makings: list[tuple[bytes, str, bytes, int]] = field(default_factory=list)  # beside ``specials``
    twins: dict[bytes, Twin] = field(default_factory=dict)
    left: list[FinishItem] = field(default_factory=list)
    faults: list[tuple[bytes, str]] = field(default_factory=list)
    blobs: int = 0
    extra_bytes: int = 0

    @property
    def full(self) -> bool:
        """Whether it should be carried out before more is added."""
        items = len(self.files) + len(self.specials) + len(self.folders) + len(self.left)
        return items >= PORTION_FILES or self.blobs >= PORTION_BLOBS or self.extra_bytes >= PORTION_BYTES

    def add(self, path: bytes, node: RawNode, snapshot_time_ns: int) -> None:
        """Add what is no folder; an entry that is damaged becomes a fault of its own."""
        try:
            if node["type"] == NodeKind.FILE:
                self._add_file(path, node)
            else:
                self._add_special(path, node)
            if node.get("links", 1) != 1:
                self._add_twin(path, node, snapshot_time_ns)
        except DamagedError as error:
            self.faults.append((path, str(error)))

    def _add_file(self, path: bytes, node: RawNode) -> None:
        ids = content_ids(node)
        item = finish_item(path, "f", node)
        self.files.append(item)
        self.contents.append(ids)
        self.blobs += len(ids) >> 5
        if item[8]:
            self.extra_bytes += sum(len(value) for _, value in item[8])

    def _add_special(self, path: bytes, node: RawNode) -> None:
        letter = LETTERS.get(node["type"])
        if letter is None:
            self.faults.append(
                (
                    path,
                    say("Its kind {kind} is none that this system can make.", kind=repr(node["type"][:40])),
                )
            )
            return
        target = link_target(node) if letter == "l" else b""
        device = number(node, "device", 2**64 - 1) if letter in "bc" else 0
        self.specials.append(finish_item(path, letter, node))
        self.makings.append((path, letter, target, device))
        self.extra_bytes += len(target)

    def _add_twin(self, path: bytes, node: RawNode, snapshot_time_ns: int) -> None:
        if number(node, "links", 2**64 - 1) > 1:
            inode, device_id = number(node, "inode", 2**64 - 1), number(node, "device_id", 2**64 - 1)
            self.twins[path] = Twin(snapshot_time_ns, device_id, inode)


def finish_item(path: bytes, letter: str, node: RawNode) -> FinishItem:
    """A node's metadata as Target.finish takes it; its size is the declared one, -1 for what is no file."""
    get: Callable[[str, int], int] = node.get
    uid, gid = get("uid", 0), get("gid", 0)
    if uid.__class__ is not int or gid.__class__ is not int or not 0 <= uid <= _OWNER_MOST >= gid >= 0:
        raise DamagedError(say("Its owner in the vault is not a number it may be; run `notou check`."))
    xattrs = extended_attributes(node) if "extended_attributes" in node else []
    mtime_ns = time_ns(node, "mtime")
    atime_ns = mtime_ns if node.get("atime") == node.get("mtime") else time_ns(node, "atime")
    size = number(node, "size") if letter == "f" else -1
    return (path, letter, size, mode_bits(node), uid, gid, atime_ns, mtime_ns, xattrs)
