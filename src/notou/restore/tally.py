"""Keeps count while a restore runs, and tells the one who waits. What may not enter: doing the work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from notou.events import ItemFailed, Progress, Report
from notou.restore.options import MOST_FAULTS, RestoreResult
from notou.restore.portion import FinishItem


class Tally:
    """The result as it grows. Used by one thread at a time."""

    def __init__(self, report: Report, files_total: int | None, bytes_total: int | None) -> None:
        """Totals where snapshots say them and nothing was left out by choice."""
        self.result = RestoreResult()
        self._report = report
        self._under_way_bytes = 0
        self._files_total = files_total
        self._bytes_total = bytes_total

    def fail(self, path: bytes, reason: str) -> None:
        """One item was not restored, or not wholly."""
        self.result.failed += 1
        if len(self.result.faults) < MOST_FAULTS:
            self.result.faults.append((path, reason))
        self._report(ItemFailed(path, reason))

    def fail_all(self, faults: Iterable[tuple[bytes, str]]) -> set[bytes]:
        """As fail for each; returns the paths."""
        paths = set()
        for path, reason in faults:
            self.fail(path, reason)
            paths.add(path)
        return paths

    def under_way(self, placed_bytes: int) -> None:
        """Content was written into files of which it is not said yet that they are whole."""
        self._under_way_bytes += placed_bytes
        self.progress()

    def restored(self, files: Sequence[FinishItem]) -> None:
        """These files are whole; what was under way and is in none of them is gone again."""
        self._under_way_bytes = 0
        self.result.files += len(files)
        self.result.bytes_written += sum(item[2] for item in files)

    def progress(self, current: bytes = b"") -> None:
        """Say how far it is."""
        done = self.result
        files = done.files + done.kept + done.links
        so_far = done.bytes_written + self._under_way_bytes
        self._report(Progress(files, so_far, self._files_total, self._bytes_total, current))
