"""Walks the chosen part of the merged tree and hands it out in portions.

A folder is made only when something in it (or it itself) is chosen; it is finished, its times last, once
all below it is in place. What may not enter: reading packs, writing to the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from notou.errors import DamagedError, NotouError
from notou.restore.browse import look_up
from notou.restore.choice import Choice
from notou.restore.listing import parse
from notou.restore.portion import Portion, finish_item
from notou.restore.trees import Entry, Folder, Place, TreeReader
from notou.sentence import say
from notou.shown import shown

Blocked = Callable[[list[bytes]], set[bytes]]
"""Of these folders (below the target), those that must not be made or entered."""


@dataclass(slots=True)
class _Step:
    """A folder on the way: its node's JSON (None for the base), what in it is still to come."""

    place: Place
    json: bytes | None
    made: bool
    others: Iterator[list[Entry]]  # what is no folder, some at a time
    folders: Iterator[tuple[Place, bytes, list[Place]]]  # with JSON, and those that follow, the next one last


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
                say(
                    "{base} is not a folder, so that nothing in it can be restored.",
                    base=shown(self._choice.base),
                )
            )
        self._enter(place, None, [])
        while self._steps:
            self._advance()
            if self._portion.full:
                yield self._next_portion()
        yield self._next_portion()

    def _next_portion(self) -> Portion:
        ready, self._portion = self._portion, Portion()
        return ready

    def _advance(self) -> None:
        """Take some entries of the present folder, or enter the next one in it, or leave it."""
        step = self._steps[-1]
        others = next(step.others, None)
        if others is not None:
            self._take(step.place, others)
            return
        folder = next(step.folders, None)
        if folder is not None:
            self._enter(*folder)
            return
        self._steps.pop()
        if step.made and step.json is not None:
            self._leave(self._choice.place(step.place.path), step.json)

    def _leave(self, path: bytes, json: bytes) -> None:
        try:
            self._portion.left.append(finish_item(path, "d", parse(json)))
        except DamagedError as error:
            self._portion.faults.append((path, str(error)))

    def _enter(self, place: Place, json: bytes | None, waiting: list[Place]) -> None:
        folder = self._reader.open_or_tell(place, waiting[:-33:-1], self._fail)
        others = folder.windows("others") if folder is not None else iter(())
        folders = self._folders(folder) if folder is not None else iter(())
        self._steps.append(_Step(place, json, json is None, others, folders))
        if json is not None and self._choice.admits(place.path):
            self._make()

    def _fail(self, path: bytes, error: NotouError) -> None:
        self._portion.faults.append((self._choice.place(path) or path or b"/", str(error)))

    def _take(self, place: Place, others: list[Entry]) -> None:
        prefix = place.path + b"/"
        if not self._choice.everything:
            others = [entry for entry in others if self._choice.admits(prefix + entry[0])]
        if others:
            self._make()
            self._add(self._choice.place(prefix), others)

    def _add(self, prefix: bytes, entries: list[Entry]) -> None:
        add, times = self._portion.add, [snapshot.time_ns for snapshot in self._reader.snapshots]
        for name, number, json, _ in entries:
            try:
                add(prefix + name, parse(json), times[number])
            except DamagedError as error:
                self._portion.faults.append((prefix + name, str(error)))

    def _folders(self, folder: Folder) -> Iterator[tuple[Place, bytes, list[Place]]]:
        """(place, JSON, places that follow, the next one last) of the chosen folders."""
        place, windows = folder.place, folder.windows("folders")
        del folder  # so that it goes with its last window
        for window in windows:
            chosen = self._chosen(place, window)
            waiting = [inner for inner, _ in reversed(chosen)]
            for inner, json in chosen:
                waiting.pop()
                yield inner, json, waiting

    def _chosen(self, place: Place, entries: list[Entry]) -> list[tuple[Place, bytes]]:
        prefix, choice = place.path + b"/", self._choice
        if not choice.everything:
            paths = ((prefix + entry[0], entry) for entry in entries)
            entries = [entry for path, entry in paths if choice.admits(path) or choice.enters(path)]
        inner = [(place.inner(entry, self._fail), entry[2]) for entry in entries]
        chosen = [(each, json) for each, json in inner if each is not None]
        if self._blocked is None or not chosen:
            return chosen
        blocked = self._blocked([choice.place(each.path) for each, _ in chosen])
        return [each for each in chosen if choice.place(each[0].path) not in blocked]

    def _make(self) -> None:
        """See that the present folder and those above it are made."""
        missing = []
        for step in reversed(self._steps):
            if step.made:
                break
            step.made = True
            missing.append(self._choice.place(step.place.path))
        self._portion.folders += reversed(missing)
