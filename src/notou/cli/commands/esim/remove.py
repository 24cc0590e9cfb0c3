"""notou esim remove: take entries out of the wallet."""

from __future__ import annotations

import os

import click

from notou.cli.entries import held_line, named, require_every_copy
from notou.cli.options import Access, keeping, speaking
from notou.cli.prompt import agrees
from notou.cli.screen import Screen
from notou.cli.text import printable
from notou.errors import UsageError
from notou.esim.wallet.choose import choose
from notou.jobs.wallet import change_wallet, wallet_in
from notou.sentence import say


@click.command()
@click.argument("entry")
@click.option("--yes", is_flag=True, help="Do not ask.")
@keeping
@speaking
def remove(entry: str, yes: bool, access: Access, screen: Screen) -> None:
    """Take ENTRY out of the wallet, after asking.

    Earlier states of the vault keep it until they are forgotten.
    """
    password = access.password()
    found = choose(wallet_in(access.locations, password, screen.report).entries, entry)
    question = say("Remove {id} ({name}) from the wallet?", id=found.id, name=printable(named(found)))
    if not yes and not agrees(question):
        raise UsageError(say("Nothing was removed, since the answer was not yes."))
    result = change_wallet(
        access.locations,
        password,
        lambda before: [each for each in before if each.id != found.id],
        os.environ,
        screen.report,
    )
    lines = [say("Removed {id}.", id=found.id), held_line(result.copies)]
    screen.done("esim_removed", {"id": found.id}, lines)
    require_every_copy(result.copies)
