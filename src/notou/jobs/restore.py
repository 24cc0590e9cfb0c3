"""Bring files back from a snapshot into a folder.

What may not enter: reading packs, writing files (notou.restore).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from notou.errors import StoreError
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
    """Restore what ``wanted`` means into ``target``, made when absent.

    Items that failed are in the result. Raises what opening and choosing raise, StoreError when the target
    cannot be made, NotFoundError when nothing chosen is in the snapshots.
    """
    opened, snapshots = open_and_pick(locations, password, wanted, conditions)
    if not options.dry_run:
        _make_target(target)
    result = restore(opened.vault, snapshots, target, options, report)
    tell_faults(opened.vault, report)
    return result


def _make_target(target: bytes) -> None:
    try:
        os.makedirs(target, exist_ok=True)
    except OSError as error:
        name = os.fsdecode(target)
        raise StoreError(f"The target {name} cannot be made: {error.strerror}.") from error
