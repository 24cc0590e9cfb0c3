"""Back up files and folders to every copy of a vault.

What may not enter: scanning, storing, publishing (notou.backup).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from notou.backup.options import BackupOptions, BackupResult, Destination
from notou.backup.run import back_up
from notou.copies.outbox import Outbox
from notou.copies.replicate import Replicator
from notou.errors import UsageError
from notou.events import Note, Report
from notou.jobs.places import OpenVault, open_outbox, open_vault
from notou.jobs.this_process import lock_holder
from notou.sources.excludes import ExcludeRules
from notou.sources.folder import find_roots
from notou.sources.selection import Selection
from notou.stores.base import Store
from notou.stores.local import LocalStore


@dataclass(frozen=True, slots=True)
class BackupRequest:
    """What a person asked for. ``paths`` as they wrote them; ``host``: another name than this machine's."""

    paths: Sequence[bytes]
    rules: ExcludeRules
    options: BackupOptions
    host: str | None = None


def back_up_paths(
    locations: Sequence[str],
    password: str,
    request: BackupRequest,
    environ: Mapping[str, str],
    report: Report,
) -> BackupResult:
    """Back up to every location; see notou.backup.run.back_up for what is reported and raised."""
    roots = find_roots(request.paths)
    opened = open_vault(locations, password)
    outbox = open_outbox(opened.vault, environ)
    own = own_places(opened.stores, outbox)
    _refuse_own(roots.paths, own)
    rules = replace(request.rules, own_places=own)
    result = back_up(
        _destination(opened, outbox, request.host, report), Selection(roots, rules), request.options, report
    )
    _tell_healed(opened, result, report)
    return result


def own_places(stores: Sequence[Store], outbox: Outbox) -> tuple[bytes, ...]:
    """Folders of the vault itself, which no backup takes into itself."""
    return (*(store.path for store in stores if isinstance(store, LocalStore)), outbox.path)


def _refuse_own(roots: Sequence[bytes], own: Sequence[bytes]) -> None:
    """UsageError where a vault was asked to take its own files into itself."""
    own_folders = [os.path.realpath(place) for place in own]
    for root in roots:
        if any(root == folder or root.startswith(folder + b"/") for folder in own_folders):
            raise UsageError(f"{os.fsdecode(root)} belongs to the vault itself; back up something else.")


def _destination(opened: OpenVault, outbox: Outbox, host: str | None, report: Report) -> Destination:
    holder = lock_holder()
    return Destination(
        vault=opened.vault,
        copies=opened.stores,
        outbox=outbox,
        replicator=Replicator(opened.stores, outbox, report),
        holder=replace(holder, hostname=host) if host else holder,
    )


def _tell_healed(opened: OpenVault, result: BackupResult, report: Report) -> None:
    """Damage that was read elsewhere; a copy that failed was told of already."""
    failed = [copy.location for copy in result.copies if not copy.complete]
    for fault in opened.vault.faults:
        if not any(location in fault for location in failed):
            report(Note(fault))
