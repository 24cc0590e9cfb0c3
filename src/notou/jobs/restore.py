"""Bring files back from a snapshot into a folder.

What may not enter: reading packs, writing files (notou.restore).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from notou.errors import UsageError
from notou.events import Report
from notou.jobs.places import open_vault
from notou.jobs.snapshots import looking_for, meant, tell_faults, tell_others
from notou.restore.options import RestoreOptions, RestoreResult
from notou.restore.run import restore
from notou.sentence import say
from notou.sources.folder import is_below
from notou.stores.base import Store
from notou.stores.local import LocalStore
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
    opened = open_vault(locations, password)
    _refuse_vault(opened.stores, target)
    paths = [options.base, *options.paths]
    held = opened.vault.snapshots()
    snapshots = meant(held, wanted, looking_for(conditions, paths))
    result = restore(opened.vault, snapshots, target, options, report)
    if wanted == LATEST and paths == [b"/"]:
        tell_others(held, snapshots, report)
    tell_faults(opened.vault, report)
    return result


def _refuse_vault(stores: Sequence[Store], target: bytes) -> None:
    """UsageError for a target within a vault that is restored from."""
    where = os.path.realpath(target)
    for store in stores:
        if isinstance(store, LocalStore) and is_below(where, os.path.realpath(store.path)):
            raise UsageError(
                say("{place} is the vault itself; restore into another folder.", place=store.location)
            )
