"""notou diff: what changed between two snapshots."""

from __future__ import annotations

import click

from notou.cli.layout import Row
from notou.cli.options import Access, choosing, reading, speaking
from notou.cli.screen import Screen, path_fields
from notou.cli.text import printable, size_text
from notou.jobs.compare import compare
from notou.restore.diff import Difference
from notou.sentence import say
from notou.vault.selection import Filter

SIGNS = {
    Difference.ADDED: "+",
    Difference.REMOVED: "-",
    Difference.MODIFIED: "M",
    Difference.METADATA: "U",
    Difference.TYPE: "T",
}


@click.command()
@click.argument("before", default="latest~1")
@click.argument("after", default="latest")
@click.option("--metadata", is_flag=True, help="Also what differs in times, owner or permissions only.")
@reading
@choosing
@speaking
def diff(before: str, after: str, metadata: bool, access: Access, conditions: Filter, screen: Screen) -> None:
    """Show what changed from BEFORE to AFTER: + added, - removed, M modified, U metadata, T type.

    Named by id, latest, or latest~2 (what was latest two backups ago); without names, the last backup.
    """
    added, removed = 0, 0
    changes = compare(
        access.locations, access.password(), (before, after), conditions, screen.report, metadata=metadata
    )
    for change in changes:
        fields = {
            **path_fields(change.path),
            "difference": change.difference.value,
            "bytes_added": change.bytes_added,
            "bytes_removed": change.bytes_removed,
        }
        screen.result("changed", fields, [Row([SIGNS[change.difference], printable(change.path)])])
        added += change.bytes_added
        removed += change.bytes_removed
    screen.say(say("{added} added, {removed} removed.", added=size_text(added), removed=size_text(removed)))
