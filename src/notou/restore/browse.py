"""What snapshots hold, as people ask for it: everything below a path in order, and what matches.

Items come one at a time; no more is in memory than the folders on the way to the present one.
What may not enter: reading file contents, formatting for a screen.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from notou.errors import DamagedError, NotFoundError
from notou.model import Node, NodeKind
from notou.restore.listing import as_node, parse
from notou.restore.trees import Damaged, Entry, Place, TreeReader, Trees, has_its_trees, refuse
from notou.sentence import say
from notou.shown import shown
from notou.vault.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the merged tree; ``path`` is absolute, raw; ``snapshot`` is where the entry stands."""

    path: bytes
    node: Node
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Query:
    """What ``find`` looks for; an empty condition asks for nothing, several must all hold.

    ``patterns``: globs, one of which must match; without a slash they are held against the name, with a slash
    first against the whole path, else against names in a row at any depth. ``kinds``: NodeKind values.
    ``blobs`` and ``trees``: ids or their beginnings, in hex. Times are nanoseconds since the epoch, of the
    last change of content.
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

    NotFoundError when no lane has it; DamagedError when a folder on the way, or its own, cannot be read.
    """
    entry: Entry | None = None
    place: Place | None = reader.root
    for name in normal_path(path).split(b"/")[1:]:
        folder = reader.open(place) if place is not None else None
        entry = folder.find(name) if folder is not None else None
        if folder is None or entry is None:
            raise NotFoundError(say("The path {path} is not in the snapshots chosen.", path=shown(path)))
        place = folder.place.inner(entry, refuse)
    return entry, place


def list_items(
    trees: Trees,
    snapshots: Sequence[Snapshot],
    path: bytes = b"/",
    *,
    recursive: bool = True,
    damaged: Damaged = refuse,
) -> Iterator[Item]:
    """What is at and below a path: the item itself (but for the root), then its entries by name, folders
    followed by what is in them; not recursive: only the entries of the folder itself.

    Folders and entries that cannot be read are told to ``damaged`` and left out. NotFoundError when no lane
    has the path, EndlessError as TreeReader.open.
    """
    reader = TreeReader(trees, snapshots)
    entry, place = look_up(reader, path)
    above = normal_path(path).rpartition(b"/")[0]
    first = [(above, entry)] if entry is not None else []
    for folder_path, each in chain(first, walk(reader, place, recursive=recursive, damaged=damaged)):
        item = _item(reader, folder_path, each, damaged)
        if item is not None:
            yield item


def find(
    trees: Trees, snapshots: Sequence[Snapshot], query: Query, *, damaged: Damaged = refuse
) -> Iterator[Item]:
    """Every item that the query asks for, in order of the merged walk; ``damaged`` as list_items."""
    reader = TreeReader(trees, snapshots)
    is_named, matches = _named(query), _matcher(query)
    for folder_path, entry in walk(reader, reader.root, damaged=damaged):
        if not is_named(folder_path, entry[0]):  # spares parsing most entries
            continue
        item = _item(reader, folder_path, entry, damaged)
        if item is not None and matches(item):
            yield item


_Level = tuple[bytes, Iterator[tuple[Entry, Place | None, list[Place]]]]


def walk(
    reader: TreeReader, place: Place | None, *, recursive: bool = True, damaged: Damaged = refuse
) -> Iterator[tuple[bytes, Entry]]:
    """(path of the folder, entry) of everything below a place, an entry before what is in it."""
    stack = [_opened(reader, place, [], damaged)] if place is not None else []
    while stack:
        folder_path, steps = stack[-1]
        step = next(steps, None)
        if step is None:
            stack.pop()
            continue
        entry, inner, waiting = step
        yield folder_path, entry
        if recursive and inner is not None:
            stack.append(_opened(reader, inner, waiting, damaged))


def _opened(reader: TreeReader, place: Place, waiting: list[Place], damaged: Damaged) -> _Level:
    folder = reader.open_or_tell(place, waiting[:-33:-1], damaged)
    return place.path, _steps(place, folder.windows(), damaged) if folder is not None else iter(())


def _steps(
    place: Place, windows: Iterator[list[Entry]], damaged: Damaged
) -> Iterator[tuple[Entry, Place | None, list[Place]]]:
    """(entry, its place, the places that follow, the next one last) of every entry."""
    for window in windows:
        places = [place.inner(entry, damaged) for entry in window]
        waiting = [each for each in reversed(places) if each is not None]
        for entry, inner in zip(window, places, strict=True):
            if inner is not None:
                waiting.pop()
            yield entry, inner, waiting


def _item(reader: TreeReader, folder_path: bytes, entry: Entry, damaged: Damaged) -> Item | None:
    name, number, json, _ = entry
    if not has_its_trees(entry):
        return None
    path = folder_path + b"/" + name
    try:
        return Item(path, as_node(parse(json)), reader.snapshots[number])
    except DamagedError as error:
        damaged(path, error)
        return None


def _named(query: Query) -> Callable[[bytes, bytes], bool]:
    """A test of (path of the folder, name) for the patterns."""
    names = [each for each in query.patterns if b"/" not in each]
    by_name = _glob(names, ignore_case=query.ignore_case)
    paths = [_anywhere(each) for each in query.patterns if b"/" in each]
    by_path = _glob(paths, ignore_case=query.ignore_case)
    if not query.patterns:
        return lambda folder_path, name: True
    if len(names) == len(query.patterns):
        return lambda folder_path, name: by_name(name) is not None
    return lambda folder_path, name: bool(by_name(name) or by_path(folder_path + b"/" + name))


def _anywhere(pattern: bytes) -> bytes:
    names = pattern.rstrip(b"/") or b"/"
    return names if names.startswith((b"/", b"*")) else b"*/" + names


def _matcher(query: Query) -> Callable[[Item], bool]:
    def matches(item: Item) -> bool:
        of_kind = not query.kinds or item.node.kind in query.kinds
        return of_kind and _in_time(query, item.node.mtime_ns) and _holds_ids(query, item.node)

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
