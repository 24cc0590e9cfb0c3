"""notou forget: remove snapshots."""

from __future__ import annotations

import os
from typing import Any

import click

from notou.cli.commands.prune import require_all_copies, show_prune
from notou.cli.layout import Cell, Line, Row
from notou.cli.options import Access, choosing, keeping, speaking
from notou.cli.retention_options import retaining
from notou.cli.screen import Screen
from notou.cli.shapes import class_text, snapshot_fields
from notou.cli.text import time_text
from notou.jobs.retention import Forgotten, forget_snapshots
from notou.jobs.retention import prune as prune_copies
from notou.sentence import say, say_count, say_each
from notou.upkeep.prune_plan import PruneOptions
from notou.upkeep.retention import GroupDecision, Policy
from notou.vault.selection import Filter


@click.command()
@click.argument("snapshots", nargs=-1)
@retaining
@click.option("--prune", "and_prune", is_flag=True, help="Free the room at once, as notou prune does.")
@click.option("-n", "--dry-run", is_flag=True, help="Only show the decision and its reasons.")
@keeping
@choosing
@speaking
def forget(
    snapshots: tuple[str, ...],
    policy: Policy,
    and_prune: bool,
    dry_run: bool,
    access: Access,
    conditions: Filter,
    screen: Screen,
) -> None:
    """Remove SNAPSHOTS, or of each class, host and set of paths what the --keep options do not keep."""
    password = access.password()
    found = forget_snapshots(
        access.locations, password, snapshots, policy, conditions, screen.report, dry_run=dry_run
    )
    screen.done("forgotten", _fields(found), _lines(found, dry_run=dry_run))
    if and_prune:
        pruned = prune_copies(
            access.locations, password, PruneOptions(), os.environ, screen.report, dry_run=dry_run
        )
        show_prune(pruned, screen)
    if found.result is not None:
        require_all_copies(found.result.failures)


def _fields(found: Forgotten) -> dict[str, Any]:
    return {
        "snapshots": found.named,
        "groups": [_group_fields(decision) for decision in found.decisions],
        "failures": dict(found.result.failures) if found.result else {},
        "dry_run": found.result is None,
    }


def _group_fields(decision: GroupDecision) -> dict[str, Any]:
    return {
        "kept": [{**snapshot_fields(one.snapshot), "reasons": one.reasons} for one in decision.kept],
        "removed": [snapshot_fields(one) for one in decision.removed],
    }


def _lines(found: Forgotten, *, dry_run: bool) -> list[Line]:
    lines: list[Line] = []
    for decision in found.decisions:
        for kept in decision.kept:
            reasons = say("({reasons})", reasons=say_each(kept.reasons))
            lines.append(Row([Cell(say("keep"), 6), *_named(kept.snapshot), reasons]))
        lines += [Row([Cell(say("remove"), 6), *_named(one)]) for one in decision.removed]
    return [*lines, _total(len(found.named), dry_run=dry_run)]


def _total(count: int, *, dry_run: bool) -> str:
    if dry_run:
        return say_count(count, "Would forget {count} snapshot.", "Would forget {count} snapshots.")
    return say_count(count, "Forgot {count} snapshot.", "Forgot {count} snapshots.")


def _named(snapshot: Any) -> list[Cell | str]:
    return [snapshot.short_id, time_text(snapshot.time_ns), Cell(class_text(snapshot), 11)]
