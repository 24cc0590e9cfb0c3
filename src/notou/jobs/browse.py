"""List what snapshots hold, and find items in all of them.

What may not enter: how items are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from notou.events import Report
from notou.jobs.damage import Damage
from notou.jobs.places import open_vault
from notou.jobs.snapshots import open_and_pick, runs, tell_faults
from notou.restore.browse import Item, Query, find, list_items
from notou.vault.selection import Filter, newest_first
from notou.vault.snapshot import Snapshot


def list_snapshot(
    locations: Sequence[str],
    password: str,
    wanted: str,
    conditions: Filter,
    path: bytes,
    report: Report,
    *,
    recursive: bool,
) -> Iterator[Item]:
    """The items at and below ``path``. IncompleteError at the end when something could not be read."""
    opened, snapshots = open_and_pick(locations, password, wanted, conditions, [path])
    damage = Damage(report)
    yield from list_items(opened.vault, snapshots, path, recursive=recursive, damaged=damage.note)
    tell_faults(opened.vault, report)
    damage.end()


def find_items(
    locations: Sequence[str], password: str, query: Query, conditions: Filter, report: Report
) -> Iterator[tuple[list[Snapshot], Item]]:
    """(snapshots of the run, item) of every match, the newest run first. IncompleteError as list_snapshot."""
    vault = open_vault(locations, password).vault
    damage = Damage(report)
    for run in runs(newest_first(vault.snapshots(), conditions)):
        for item in find(vault, run, query, damaged=damage.note):
            yield run, item
    tell_faults(vault, report)
    damage.end()
