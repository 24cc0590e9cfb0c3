"""notou stats: how much a vault holds."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

import click

from notou.cli.layout import Table
from notou.cli.options import Access, choosing, reading, speaking
from notou.cli.screen import Screen
from notou.cli.text import size_text
from notou.jobs.compare import count_vault
from notou.model import Lane
from notou.sentence import say
from notou.upkeep.stats import Stats
from notou.vault.selection import Filter

HEADS = [
    say("Class"),
    say("Snapshots"),
    say("Files"),
    say("To restore"),
    say("Different files"),
    say("Stored"),
    say("Ratio"),
]


@click.command()
@reading
@choosing
@speaking
def stats(access: Access, conditions: Filter, screen: Screen) -> None:
    """Show per class how many files the snapshots hold, and what they take up in the vault."""
    found = count_vault(access.locations, access.password(), conditions, screen.report)
    fields = {
        "classes": {_name(lane): asdict(each) for lane, each in found.lanes},
        "total": asdict(found.total),
    }
    rows = [_row(_name(lane), each) for lane, each in found.lanes]
    screen.result("stats", fields, [Table(HEADS, [*rows, _row(say("all"), found.total)])])


def _name(lane: Lane | None) -> str:
    return "-" if lane is None else lane.label


def _row(name: str, stats: Stats) -> list[str]:
    return [
        name,
        say("{count}", count=stats.snapshots),
        say("{count}", count=stats.files),
        size_text(stats.restore_bytes),
        size_text(stats.content_bytes),
        size_text(stats.stored_bytes),
        say("{count}", count=Decimal(f"{stats.ratio:.2f}")),
    ]
