"""Collects files to be stored and hands them to the kernel in large batches; while it stores one, the next is
collected, and the trees of the one before are built.

What may not enter: which files, which lanes (sorting), publishing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from notou.backup.sorting import Work
from notou.backup.tally import Tally
from notou.backup.trees import TreeBuilder
from notou.backup.walk import Frame
from notou.events import ItemFailed, Report
from notou.kernel import Directory, Writer
from notou.model import Lane

_BATCH_FILES = 4096
_BATCH_BYTES = 128 * 1024 * 1024
_PENDING_ENTRIES = 16384
"""Directories that wait for their trees hold their listing in memory; this bounds it."""

_PATIENCE_S = 0.1


class Intake:
    """The files and directories between the walk and the vault."""

    def __init__(
        self,
        writer: Writer,
        trees: TreeBuilder,
        tally: Tally,
        report: Report,
        while_waiting: Callable[[], None],
    ) -> None:
        """``report`` is told ItemFailed of each file that is not stored; ``while_waiting`` is called now and
        then while the kernel is not done.
        """
        self._writer = writer
        self._trees = trees
        self._tally = tally
        self._report = report
        self._while_waiting = while_waiting
        self._work: dict[Lane, list[tuple[Directory, list[int]]]] = {}
        self._files = self._bytes = 0
        self.files_taken = 0
        self._whole: list[Frame] = []
        self._entries = 0
        self._submitted: list[Frame] = []  # whole once what was submitted is stored

    @property
    def full(self) -> bool:
        """Whether it is time to drain."""
        return self._files >= _BATCH_FILES or self._bytes >= _BATCH_BYTES or self._entries >= _PENDING_ENTRIES

    def add(self, frame: Frame, work: Work) -> Iterator[None]:
        """Take in a directory's files, in portions; yields each time a portion has made it full."""
        if not work:
            return
        sizes = frame.directory.sizes
        self.files_taken += sum(map(len, work.values()))
        for lane, entries in work.items():
            for portion in _portions(entries, sizes):
                self._work.setdefault(lane, []).append((frame.directory, portion))
                size = sum(sizes[entry] for entry in portion)
                self._files += len(portion)
                self._bytes += size
                if self.full:
                    yield

    def left(self, frame: Frame) -> None:
        """Take in a directory all of whose files and directories below were taken in."""
        self._whole.append(frame)
        self._entries += len(frame.directory.kinds)

    def drain(self) -> None:
        """Hand over what was taken in, once the kernel has stored what it had; meanwhile build its trees."""
        self._collect()
        self._writer.submit(sorted(self._work.items()))
        stored, self._submitted = self._submitted, self._whole
        self._work, self._whole = {}, []
        self._files = self._bytes = self._entries = 0
        self._trees.finish(stored)

    def settle(self) -> None:
        """Return when all that was taken in is stored, and the trees of whole directories are built."""
        self.drain()
        self._collect()
        self._trees.finish(self._submitted)
        self._submitted = []

    def _collect(self) -> None:
        while (faults := self._writer.collect(_PATIENCE_S)) is None:
            self._while_waiting()
        for path, reason in faults:
            self._tally.faults += 1
            self._report(ItemFailed(path, reason))


def _portions(entries: list[int], sizes: list[int]) -> Iterator[list[int]]:
    """Cut a directory's files into portions that no batch is too small for, a large file by itself."""
    portion: list[int] = []
    size = 0
    for entry in entries:
        portion.append(entry)
        size += sizes[entry]
        if size >= _BATCH_BYTES or len(portion) >= _BATCH_FILES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
