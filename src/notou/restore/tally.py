"""Keeps count while a restore runs, and tells the one who waits. What may not enter: doing the work."""

from __future__ import annotations

from collections.abc import Iterable

from notou.events import ItemFailed, Progress, Report
from notou.restore.options import MOST_FAULTS, RestoreResult


class Tally:
    """The result as it grows. Used by one thread at a time."""

    def __init__(self, report: Report, files_total: int | None, bytes_total: int | None) -> None:
        """Totals where snapshots say them and nothing was left out by choice."""
        self.result = RestoreResult()
        self._report = report
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

    def written(self, plain_bytes: int) -> None:
        """Content was written."""
        self.result.bytes_written += plain_bytes
        self.progress()

    def progress(self, current: bytes = b"") -> None:
        """Say how far it is."""
        done = self.result
        files = done.files + done.kept + done.links
        self._report(Progress(files, done.bytes_written, self._files_total, self._bytes_total, current))
