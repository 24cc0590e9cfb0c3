"""Walks the sources depth first, without recursion, and compares each directory with its parent trees.

Directories are listed some dozens at a time, so that the kernel can use all cores; how many depends on
how large they are, so that what is held stays bounded by depth and siblings, not by the number of files.

What may not enter: classes, storing, building trees.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from notou.errors import DamagedError, NotFoundError, StoreError
from notou.events import ItemFailed, Report
from notou.kernel import Directory, Index, list_directories
from notou.model import UNKNOWN_LANE, Lane
from notou.sentence import say
from notou.sources.selection import Chooser, Selection
from notou.vault.repository import Vault

_MOST_AT_ONCE = 64
_ENTRIES_AT_ONCE = 8192

_NAME = re.compile(rb'\{"name":("(?:[^"\\]|\\.)*")')  # where a node begins in a tree's JSON

ParentTrees = dict[Lane, tuple[bytes, ...]]
"""For each lane the ids of the trees a directory is compared with, oldest first."""


class Frame:
    """One directory on its way: as listed, and what its lanes have in it so far.

    ``entry`` is its number in the directory of ``up``. ``compared`` holds the tree that each lane was
    compared with, ``before`` the names in them (as JSON has them) where some file is not as it was.
    ``items`` are the entries each lane's tree will hold, ``subtrees`` the finished trees of directories
    below, by entry.
    """

    __slots__ = (
        "before",
        "chooser",
        "chosen",
        "compared",
        "directory",
        "entry",
        "inside",
        "items",
        "parents",
        "ready",
        "subtrees",
        "up",
        "waiting",
    )

    def __init__(self, directory: Directory, up: Frame | None, entry: int, request: _Request) -> None:
        self.directory = directory
        self.up = up
        self.entry = entry
        self.chooser = request.chooser
        self.inside = request.inside
        self.chosen = request.chooser.entries(directory) if request.chooser else None
        self.parents: dict[Lane, dict[int, tuple[bytes, ...]]] = {}
        self.compared: dict[Lane, bytes] = {}
        self.before: set[bytes] = set()
        self.items: dict[Lane, list[int]] = {}
        self.subtrees: dict[Lane, dict[int, bytes]] = {}
        self.waiting: list[int] = []
        self.ready: list[Frame] = []

    def parents_below(self, entry: int) -> ParentTrees:
        """The trees that the directory ``entry`` is compared with."""
        return {lane: trees[entry] for lane, trees in self.parents.items() if entry in trees}

    def lanes(self) -> set[Lane]:
        """The lanes that have something here."""
        return self.items.keys() | self.subtrees.keys()


class _Request(NamedTuple):
    """A directory to be listed: which names of it (None: all), and what it is compared with."""

    path: bytes
    names: list[bytes] | None
    chooser: Chooser | None
    parents: ParentTrees
    inside: bool  # a root, or below one


class Step(NamedTuple):
    """One step of the walk: a directory is entered, or everything below it was."""

    frame: Frame
    leaving: bool


class Walk:
    """The walk of one backup; iterate once. ``stack`` leads from the top to the directory last entered."""

    def __init__(
        self,
        selection: Selection,
        tops: ParentTrees,
        vault: Vault,
        index: Index,
        report: Report,
    ) -> None:
        """``tops``: the parent snapshots' trees. ``report`` is told ItemFailed of what cannot be listed."""
        self.stack: list[Frame] = []
        self.faults = 0
        self._selection = selection
        self._tops = tops
        self._vault = vault
        self._index = index
        self._report = report
        self._ways = _ways_to(selection.roots.paths)
        self._at_once = 8

    def __iter__(self) -> Iterator[Step]:
        for path in self._selection.roots.missing:
            self._fail(path, say("There is nothing at this path."))
        yield from self._enter(self._top())
        while self.stack:
            child = self._next_child(self.stack[-1])
            if child is not None:
                yield from self._enter(child)
            else:
                yield Step(self.stack.pop(), leaving=True)

    def _enter(self, frame: Frame) -> Iterator[Step]:
        self.stack.append(frame)
        yield Step(frame, leaving=False)

    def _top(self) -> Frame:
        request = self._request(b"/", os.lstat(b"/").st_dev, None, self._tops, entered=True)
        frames = self._list([(request, None, 0)])
        if not frames:
            raise StoreError(
                say("The root of the file system cannot be listed, so nothing can be backed up.")
            )
        return frames[0]

    def _next_child(self, frame: Frame) -> Frame | None:
        while frame.waiting and not frame.ready:
            entries = frame.waiting[: self._at_once]
            del frame.waiting[: self._at_once]
            frame.ready = self._list_children(frame, entries)
            frame.ready.reverse()
        return frame.ready.pop() if frame.ready else None

    def _list_children(self, frame: Frame, entries: list[int]) -> list[Frame]:
        names, devices = frame.directory.names, frame.directory.devices
        prefix = frame.directory.path.rstrip(b"/") + b"/"
        requests = [
            (
                self._request(
                    prefix + names[entry],
                    devices[entry],
                    frame,
                    frame.parents_below(entry),
                    entered=frame.chooser is None or frame.chooser.enters(frame.directory, entry),
                ),
                frame,
                entry,
            )
            for entry in entries
        ]
        return self._list(requests)

    def _request(
        self, path: bytes, device: int, up: Frame | None, parents: ParentTrees, *, entered: bool
    ) -> _Request:
        if up is not None and up.inside:
            return _Request(path, None if entered else [], up.chooser, parents, inside=True)
        if (names := self._ways.get(path)) is not None:
            return _Request(path, names, None, parents, inside=False)
        return _Request(path, None, self._selection.below(path, device), parents, inside=True)

    def _list(self, requests: Sequence[tuple[_Request, Frame | None, int]]) -> list[Frame]:
        listed = list_directories([(request.path, request.names) for request, _, _ in requests])
        frames = []
        for (request, up, entry), directory in zip(requests, listed, strict=True):
            if isinstance(directory, str):
                self._fail(request.path, directory)
            else:
                frames.append((Frame(directory, up, entry, request), request.parents))
                self._tell_unreadable(directory, request.chooser)
        self._compare(frames)
        self._adapt([len(frame.directory.kinds) for frame, _ in frames])
        return [frame for frame, _ in frames]

    def _tell_unreadable(self, directory: Directory, chooser: Chooser | None) -> None:
        for path, reason in directory.unreadable:
            if chooser is None or chooser.misses(directory, path):
                self._fail(path, reason)

    def _fail(self, path: bytes, reason: str) -> None:
        self.faults += 1
        self._report(ItemFailed(path, reason))

    def _adapt(self, sizes: list[int]) -> None:
        if sizes:
            self._at_once = max(1, min(_MOST_AT_ONCE, _ENTRIES_AT_ONCE * len(sizes) // (sum(sizes) + 1)))

    def _compare(self, frames: list[tuple[Frame, ParentTrees]]) -> None:
        wanted = [tree for _, parents in frames for trees in parents.values() for tree in trees]
        plains = self._load(list(dict.fromkeys(wanted))) if wanted else {}
        for frame, parents in frames:
            for lane, trees in parents.items():
                for tree in trees:
                    if tree in plains:
                        self._match(frame, lane, tree, plains[tree])

    def _match(self, frame: Frame, lane: Lane, tree: bytes, plain: bytes) -> None:
        """Compare with one parent tree of a lane.

        A second one takes the place of the first, but what only the first knows of directories below
        stays: those are what a partial snapshot had not reached.
        """
        try:
            frame.directory.match(lane, plain, self._index)
        except DamagedError:
            return  # the directory counts as new: nothing is lost but time
        frame.compared[lane] = tree
        if UNKNOWN_LANE in frame.directory.matches():
            frame.before.update(_NAME.findall(plain))
        known = frame.parents.setdefault(lane, {})
        for entry, subtree in frame.directory.parent_subtrees(lane).items():
            known[entry] = (*known.get(entry, ()), subtree)

    def _load(self, trees: list[bytes]) -> dict[bytes, bytes]:
        try:
            return dict(zip(trees, self._vault.load_trees_plain(trees), strict=True))
        except (DamagedError, NotFoundError, StoreError):
            return {tree: plain for tree in trees if (plain := self._load_one(tree)) is not None}

    def _load_one(self, tree: bytes) -> bytes | None:
        try:
            return self._vault.load_tree_plain(tree)
        except (DamagedError, NotFoundError, StoreError):
            return None


def _ways_to(roots: Sequence[bytes]) -> dict[bytes, list[bytes]]:
    """For each directory on the way to a root, the names in it that lead there."""
    ways: dict[bytes, set[bytes]] = {}
    for root in roots:
        path = root
        while path != b"/":
            above, name = os.path.split(path)
            ways.setdefault(above, set()).add(name)
            path = above
    return {path: sorted(names) for path, names in ways.items()}
