"""notou esim show: one entry of the wallet."""

from __future__ import annotations

from datetime import date

import click

from notou.cli.entries import entry_fields, entry_lines, gone_lines, qr_lines
from notou.cli.options import Access, reading, speaking
from notou.cli.screen import Screen
from notou.errors import NotFoundError
from notou.esim.wallet.choose import choose
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry
from notou.esim.wallet.gone import steps_when_gone
from notou.jobs.wallet import wallet_in
from notou.sentence import say


@click.command()
@click.argument("entry")
@click.option("--qr", is_flag=True, help="Show the code as a QR code to scan with a phone.")
@click.option("--reveal", is_flag=True, help="Show codes, PINs and the whole numbers of card and chip.")
@reading
@speaking
def show(entry: str, qr: bool, reveal: bool, access: Access, screen: Screen) -> None:
    """Show ENTRY (its id, or the provider's name), and what to do when the phone is gone."""
    wallet = wallet_in(access.locations, access.password(), screen.report)
    found = choose(wallet.entries, entry)
    today = date.today()
    steps = {"when_gone": steps_when_gone(found, today)}
    fields = {**entry_fields(found, reveal=reveal), **steps}
    lines = [*entry_lines(found, reveal=reveal), "", *gone_lines(found, today)]
    if qr:
        code = _code(found)
        fields |= {"code": code.text}
        lines += ["", *qr_lines(code)]
    screen.result("esim_entry", fields, lines)


def _code(entry: Entry) -> ActivationCode:
    if entry.code is None:
        raise NotFoundError(say("The entry {id} holds no code to show.", id=entry.id))
    return entry.code
