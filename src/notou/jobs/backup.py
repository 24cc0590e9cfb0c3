"""Back up files and folders to every copy of a vault.

What may not enter: scanning, storing, publishing (notou.backup).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from notou.backup.options import BackupOptions, BackupResult, Destination, Rehearsal
from notou.backup.rehearse import rehearse
from notou.backup.run import back_up
from notou.copies.outbox import Outbox
from notou.copies.replicate import Replicator
from notou.errors import UsageError
from notou.events import Report
from notou.jobs.folders import outbox_folder
from notou.jobs.places import OpenVault, open_outbox, open_vault
from notou.jobs.snapshots import tell_faults
from notou.jobs.this_process import lock_holder
from notou.sentence import say
from notou.sources.excludes import ExcludeRules
from notou.sources.folder import find_roots
from notou.sources.selection import Selection
from notou.stores.base import Store
from notou.stores.local import LocalStore
from notou.vault.snapshot import LANE_TAG


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
    opened, selection = _open(locations, password, request, environ)
    destination = destination_of(opened, open_outbox(opened.vault, environ), request.host, report)
    result = back_up(destination, selection, request.options, report)
    tell_faults(opened.vault, report, [copy.location for copy in result.copies if not copy.complete])
    return result


def rehearse_paths(
    locations: Sequence[str],
    password: str,
    request: BackupRequest,
    environ: Mapping[str, str],
    report: Report,
) -> Rehearsal:
    """What back_up_paths would read; writes nothing, not even a lock or the outbox's folder."""
    opened, selection = _open(locations, password, request, environ)
    hostname = request.host or lock_holder().hostname
    result = rehearse(opened.vault, opened.stores, hostname, selection, request.options, report)
    tell_faults(opened.vault, report, result.late)
    return result


def _open(
    locations: Sequence[str], password: str, request: BackupRequest, environ: Mapping[str, str]
) -> tuple[OpenVault, Selection]:
    _refuse_own_tags(request.options.tags)
    roots = find_roots(request.paths)
    opened = open_vault(locations, password)
    own = own_places(opened.stores, outbox_folder(opened.vault.config.id, environ))
    _refuse_own(roots.paths, own)
    return opened, Selection(roots, replace(request.rules, own_places=own))


def _refuse_own_tags(tags: Sequence[str]) -> None:
    """UsageError for tags that Notou reads: they would make a snapshot another class's, or a passing one."""
    for tag in tags:
        if not tag or tag.startswith(LANE_TAG):
            raise UsageError(
                say(
                    "“{tag}” cannot be a tag of yours: it is empty, or begins with {prefix}.",
                    tag=tag,
                    prefix=LANE_TAG,
                )
            )


def own_places(stores: Sequence[Store], outbox: bytes) -> tuple[bytes, ...]:
    """Folders of the vault itself, which no backup takes into itself."""
    return (*(store.path for store in stores if isinstance(store, LocalStore)), outbox)


def _refuse_own(roots: Sequence[bytes], own: Sequence[bytes]) -> None:
    """UsageError where a vault was asked to take its own files into itself."""
    own_folders = [os.path.realpath(place) for place in own]
    for root in roots:
        if any(root == folder or root.startswith(folder + b"/") for folder in own_folders):
            raise UsageError(
                say("{path} belongs to the vault itself; back up something else.", path=os.fsdecode(root))
            )


def destination_of(opened: OpenVault, outbox: Outbox, host: str | None, report: Report) -> Destination:
    """The opened vault and its places as a backup needs them; ``host``: another name than this machine's."""
    holder = lock_holder()
    return Destination(
        vault=opened.vault,
        copies=opened.stores,
        outbox=outbox,
        replicator=Replicator(opened.stores, outbox, report, opened.vault.named_packs),
        holder=holder,
        hostname=host or holder.hostname,
    )
