"""notou esim list: what the wallet holds."""

from __future__ import annotations

import click

from notou.cli.entries import HEADS, entry_fields, entry_row
from notou.cli.options import Access, reading, speaking
from notou.cli.screen import Screen
from notou.cli.text import table
from notou.errors import IncompleteError
from notou.jobs.wallet import wallet_in
from notou.sentence import say


@click.command()
@click.option("--reveal", is_flag=True, help="With --json: codes and numbers of cards too.")
@reading
@speaking
def list(reveal: bool, access: Access, screen: Screen) -> None:  # noqa: A001 - named as the command is
    """List the entries of the wallet."""
    wallet = wallet_in(access.locations, access.password(), screen.report)
    if screen.manner.json:
        for entry in wallet.entries:
            screen.result("esim_entry", entry_fields(entry, reveal=reveal), [])
    elif wallet.entries:
        screen.result("", {}, table([entry_row(entry) for entry in wallet.entries], [*HEADS]))
    elif not wallet.incomplete:
        screen.say(say("The wallet is empty; 'notou esim add' keeps a code in it."))
    if wallet.incomplete:
        raise IncompleteError(say("Some entries of the wallet cannot be read; the others are shown."))
