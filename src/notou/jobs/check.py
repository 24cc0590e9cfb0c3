"""Check copies, heal them from one another, and repair what no copy has any more.

What may not enter: finding and mending themselves (notou.upkeep).
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence

from notou.events import Report
from notou.jobs.places import OpenVault, open_vault
from notou.jobs.this_process import lock_holder
from notou.jobs.workspace import workspace
from notou.model import FileKind
from notou.upkeep.check import CheckOptions, check
from notou.upkeep.findings import CheckResult
from notou.upkeep.heal import HealResult, heal
from notou.upkeep.repair_index import IndexRepair, repair_index
from notou.upkeep.repair_packs import PackRepair, repair_packs
from notou.upkeep.repair_snapshots import SnapshotRepair, repair_snapshots
from notou.upkeep.subset import Subset

EVERYTHING = CheckOptions(read=Subset())


def check_copies(
    locations: Sequence[str], password: str, options: CheckOptions, report: Report
) -> CheckResult:
    """Check every copy by itself; faults are in the result."""
    return _check(open_vault(locations, password), options, report)


def _check(opened: OpenVault, options: CheckOptions, report: Report) -> CheckResult:
    # which packs a partial check reads is no secret, but it must not be the same ones every time
    chance = random.SystemRandom()
    vault = opened.vault
    return check(opened.stores, vault.config, vault.master, options, random=chance, report=report)


def heal_copies(locations: Sequence[str], password: str, report: Report) -> HealResult:
    """Read every byte of every copy, then replace what is lost or damaged at one from another."""
    opened = open_vault(locations, password)
    found = _check(opened, EVERYTHING, report)
    vault = opened.vault
    return heal(opened.stores, vault.config, vault.master, found.faults, holder=lock_holder(), report=report)


def mend_index(locations: Sequence[str], password: str, report: Report, *, dry_run: bool) -> IndexRepair:
    """Make the index name every readable pack and none that is gone."""
    opened = open_vault(locations, password)
    vault = opened.vault
    return repair_index(
        opened.stores, vault.config, vault.master, dry_run=dry_run, holder=lock_holder(), report=report
    )


def mend_packs(
    locations: Sequence[str],
    password: str,
    pack_ids: Collection[bytes],
    environ: Mapping[str, str],
    report: Report,
    *,
    dry_run: bool,
) -> PackRepair | None:
    """Save what opens of damaged packs: those named (32-byte ids), else those a full check finds.

    None when none is damaged.
    """
    opened = open_vault(locations, password)
    damaged = pack_ids or _damaged_packs(_check(opened, EVERYTHING, report))
    if not damaged:
        return None
    vault = opened.vault
    with workspace(environ) as folder:
        return repair_packs(
            opened.stores,
            vault.config,
            vault.master,
            damaged,
            dry_run=dry_run,
            workspace=folder,
            holder=lock_holder(),
            report=report,
        )


def _damaged_packs(found: CheckResult) -> set[bytes]:
    names = (fault.name for fault in found.faults if fault.name is not None)
    return {bytes.fromhex(name.id) for name in names if name.kind is FileKind.PACK}


def mend_snapshots(
    locations: Sequence[str],
    password: str,
    environ: Mapping[str, str],
    report: Report,
    *,
    forget: bool,
    dry_run: bool,
) -> SnapshotRepair:
    """Publish a whole snapshot beside each that is not; with ``forget`` the old ones go."""
    opened = open_vault(locations, password)
    vault = opened.vault
    with workspace(environ) as folder:
        return repair_snapshots(
            opened.stores,
            vault.config,
            vault.master,
            forget=forget,
            dry_run=dry_run,
            workspace=folder,
            holder=lock_holder(),
            report=report,
        )
