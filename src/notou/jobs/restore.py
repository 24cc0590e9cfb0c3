"""Bring files back from a snapshot into a folder.

What may not enter: reading packs, writing files (notou.restore).
"""

from __future__ import annotations

from collections.abc import Sequence

from notou.events import Report
from notou.jobs.snapshots import open_and_pick, tell_faults, tell_others
from notou.restore.options import RestoreOptions, RestoreResult
from notou.restore.run import restore
from notou.vault.selection import LATEST, Filter


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
    paths = [options.base, *options.paths]
    opened, snapshots = open_and_pick(locations, password, wanted, conditions, paths)
    result = restore(opened.vault, snapshots, target, options, report)
    if wanted == LATEST and paths == [b"/"]:
        tell_others(opened.vault.snapshots(), snapshots, report)
    tell_faults(opened.vault, report)
    return result
