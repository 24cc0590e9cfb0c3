"""Bring files back from a snapshot into a folder.

What may not enter: reading packs, writing files (notou.restore).
"""

from __future__ import annotations

from collections.abc import Sequence

from notou.events import Report
from notou.jobs.snapshots import open_and_pick, tell_faults
from notou.restore.options import RestoreOptions, RestoreResult
from notou.restore.run import restore
from notou.vault.selection import Filter


def restore_snapshot(
    locations: Sequence[str],
    password: str,
    wanted: str,
    conditions: Filter,
    target: bytes,
    options: RestoreOptions,
    report: Report,
) -> RestoreResult:
    """Restore what ``wanted`` means into ``target``; raises what opening, choosing and restoring raise."""
    opened, snapshots = open_and_pick(locations, password, wanted, conditions)
    result = restore(opened.vault, snapshots, target, options, report)
    tell_faults(opened.vault, report)
    return result
