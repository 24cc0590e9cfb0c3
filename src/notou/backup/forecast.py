"""How much a backup will have to read, counted by a walk that runs ahead of it in a thread of its own.

The backup's own walk is never far ahead of what is stored, so it cannot say. This one compares with the same
parent trees, and therefore knows what will not be read: time left would be false by the size of a home
if what is unchanged counted as work. It begins late, so that a backup with little to do pays nothing.

What may not enter: anything the backup depends on.
"""

from __future__ import annotations

import threading

from notou.backup.sorting import sort_entries
from notou.backup.tally import Tally
from notou.backup.walk import Walk
from notou.errors import NotouError
from notou.model import Lane


class Forecast:
    """The totals of one backup, once they are known."""

    def __init__(self, walk: Walk, after_s: float | None) -> None:
        """Begin to walk in ``after_s`` seconds; None: never. ``walk`` must be no one else's."""
        self._walk = walk
        self._ended = threading.Event()
        self._totals: tuple[int, int] | None = None
        self._thread = threading.Thread(target=self._run, args=(after_s,), name="forecast", daemon=True)
        if after_s is not None:
            self._thread.start()

    def totals(self) -> tuple[int | None, int | None]:
        """(files, bytes of those that are new or changed) in all; None while not counted to the end."""
        return self._totals or (None, None)

    def stop(self) -> None:
        """Return when it is over, wherever it stands; again is fine."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self, after_s: float) -> None:
        if self._ended.wait(after_s):
            return
        try:
            self._totals = self._count()
        except (NotouError, OSError):  # the backup meets it too, and says so
            return

    def _count(self) -> tuple[int, int] | None:
        tally, bytes_to_read = Tally(dict), 0
        for frame, leaving in self._walk:
            if self._ended.is_set():
                return None
            if not leaving:
                work = sort_entries(frame, Lane.OTHER)  # whichever lane: no file is opened
                tally.entered(frame, work)
                sizes = frame.directory.sizes if work else []
                bytes_to_read += sum(sizes[entry] for entries in work.values() for entry in entries)
        return tally.files, bytes_to_read
