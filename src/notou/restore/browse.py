"""What snapshots hold, as people ask for it: everything below a path in order, and what matches.

Items come one at a time; no more is in memory than the folders on the way to the present one.
What may not enter: reading file contents, formatting for a screen.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from notou.errors import NotFoundError, NotouError
from notou.model import Node, NodeKind
from notou.restore.listing import RawNode, as_node
from notou.restore.trees import Entry, Folder, Place, TreeReader, Trees
from notou.vault.snapshot import Snapshot

Damaged = Callable[[bytes, NotouError], None]
"""Told of a folder that cannot be read: its path, and why. Without one, the walk ends with the error."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the merged tree; ``path`` is absolute, raw; ``snapshot`` is where the entry stands."""

    path: bytes
    node: Node
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Query:
    """What ``find`` looks for; an empty condition asks for nothing, several must all hold.

    ``patterns``: globs, one of which must match; without a slash they are held against the name, else against
    the whole path. ``kinds``: NodeKind values. ``blobs`` and ``trees``: ids or their beginnings, in hex.
    Times are nanoseconds since the epoch, of the last change of content.
    """

    patterns: Sequence[bytes] = ()
    ignore_case: bool = False
    newer_ns: int | None = None
    older_ns: int | None = None
    kinds: Sequence[str] = ()
    blobs: Sequence[str] = ()
    trees: Sequence[str] = ()


def normal_path(path: bytes) -> bytes:
    """As places have it: a slash before each name, none at the end; the root is b""."""
    return b"".join(b"/" + name for name in path.split(b"/") if name not in (b"", b"."))


def look_up(reader: TreeReader, path: bytes) -> tuple[Entry | None, Place | None]:
    """The entry at a path (None for the root) and, where it is a folder, its place.

    NotFoundError when no lane has it.
    """
    entry: Entry | None = None
    place: Place | None = reader.root
    for name in normal_path(path).split(b"/")[1:]:
        folder = reader.open(place) if place is not None else None
        entry = next((each for each in folder.entries if each[0] == name), None) if folder else None
        if folder is None or entry is None:
            raise NotFoundError(f"The path {_shown(path)} is not in the snapshots chosen.")
        place = folder.places.get(name)
    return entry, place


def list_items(
    trees: Trees,
    snapshots: Sequence[Snapshot],
    path: bytes = b"/",
    *,
    recursive: bool = True,
    damaged: Damaged | None = None,
) -> Iterator[Item]:
    """What is at and below a path: the item itself (but for the root), then its entries by name, folders
    followed by what is in them; not recursive: only the entries of the folder itself.

    NotFoundError when no lane has the path. DamagedError for trees that cannot be read, unless ``damaged``
    is given and told.
    """
    reader = TreeReader(trees, snapshots)
    entry, place = look_up(reader, path)
    if entry is not None:
        yield _item(reader, normal_path(path)[: -len(entry[0]) - 1], entry)
    for folder_path, each in walk(reader, place, recursive=recursive, damaged=damaged):
        yield _item(reader, folder_path, each)


def find(
    trees: Trees, snapshots: Sequence[Snapshot], query: Query, *, damaged: Damaged | None = None
) -> Iterator[Item]:
    """Every item that the query asks for, in order of the merged walk."""
    reader = TreeReader(trees, snapshots)
    matches = _matcher(query)
    for folder_path, entry in walk(reader, reader.root, damaged=damaged):
        if not _may_match(query, entry[1]):
            continue
        item = _item(reader, folder_path, entry)
        if matches(item):
            yield item


def walk(
    reader: TreeReader, place: Place | None, *, recursive: bool = True, damaged: Damaged | None = None
) -> Iterator[tuple[bytes, Entry]]:
    """(path of the folder, entry) of everything below a place, an entry before what is in it."""
    stack = [_opened(reader, place, [], damaged)] if place is not None else []
    while stack:
        folder, entries, waiting = stack[-1]
        entry = next(entries, None)
        if entry is None:
            stack.pop()
            continue
        yield folder.path, entry
        inner = folder.places.get(entry[0]) if recursive else None
        if inner is not None:
            waiting.pop()
            stack.append(_opened(reader, inner, waiting, damaged))


def _opened(
    reader: TreeReader, place: Place, waiting: list[Place], damaged: Damaged | None
) -> tuple[Folder, Iterator[Entry], list[Place]]:
    """The folder, what of it is still to come, and its folders still to come, the next one last."""
    try:
        folder = reader.open(place, waiting[:-33:-1])
    except NotouError as error:
        if damaged is None:
            raise
        damaged(place.path, error)
        folder = Folder(place.path, [])
    return folder, iter(folder.entries), [folder.places[name] for name in sorted(folder.places, reverse=True)]


def _item(reader: TreeReader, folder_path: bytes, entry: Entry) -> Item:
    name, raw, number = entry
    return Item(folder_path + b"/" + name, as_node(raw), reader.snapshots[number])


def _may_match(query: Query, raw: RawNode) -> bool:
    """Whether a look at the raw node leaves it possible; spares making most nodes whole."""
    return not query.kinds or raw["type"] in query.kinds


def _matcher(query: Query) -> Callable[[Item], bool]:
    by_name = _glob([each for each in query.patterns if b"/" not in each], ignore_case=query.ignore_case)
    by_path = _glob([each for each in query.patterns if b"/" in each], ignore_case=query.ignore_case)

    def matches(item: Item) -> bool:
        named = not query.patterns or bool(by_name(item.node.name) or by_path(item.path))
        return named and _in_time(query, item.node.mtime_ns) and _holds_ids(query, item.node)

    return matches


def _in_time(query: Query, mtime_ns: int) -> bool:
    late_enough = query.newer_ns is None or mtime_ns >= query.newer_ns
    return late_enough and (query.older_ns is None or mtime_ns <= query.older_ns)


def _holds_ids(query: Query, node: Node) -> bool:
    if not query.blobs and not query.trees:
        return True
    content = [each.hex() for each in node.content or ()]
    subtree = node.subtree.hex() if node.kind == NodeKind.DIR and node.subtree else ""
    in_content = any(each.startswith(tuple(query.blobs)) for each in content) if query.blobs else False
    return in_content or (bool(query.trees) and subtree.startswith(tuple(query.trees)))


def _glob(patterns: Sequence[bytes], *, ignore_case: bool) -> Callable[[bytes], re.Match[bytes] | None]:
    """A test for any of the globs; latin-1 maps bytes to characters one to one, which fnmatch needs."""
    texts = [fnmatch.translate(pattern.decode("latin-1")) for pattern in patterns]
    expression = "|".join(texts) or r"(?!)"
    flags = re.IGNORECASE if ignore_case else 0
    compiled = re.compile(expression.encode("latin-1"), flags)
    return compiled.match


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
