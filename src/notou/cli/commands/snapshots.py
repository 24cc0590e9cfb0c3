"""notou snapshots: what backups a vault holds."""

from __future__ import annotations

import click

from notou.cli.layout import Table
from notou.cli.options import Access, choosing, reading, speaking
from notou.cli.screen import Screen
from notou.cli.shapes import SNAPSHOT_HEADS, snapshot_fields, snapshot_row
from notou.errors import IncompleteError
from notou.jobs.snapshots import list_snapshots
from notou.sentence import say, say_count
from notou.vault.selection import Filter


@click.command()
@reading
@choosing
@speaking
def snapshots(access: Access, conditions: Filter, screen: Screen) -> None:
    """List snapshots, the oldest first; every class of a backup has its own."""
    found, unreadable = list_snapshots(access.locations, access.password(), conditions, screen.report)
    if screen.manner.json:
        for snapshot in found:
            screen.result("snapshot", snapshot_fields(snapshot), [])
    elif found:
        screen.result("", {}, [Table(SNAPSHOT_HEADS, [snapshot_row(each) for each in found])])
    elif not unreadable:
        screen.say(say("There are no such snapshots."))
    if unreadable:
        raise IncompleteError(
            say_count(
                unreadable,
                "{count} snapshot cannot be read; 'notou check' tells more, and 'notou repair heal' mends "
                "what another copy has right.",
                "{count} snapshots cannot be read; 'notou check' tells more, and 'notou repair heal' mends "
                "what another copy has right.",
            )
        )
