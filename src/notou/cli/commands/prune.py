"""notou prune: free the room of what no snapshot needs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from notou.cli.options import Access, keeping, speaking
from notou.cli.screen import Screen
from notou.cli.sizes import size_of
from notou.cli.text import size_text
from notou.errors import StoreError, UsageError
from notou.jobs.retention import prune as prune_copies
from notou.model import Lane
from notou.sentence import say, say_all, say_count
from notou.upkeep.prune import PruneResult
from notou.upkeep.prune_plan import LanePlan, MaxUnused, PruneOptions


def unused_limit(text: str | MaxUnused) -> MaxUnused:
    """``5%``, ``200M`` or ``unlimited``. For click's ``type=``."""
    if isinstance(text, MaxUnused):
        return text
    try:
        return MaxUnused.parse(text)
    except UsageError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option(
    "--max-unused",
    metavar="LIMIT",
    type=unused_limit,
    default="5%",
    show_default=True,
    help="How much unused data may stay: a share, a size, or unlimited.",
)
@click.option("--max-repack-size", metavar="SIZE", type=size_of, help="Pack no more than this anew.")
@click.option("--repack-small", is_flag=True, help="Also join small packs.")
@click.option("-n", "--dry-run", is_flag=True, help="Only show the plan.")
@keeping
@speaking
def prune(
    max_unused: MaxUnused,
    max_repack_size: int | None,
    repack_small: bool,
    dry_run: bool,
    access: Access,
    screen: Screen,
) -> None:
    """Delete packs that no snapshot needs, and pack anew those that are needed only in part."""
    options = PruneOptions(max_unused=max_unused, max_repack_bytes=max_repack_size, repack_small=repack_small)
    result = prune_copies(
        access.locations, access.password(), options, os.environ, screen.report, dry_run=dry_run
    )
    show_prune(result, screen)


def show_prune(result: PruneResult, screen: Screen) -> None:
    """Tell what a prune did or would do; StoreError when a copy was left out."""
    screen.done("pruned", _fields(result), [_line(result)])
    require_all_copies(result.failures)


def require_all_copies(failures: Mapping[str, str]) -> None:
    """StoreError naming the copies that were left as they were, when there are any."""
    if failures:
        raise StoreError(
            say(
                "Left as it was: {places}; run this again when it is there.",
                places=say_all(list(failures)),
            )
        )


def _fields(result: PruneResult) -> dict[str, Any]:
    plan = result.plan
    return {
        "packs_kept": len(plan.keep),
        "packs_repacked": len(plan.repack),
        "packs_deleted": len(plan.delete),
        "packs_unreferenced": len(plan.unreferenced),
        "bytes_freed": plan.bytes_freed,
        "classes": {_lane_name(lane): asdict(lane) for lane in plan.lanes},
        "failures": dict(result.failures),
        "dry_run": not result.done,
    }


def _lane_name(plan: LanePlan) -> str:
    return Lane(plan.lane).label if plan.lane < len(Lane) else "unknown"


def _line(result: PruneResult) -> str:
    plan = result.plan
    if plan.nothing_to_do:
        return say("There is nothing to prune.")
    freed = size_text(plan.bytes_freed)
    gone = len(plan.delete) + len(plan.unreferenced)
    deleted = say_count(gone, "{count} pack deleted", "{count} packs deleted")
    anew = say_count(len(plan.repack), "{count} pack packed anew", "{count} packs packed anew")
    if result.done:
        return say("Freed {size} at each copy: {deleted}, {anew}.", size=freed, deleted=deleted, anew=anew)
    return say("Would free {size} at each copy: {deleted}, {anew}.", size=freed, deleted=deleted, anew=anew)
