"""The dry run: what a backup would read, counted by the same walk and the same sorting, and nothing stored.

No lock is taken: what a prune beside it takes away only makes a directory count as new.

What may not enter: writing, at a copy, in the outbox or anywhere; reading more of a file than sorting does.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence

from notou.backup.options import BackupOptions, Rehearsal
from notou.backup.parents import adopt_stray_packs, find_parents, trees_to_compare
from notou.backup.sorting import Work, sort_entries
from notou.backup.tally import Tally
from notou.backup.walk import Frame, Walk
from notou.errors import StoreError
from notou.events import CopyFailed, ItemFailed, Progress, Report
from notou.model import FileKind, Lane
from notou.sentence import say
from notou.sources.selection import Selection
from notou.stores.base import Store
from notou.vault.repository import Vault
from notou.words.system import system_reason_within


def rehearse(
    vault: Vault,
    copies: Sequence[Store],
    hostname: str,
    selection: Selection,
    options: BackupOptions,
    report: Report,
) -> Rehearsal:
    """Count what backing up to ``copies`` under this name of a host would read.

    Items that could not be read are told to ``report`` as ItemFailed and counted; a copy that does not
    answer is told as CopyFailed and stands in the result.
    """
    held, late = _held(copies, report)
    parents = find_parents(vault.snapshots(), hostname, [os.fsdecode(path) for path in selection.roots.paths])
    index = vault.load_index(held)
    adopt_stray_packs(vault, index, parents)
    walk = Walk(selection, trees_to_compare(parents, options), vault, index, report)
    counting = _Counting(report)
    for frame, leaving in walk:
        if not leaving:
            counting.entered(frame, sort_entries(frame, options.only_lane))
    faults = counting.tally.faults + walk.faults
    return Rehearsal(counting.tally.lanes(), counting.bytes_to_read, faults, late)


class _Counting:
    """The sums, directory by directory."""

    def __init__(self, report: Report) -> None:
        self.tally = Tally(dict)
        self.bytes_to_read: dict[Lane, int] = {}
        self._report = report

    def entered(self, frame: Frame, work: Work) -> None:
        self.tally.entered(frame, work)
        for lane, entries in work.items():
            size = sum(self._bytes_of(frame, entry) for entry in entries)
            self.bytes_to_read[lane] = self.bytes_to_read.get(lane, 0) + size
        self._report(Progress(self.tally.files, 0, current=frame.directory.path))

    def _bytes_of(self, frame: Frame, entry: int) -> int:
        """What reading the file would read: nothing, and a fault, where it cannot be opened."""
        directory = frame.directory
        path = os.path.join(directory.path, directory.names[entry])
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC))
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:  # the kernel goes there folder by folder
                self.tally.faults += 1
                self._report(
                    ItemFailed(
                        path, say("could not be opened: {reason}.", reason=system_reason_within(error))
                    )
                )
                return 0
        return directory.sizes[entry]


def _held(copies: Sequence[Store], report: Report) -> tuple[dict[bytes, int], tuple[str, ...]]:
    """Pack id → size of every pack that a copy lists, and the copies that do not answer."""
    held: dict[bytes, int] = {}
    late = []
    for copy in copies:
        try:
            listed = [(bytes.fromhex(name), size) for name, size in copy.list(FileKind.PACK)]
        except StoreError as error:
            report(CopyFailed(copy.location, str(error)))
            late.append(copy.location)
            continue
        for pack_id, size in listed:
            held[pack_id] = max(size, held.get(pack_id, 0))
    return held, tuple(late)
