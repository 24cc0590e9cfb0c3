"""Which snapshots a vault holds: all of them, those meant by a word, and those of one run together.

What may not enter: what is inside snapshots.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from notou.events import Note, Report
from notou.jobs.places import OpenVault, open_vault
from notou.model import Lane
from notou.vault.repository import Vault
from notou.vault.selection import Filter, newest_first, pick
from notou.vault.snapshot import Snapshot


def list_snapshots(
    locations: Sequence[str], password: str, conditions: Filter, report: Report
) -> list[Snapshot]:
    """Every snapshot admitted, the oldest first, lanes of one run in their order."""
    vault = open_vault(locations, password).vault
    found = newest_first(vault.snapshots(), conditions)
    tell_faults(vault, report)
    return in_order(found)


def open_and_pick(
    locations: Sequence[str], password: str, wanted: str, conditions: Filter
) -> tuple[OpenVault, list[Snapshot]]:
    """The vault and the snapshots meant by ``wanted`` (an id's beginning, or ``latest``)."""
    opened = open_vault(locations, password)
    return opened, pick(opened.vault.snapshots(), wanted, conditions)


def in_order(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """By time, then by lane; what has no lane last."""
    return sorted(snapshots, key=lambda one: (one.time_ns, len(Lane) if one.lane is None else one.lane))


def runs(snapshots: Iterable[Snapshot]) -> list[list[Snapshot]]:
    """The snapshots of each backup run together, the newest run first: same time, host and paths."""
    by_run: dict[object, list[Snapshot]] = {}
    for snapshot in reversed(in_order(snapshots)):
        by_run.setdefault((snapshot.time_ns, snapshot.group_key), []).insert(0, snapshot)
    return list(by_run.values())


def tell_faults(vault: Vault, report: Report) -> None:
    """Say what was damaged at one place and read from another, or left out."""
    for fault in dict.fromkeys(vault.faults):
        report(Note(fault))
