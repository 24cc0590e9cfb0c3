"""notou stats: how much a vault holds."""

from __future__ import annotations

from dataclasses import asdict

import click

from notou.cli.options import Access, choosing, reading, speaking
from notou.cli.screen import Screen
from notou.cli.text import size_text, table
from notou.jobs.compare import count_vault
from notou.model import Lane
from notou.upkeep.stats import Stats
from notou.vault.selection import Filter

HEADS = ["Class", "Snapshots", "Files", "To restore", "Different files", "Stored", "Ratio"]


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
    screen.result("stats", fields, table([*rows, _row("all", found.total)], HEADS))


def _name(lane: Lane | None) -> str:
    return "-" if lane is None else lane.label


def _row(name: str, stats: Stats) -> list[str]:
    return [
        name,
        f"{stats.snapshots:,}",
        f"{stats.files:,}",
        size_text(stats.restore_bytes),
        size_text(stats.content_bytes),
        size_text(stats.stored_bytes),
        f"{stats.ratio:.2f}",
    ]
