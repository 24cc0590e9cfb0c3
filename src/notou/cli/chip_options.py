"""Options of commands for the eSIM chip: its reader, whom to trust, where the wallet is, what to show.

What may not enter: what a command does with them.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from notou.cli.card_options import reader_option
from notou.cli.chip_person import TerminalPerson
from notou.cli.options import Access, speaking, with_access
from notou.cli.places import FILE
from notou.esim.es9 import HttpsServers
from notou.esim.lpa.driver import Chip
from notou.esim.wallet.entry import Entry
from notou.events import Report
from notou.jobs.chip import ChipAtHand, at_hand, open_chip
from notou.jobs.chip_wallet import WalletPlaces, entries_in
from notou.jobs.esim_trust import TrustOptions, trusted_servers
from notou.sentence import say

Command = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class ChipOptions:
    """Which chip."""

    reader: str | None
    aid: str | None

    @contextmanager
    def chip(self) -> Iterator[Chip]:
        """The chip, held by this process alone."""
        with open_chip(self.reader, self.aid, os.environ) as chip:
            yield chip

    @contextmanager
    def hand(
        self, trust: TrustOptions, person: TerminalPerson, report: Report
    ) -> Iterator[tuple[ChipAtHand, HttpsServers]]:
        """The chip with operators' servers in reach."""
        with self.chip() as chip, trusted_servers(trust) as servers:
            yield at_hand(chip, servers, person, report), servers


def with_chip(command: Command) -> Command:
    """--reader and --aid → ``where``."""

    @reader_option
    @click.option(
        "--aid", metavar="HEX", help="The name of the chip's application, where its maker uses another one."
    )
    @functools.wraps(command)
    def wrapped(*, reader: str | None, aid: str | None, **rest: Any) -> None:
        command(where=ChipOptions(reader, aid), **rest)

    return wrapped


def with_servers(command: Command) -> Command:
    """--ci-root and --web-roots → ``trust``."""

    @click.option(
        "--ci-root",
        "ci_roots",
        metavar="FILE",
        type=FILE,
        multiple=True,
        help="Trust servers under the root certificate in this file, for this once.",
    )
    @click.option(
        "--web-roots",
        is_flag=True,
        help="Trust servers under the roots of web sites as well, for which the GSMA does not vouch.",
    )
    @functools.wraps(command)
    def wrapped(*, ci_roots: tuple[str, ...], web_roots: bool, **rest: Any) -> None:
        command(trust=TrustOptions(ci_roots, web_roots), **rest)

    return wrapped


def with_wallet(command: Command) -> Command:
    """--vault and the password options → ``access``, None where no vault is named."""
    help_text = say("The vault whose wallet follows the chip; repeat for each copy.")
    return with_access(command, ("--vault",), help_text, required=False)


def revealing(command: Command) -> Command:
    """--reveal → ``reveal``."""
    return click.option("--reveal", is_flag=True, help="Show codes, ICCIDs and EIDs whole.")(command)


def changing(command: Command) -> Command:
    """All that a command takes which changes what is on the chip: the four above, and how to speak."""
    return with_chip(with_servers(with_wallet(revealing(speaking(command)))))


def wallet_of(access: Access | None, report: Report) -> tuple[WalletPlaces | None, tuple[Entry, ...]]:
    """(the vault, its wallet's entries), opened before a chip is touched; nothing without a vault."""
    if access is None:
        return None, ()
    vault = WalletPlaces(access.locations, access.password())
    return vault, entries_in(vault, report)
