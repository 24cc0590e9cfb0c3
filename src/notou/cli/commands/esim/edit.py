"""notou esim edit: say more of an entry, or something else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import click

from notou.cli.entries import entry_fields, entry_lines, held_line, require_every_copy
from notou.cli.entry_options import ASK, ask_where_wished, describing
from notou.cli.options import Access, keeping, speaking
from notou.cli.prompt import ask_line
from notou.cli.screen import Screen
from notou.errors import UsageError
from notou.esim.wallet.choose import choose, holder_of
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.describe import describe
from notou.esim.wallet.entry import Entry
from notou.esim.wallet.typed import read_code
from notou.jobs.wallet import change_wallet
from notou.sentence import say


@click.command()
@click.argument("entry")
@click.option("--code", metavar="CODE", help="Another activation code; - asks for it.")
@describing
@keeping
@speaking
def edit(entry: str, code: str | None, said: dict[str, str], access: Access, screen: Screen) -> None:
    """Change what the wallet says of ENTRY. An empty value takes a field back.

    Earlier states of the entry stay in the vault's history.
    """
    if code is None and not said:
        raise UsageError(say("Nothing to change was given; see 'notou esim edit --help' for what there is."))
    new_code = read_code(ask_line(say("Activation code")) if code == ASK else code) if code else None
    editing = _Editing(entry, new_code, ask_where_wished(said), date.today())
    result = change_wallet(access.locations, access.password(), editing.change, os.environ, screen.report)
    assert editing.after is not None
    screen.done(
        "esim_changed",
        entry_fields(editing.after, reveal=False),
        [*entry_lines(editing.after, reveal=False), "", held_line(result.copies)],
    )
    require_every_copy(result.copies)


@dataclass(slots=True)
class _Editing:
    """The change of the wallet; ``after`` is the entry as it then is."""

    word: str
    code: ActivationCode | None
    said: dict[str, str]
    today: date
    after: Entry | None = None

    def change(self, before: Sequence[Entry]) -> list[Entry]:
        old = choose(before, self.word)
        others = [entry for entry in before if entry.id != old.id]
        if self.code is not None and (holder := holder_of(others, self.code)):
            raise UsageError(say("The wallet holds this code already: {id}.", id=holder.id))
        self.after = describe(replace(old, code=self.code or old.code), self.said, self.today)
        return [*others, self.after]
