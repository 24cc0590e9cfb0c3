"""List what snapshots hold, and find items in all of them.

What may not enter: how items are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from notou.errors import IncompleteError, NotouError
from notou.events import ItemFailed, Report
from notou.jobs.places import open_vault
from notou.jobs.snapshots import open_and_pick, runs, tell_faults
from notou.restore.browse import Item, Query, find, list_items
from notou.vault.selection import Filter, newest_first
from notou.vault.snapshot import Snapshot


class _Damage:
    """Reports folders that cannot be read, and ends the work as incomplete when there were any."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._found = False

    def note(self, path: bytes, error: NotouError) -> None:
        self._found = True
        self._report(ItemFailed(path, str(error)))

    def end(self) -> None:
        if self._found:
            raise IncompleteError("Some folders could not be read from the vault; 'notou check' tells more.")


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
    """The items at and below ``path``. IncompleteError at the end when folders could not be read."""
    opened, snapshots = open_and_pick(locations, password, wanted, conditions)
    damage = _Damage(report)
    yield from list_items(opened.vault, snapshots, path, recursive=recursive, damaged=damage.note)
    tell_faults(opened.vault, report)
    damage.end()


def find_items(
    locations: Sequence[str], password: str, query: Query, conditions: Filter, report: Report
) -> Iterator[tuple[list[Snapshot], Item]]:
    """(snapshots of the run, item) of every match, the newest run first. IncompleteError as list_snapshot."""
    vault = open_vault(locations, password).vault
    damage = _Damage(report)
    for run in runs(newest_first(vault.snapshots(), conditions)):
        for item in find(vault, run, query, damaged=damage.note):
            yield run, item
    tell_faults(vault, report)
    damage.end()
