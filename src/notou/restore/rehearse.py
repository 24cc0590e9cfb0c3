"""The dry run: counts what a restore would do, without touching anything. What may not enter: writing."""

from __future__ import annotations

from notou import kernel
from notou.restore.options import Overwrite
from notou.restore.portion import FinishItem, Portion, Twin
from notou.restore.standing import Standing, judge
from notou.restore.tally import Tally


class Rehearsal:
    """Counts portion by portion."""

    def __init__(self, target: kernel.Target | None, overwrite: Overwrite, tally: Tally) -> None:
        """``target`` is None when the folder does not exist yet."""
        self._target = target
        self._overwrite = overwrite
        self._tally = tally
        self._seen: set[Twin] = set()

    def count(self, portion: Portion) -> None:
        """Add what this portion would do."""
        self._tally.fail_all(portion.faults)
        result = self._tally.result
        result.folders += sum(1 for path in portion.folders if path)
        kept = self._judge(portion.files).kept
        for number, item in enumerate(portion.files):
            if number not in kept:
                self._count_file(item, portion.twins.get(item[0]))
        result.specials += len(portion.specials) - len(self._judge(portion.specials).kept)
        self._tally.progress()

    def _count_file(self, item: FinishItem, twin: Twin | None) -> None:
        if twin is not None and twin in self._seen:
            self._tally.result.links += 1
            return
        if twin is not None:
            self._seen.add(twin)
        self._tally.result.files += 1
        self._tally.result.bytes_written += item[2]

    def _judge(self, items: list[FinishItem]) -> Standing:
        if self._target is None or not items:
            return Standing()
        standing = judge(items, self._target.stat([item[0] for item in items]), self._overwrite)
        self._tally.fail_all(standing.blocked.values())
        self._tally.result.kept += standing.kept_files
        return standing
