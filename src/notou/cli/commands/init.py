"""notou init: make a vault."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict

import click

from notou.cli.options import Access, speaking, writing
from notou.cli.screen import Screen
from notou.errors import StoreError
from notou.jobs.init import initialize
from notou.sentence import say, say_all


@click.command()
@writing
@speaking
def init(access: Access, screen: Screen) -> None:
    """Make a new vault, the same at every place named with --to.

    Where one of the places holds a vault already, the empty ones join it and receive all it holds. Keep
    the password: without it nobody can read the vault.
    """
    made = initialize(access.locations, access.new_password(), os.environ, screen.report)
    fields = {"vault_id": made.vault_id, "made": made.made, "joined": [asdict(each) for each in made.joined]}
    screen.done("initialized", fields, _lines(made.vault_id, made.made))
    if len(access.locations) == 1:
        screen.say(say("One place is no backup yet: name a second with --to, best of all away from home."))
    failed = [outcome.location for outcome in made.joined if outcome.failure]
    if failed:
        raise StoreError(
            say("Not everything arrived at {places}; the next backup goes on there.", places=say_all(failed))
        )


def _lines(vault_id: str, places: Sequence[str]) -> list[str]:
    return [say("Vault {vault} is at {place}.", vault=vault_id[:8], place=place) for place in places]
