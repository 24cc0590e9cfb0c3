"""What a vault's snapshots tell about a person: new bytes a day by class, and what the first backup was like.

Only what the backups themselves wrote down is used, the summaries that restic and Notou put into snapshots;
none of it is trusted to be sane. What may not enter: what a person says; assumptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from notou.errors import DamagedError
from notou.model import Lane
from notou.vault.fields import time
from notou.vault.snapshot import Snapshot

DAY_NS = 24 * 3600 * 10**9
WINDOW_DAYS = 90
"""Habits change: what was added earlier than so long before the last backup does not count."""

_MOST_BYTES = 1 << 60


@dataclass(frozen=True, slots=True)
class Measured:
    """New bytes of one class, as the vault stored them in so many backups over at least a day."""

    bytes_added: int
    span_ns: int
    backups: int

    @property
    def bytes_a_day(self) -> int:
        """The mean, rounded up."""
        return -(-self.bytes_added * DAY_NS // self.span_ns)

    @property
    def span_days(self) -> int:
        """Whole days."""
        return self.span_ns // DAY_NS


@dataclass(frozen=True, slots=True)
class FirstBackup:
    """The backup that stored the most at once: what moving everything takes. Times are of that machine."""

    bytes_stored: int
    took_s: int


def measure(snapshots: Iterable[Snapshot]) -> dict[Lane, Measured]:
    """What each class grew by; those with no two backups a day apart are missing."""
    whole = [one for one in snapshots if not one.partial]
    found = {lane: _of_lane([one for one in whole if _lane(one) is lane]) for lane in Lane}
    return {lane: measured for lane, measured in found.items() if measured is not None}


def _lane(snapshot: Snapshot) -> Lane:
    """What restic stored of no class counts as other."""
    return Lane.OTHER if snapshot.lane is None else snapshot.lane


def _of_lane(snapshots: list[Snapshot]) -> Measured | None:
    if not snapshots:
        return None
    last_ns = max(one.time_ns for one in snapshots)
    steps = [step for step in _steps(snapshots) if step[1].time_ns > last_ns - WINDOW_DAYS * DAY_NS]
    if not steps:
        return None
    span_ns = last_ns - min(before.time_ns for before, _ in steps)
    added = sum(_added(before, after) for before, after in steps)
    return Measured(added, span_ns, len(steps)) if span_ns >= DAY_NS else None


def _steps(snapshots: list[Snapshot]) -> list[tuple[Snapshot, Snapshot]]:
    """Each backup with the one before it of the same host and paths. The first stored what was there."""
    groups: dict[object, list[Snapshot]] = {}
    for snapshot in sorted(snapshots, key=lambda one: (one.time_ns, one.id)):
        groups.setdefault(snapshot.group_key, []).append(snapshot)
    return [step for group in groups.values() for step in pairwise(group)]


def _added(before: Snapshot, after: Snapshot) -> int:
    """What was stored new; where backups between the two were forgotten, at least what the whole grew by."""
    stored = summary_bytes(after, "data_added_packed") or summary_bytes(after, "data_added")
    if after.parent is not None and after.parent.hex() == before.id:
        return stored
    grown = summary_bytes(after, "total_bytes_processed") - summary_bytes(before, "total_bytes_processed")
    return max(stored, grown)


def first_backup(snapshots: Iterable[Snapshot]) -> FirstBackup | None:
    """The run that stored the most, from the summaries of its snapshots; None where they have none."""
    runs: dict[object, list[Snapshot]] = {}
    for snapshot in snapshots:
        if not snapshot.partial and snapshot.summary is not None:
            runs.setdefault((snapshot.time_ns, snapshot.group_key), []).append(snapshot)
    made = [
        FirstBackup(sum(summary_bytes(one, "data_added_packed") for one in run), max(map(_took_s, run)))
        for run in runs.values()
    ]
    largest = max(made, key=lambda one: one.bytes_stored, default=None)
    return largest if largest is not None and largest.bytes_stored else None


def summary_bytes(snapshot: Snapshot, name: str) -> int:
    """A count of the snapshot's summary; 0 where it is missing, or nothing that can be."""
    value = (snapshot.summary or {}).get(name)
    sane = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_BYTES
    return value if sane and isinstance(value, int) else 0


def _took_s(snapshot: Snapshot) -> int:
    summary: Mapping[str, object] = snapshot.summary or {}
    with suppress(DamagedError):
        took_ns = time(dict(summary), "backup_end") - time(dict(summary), "backup_start")
        return max(0, took_ns // 10**9)
    return 0
