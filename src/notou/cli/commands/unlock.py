"""notou unlock: remove locks that dead processes left."""

from __future__ import annotations

import click

from notou.cli.options import Access, keeping, speaking
from notou.cli.screen import Screen
from notou.jobs import unlock as job
from notou.sentence import say_count


@click.command()
@click.option("--remove-all", is_flag=True, help="Remove every lock, also of processes that may be at work.")
@keeping
@speaking
def unlock(remove_all: bool, access: Access, screen: Screen) -> None:
    """Remove stale locks: not refreshed for half an hour, or of a process of this machine that is gone."""
    for place, removed in job.unlock(access.locations, access.password(), everyone=remove_all):
        line = say_count(
            removed, "{place}: {count} lock removed.", "{place}: {count} locks removed.", place=place
        )
        screen.result("unlocked", {"location": place, "removed": removed}, [line])
