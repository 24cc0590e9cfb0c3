"""Snapshots and items as several commands show them: as fields of a JSON line, and as words.

What may not enter: which ones are shown.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from typing import Any

from notou.cli.layout import Cell, Line, Row
from notou.cli.screen import path_fields
from notou.cli.text import printable, size_text, time_text
from notou.kernel.gotext import rfc3339
from notou.model import Node, NodeKind
from notou.restore.browse import Item
from notou.sentence import say
from notou.shown import shown
from notou.vault.snapshot import LANE_TAG, Snapshot

SNAPSHOT_HEADS = [say("ID"), say("Time"), say("Host"), say("Class"), say("Tags"), say("Paths")]

_TYPE_BITS: dict[str, int] = {
    NodeKind.FILE: stat.S_IFREG,
    NodeKind.DIR: stat.S_IFDIR,
    NodeKind.SYMLINK: stat.S_IFLNK,
    NodeKind.DEVICE: stat.S_IFBLK,
    NodeKind.CHAR_DEVICE: stat.S_IFCHR,
    NodeKind.FIFO: stat.S_IFIFO,
    NodeKind.SOCKET: stat.S_IFSOCK,
}


def class_text(snapshot: Snapshot) -> str:
    """The class of a snapshot, and whether it is partial; ``-`` for one that Notou did not make."""
    label = snapshot.lane.label if snapshot.lane is not None else "-"
    return say("{label} (partial)", label=label) if snapshot.partial else label


def snapshot_fields(snapshot: Snapshot) -> dict[str, Any]:
    """One snapshot for a JSON line."""
    return {
        "id": snapshot.id,
        "short_id": snapshot.short_id,
        "time": rfc3339(snapshot.time_ns),
        "class": snapshot.lane.label if snapshot.lane is not None else None,
        "partial": snapshot.partial,
        "hostname": snapshot.hostname,
        "username": snapshot.username,
        "paths": snapshot.paths,
        "tags": snapshot.tags,
        "tree": snapshot.tree.hex(),
        "parent": snapshot.parent.hex() if snapshot.parent else None,
        "program_version": snapshot.program_version,
        "summary": _flat(snapshot.summary),
    }


def _flat(summary: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A summary as programs write them: names and plain values, nothing nested by whoever made a snapshot."""
    if summary is None:
        return None
    return {name: value for name, value in summary.items() if not isinstance(value, (dict, list))}


def snapshot_row(snapshot: Snapshot) -> list[str]:
    """One snapshot for a table with SNAPSHOT_HEADS."""
    tags = [tag for tag in snapshot.tags if not tag.startswith(LANE_TAG)]
    return [
        snapshot.short_id,
        time_text(snapshot.time_ns),
        printable(snapshot.hostname),
        class_text(snapshot),
        printable(",".join(tags)),
        printable(", ".join(snapshot.paths)),
    ]


def item_fields(item: Item) -> dict[str, Any]:
    """One item for a JSON line."""
    node = item.node
    fields: dict[str, Any] = {
        **path_fields(item.path),
        "type": node.kind,
        "size": node.size,
        "mode": f"{node.mode:04o}",
        "mtime": rfc3339(node.mtime_ns),
        "uid": node.uid,
        "gid": node.gid,
        "user": node.user,
        "group": node.group,
        "snapshot": item.snapshot.short_id,
        "class": item.snapshot.lane.label if item.snapshot.lane is not None else None,
    }
    if node.link_target:
        fields["link_target"] = shown(node.link_target)
    return fields


def item_line(item: Item, *, long: bool) -> Line:
    """One item for people: its path, or with ``long`` as ``ls -l`` shows it."""
    return Row(item_cells(item, long=long)) if long else printable(item.path)


def item_cells(item: Item, *, long: bool) -> list[Cell | str]:
    """One item as the parts of a line."""
    return [*_long(item.node), _named(item)] if long else [printable(item.path)]


def _named(item: Item) -> str:
    target = f" -> {printable(item.node.link_target)}" if item.node.link_target else ""
    return printable(item.path) + target


def _long(node: Node) -> list[Cell | str]:
    mode = stat.filemode(_TYPE_BITS.get(node.kind, 0) | node.mode)
    owner = printable(f"{node.user or node.uid}:{node.group or node.gid}")
    return [mode, Cell(owner, 16), Cell(size_text(node.size), 10, right=True), time_text(node.mtime_ns)]
