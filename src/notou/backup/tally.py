"""Counts what a backup does, lane by lane, for the snapshots' summaries and for progress.

What may not enter: anything that decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from notou.backup.options import Counts
from notou.backup.sorting import Work
from notou.backup.walk import Frame
from notou.kernel.gotext import go_json, quote, rfc3339
from notou.model import BlobKind, Lane

_NOTHING = (0, 0, 0)

Stored = Mapping[tuple[int, int], tuple[int, int, int]]
"""(lane, kind) → (blobs, their plain bytes, their sealed bytes); see Writer.stored."""


class Tally:
    """The counts of one run."""

    def __init__(self, stored: Callable[[], Stored]) -> None:
        """``stored`` tells what was stored new so far; ``dict`` where nothing is."""
        self.files = 0
        self.faults = 0
        self._stored = stored
        self._lanes: dict[Lane, Counts] = {}

    def lanes(self) -> dict[Lane, Counts]:
        """The counts so far, in lane order."""
        sums = self._stored()
        for lane in {Lane(lane) for lane, _ in sums}:
            data, tree = sums.get((lane, BlobKind.DATA), _NOTHING), sums.get((lane, BlobKind.TREE), _NOTHING)
            counts = self._of(lane)
            counts.data_blobs, counts.tree_blobs = data[0], tree[0]
            counts.data_added = data[1] + tree[1]
            counts.data_added_packed = data[2] + tree[2]
        return dict(sorted(self._lanes.items()))

    def _of(self, lane: Lane) -> Counts:
        return self._lanes.setdefault(lane, Counts())

    def entered(self, frame: Frame, work: Work) -> None:
        """Count a directory's files as they were sorted."""
        if not frame.items:
            return
        kinds, sizes = frame.directory.kinds, frame.directory.sizes
        plain = kinds.count(b"f") == len(kinds)
        for lane, items in frame.items.items():
            files = items if plain else [entry for entry in items if kinds[entry] == ord("f")]
            size = sum(sizes) if len(files) == len(sizes) else sum(sizes[entry] for entry in files)
            counts = self._of(lane)
            to_store = len(work.get(lane, ()))
            counts.files_unmodified += len(files) - to_store
            changed = _count_known(frame, work.get(lane, []))
            counts.files_changed += changed
            counts.files_new += to_store - changed
            counts.total_files_processed += len(files)
            counts.total_bytes_processed += size
            self.files += len(files)

    def left(self, frame: Frame, lane: Lane, *, unchanged: bool) -> None:
        """Count a directory whose tree of a lane is there."""
        counts = self._of(lane)
        if unchanged:
            counts.dirs_unmodified += 1
        elif lane in frame.compared:
            counts.dirs_changed += 1
        else:
            counts.dirs_new += 1

    def add(self, lane: Lane, counts: Counts) -> None:
        """Count what was not walked: items that Notou made itself."""
        of_lane = self._of(lane)
        of_lane.total_files_processed += counts.total_files_processed
        of_lane.total_bytes_processed += counts.total_bytes_processed

    def summary(self, lane: Lane, start_ns: int, end_ns: int) -> dict[str, Any]:
        """A lane's counts as the summary of its snapshot; the fields and their order are restic's."""
        return {
            "backup_start": rfc3339(start_ns),
            "backup_end": rfc3339(end_ns),
            **asdict(self.lanes().get(lane, Counts())),
        }


def _count_known(frame: Frame, entries: list[int]) -> int:
    """How many of the entries had a namesake in the parents."""
    if not (frame.before and entries):
        return 0
    names = frame.directory.names
    return sum(go_json(quote(names[entry])).encode() in frame.before for entry in entries)
