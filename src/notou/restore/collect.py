"""Walks the chosen part of the merged tree and hands it out in portions.

A folder is made only when something in it (or it itself) is chosen; it is finished, its times last, once
all below it is in place. What may not enter: reading packs, writing to the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from notou.errors import DamagedError, NotouError
from notou.model import NodeKind
from notou.restore.browse import look_up
from notou.restore.choice import Choice
from notou.restore.listing import RawNode
from notou.restore.portion import Portion, finish_item
from notou.restore.trees import Entry, Folder, Place, TreeReader

Blocked = Callable[[list[bytes]], set[bytes]]
"""Of these folders (below the target), those that must not be made or entered."""


@dataclass(slots=True)
class _Step:
    """A folder on the way: its node (None for the base), and the folders in it still to come, next last."""

    place: Place
    node: RawNode | None
    made: bool
    waiting: list[tuple[Place, RawNode]]


class Collector:
    """One walk. ``blocked`` is asked for the folders of each folder, when given."""

    def __init__(self, reader: TreeReader, choice: Choice, blocked: Blocked | None = None) -> None:
        """``reader`` of the snapshots to restore."""
        self._reader = reader
        self._choice = choice
        self._blocked = blocked
        self._steps: list[_Step] = []
        self._portion = Portion()

    def portions(self) -> Iterator[Portion]:
        """Portions in the order they must be carried out.

        NotFoundError, before the first one, when the base or a chosen path is in no lane.
        """
        for path in self._choice.paths:
            look_up(self._reader, path)
        entry, place = look_up(self._reader, self._choice.base)
        if place is None:
            assert entry is not None
            raise DamagedError(
                f"{self._choice.base!r} is not a folder, so that nothing in it can be restored."
            )
        self._enter(place, None)
        while self._steps:
            self._advance()
            if self._portion.full:
                yield self._next_portion()
        yield self._next_portion()

    def _next_portion(self) -> Portion:
        ready, self._portion = self._portion, Portion()
        return ready

    def _advance(self) -> None:
        """Enter the next folder, or leave the present one."""
        step = self._steps[-1]
        if step.waiting:
            self._enter(*step.waiting.pop())
            return
        self._steps.pop()
        if step.made and step.node is not None:
            path = self._choice.place(step.place.path)
            try:
                self._portion.left.append(finish_item(path, "d", step.node))
            except DamagedError as error:
                self._portion.faults.append((path, str(error)))

    def _enter(self, place: Place, node: RawNode | None) -> None:
        ahead = [each for each, _ in self._steps[-1].waiting[:-33:-1]] if self._steps else []
        try:
            folder = self._reader.open(place, ahead)
        except NotouError as error:
            self._portion.faults.append((self._choice.place(place.path), str(error)))
            folder = Folder(place.path, [])
        step = _Step(place, node, node is None, [])
        self._steps.append(step)
        if node is not None and self._choice.admits(place.path):
            self._make()
        self._take_entries(folder)
        step.waiting = self._folders(folder)

    def _take_entries(self, folder: Folder) -> None:
        prefix = folder.path + b"/"
        others = [entry for entry in folder.entries if entry[1]["type"] != NodeKind.DIR]
        if not self._choice.everything:
            others = [entry for entry in others if self._choice.admits(prefix + entry[0])]
        if others:
            self._make()
            self._add(self._choice.place(prefix), others)

    def _add(self, prefix: bytes, entries: list[Entry]) -> None:
        add, times = self._portion.add, [snapshot.time_ns for snapshot in self._reader.snapshots]
        for name, node, snapshot in entries:
            add(prefix + name, node, times[snapshot])

    def _folders(self, folder: Folder) -> list[tuple[Place, RawNode]]:
        nodes = {name: node for name, node, _ in folder.entries if name in folder.places}
        chosen = [
            (place, nodes[name])
            for name, place in sorted(folder.places.items(), reverse=True)
            if self._choice.everything or self._choice.admits(place.path) or self._choice.enters(place.path)
        ]
        if self._blocked is None or not chosen:
            return chosen
        blocked = self._blocked([self._choice.place(place.path) for place, _ in chosen])
        return [each for each in chosen if self._choice.place(each[0].path) not in blocked]

    def _make(self) -> None:
        """See that the present folder and those above it are made."""
        missing = []
        for step in reversed(self._steps):
            if step.made:
                break
            step.made = True
            missing.append(self._choice.place(step.place.path))
        self._portion.folders += reversed(missing)
