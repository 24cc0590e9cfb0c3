"""How a vault stands before a trip, from what was seen of its places and snapshots.

What may not enter: looking (notou.jobs.trip); what to do about it (checklist).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notou.esim.trip.measure import FirstBackup, first_backup, summary_bytes
from notou.model import Lane
from notou.vault.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Place:
    """One place that was named; ``failure`` is why it does not answer, "" when it holds the vault."""

    location: str
    failure: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the vault holds. Times are nanoseconds since the epoch, None where there is no such snapshot."""

    places: tuple[Place, ...]
    last_backup_ns: int | None
    whole_bytes: int  # of everything in the last backup of each class, as files
    first: FirstBackup | None
    wallet_ns: int | None

    @property
    def reached(self) -> tuple[str, ...]:
        """The places that answered."""
        return tuple(place.location for place in self.places if not place.failure)


def standing_of(places: Sequence[Place], snapshots: Sequence[Snapshot]) -> Standing:
    """How a vault with these snapshots stands. Partial snapshots are no backup."""
    whole = [one for one in snapshots if not one.partial]
    files = [one for one in whole if not one.kept]
    wallet = [one.time_ns for one in whole if one.lane is Lane.WALLET]
    return Standing(
        tuple(places),
        max((one.time_ns for one in files), default=None),
        _whole_bytes(files),
        first_backup(files),
        max(wallet, default=None),
    )


def _whole_bytes(snapshots: Sequence[Snapshot]) -> int:
    """What the last run of the newest host and paths holds, all its classes together."""
    if not snapshots:
        return 0
    newest = max(snapshots, key=lambda one: one.time_ns)
    lanes = {one.lane: one for one in sorted(snapshots, key=lambda one: one.time_ns) if _same(one, newest)}
    return sum(summary_bytes(one, "total_bytes_processed") for one in lanes.values())


def _same(one: Snapshot, other: Snapshot) -> bool:
    return one.group_key == other.group_key
