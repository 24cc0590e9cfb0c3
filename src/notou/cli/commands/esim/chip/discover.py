"""notou esim chip discover: what waits for the chip at a discovery server."""

from __future__ import annotations

from typing import Any

import click

from notou.cli.chip_options import ChipOptions, revealing, with_chip, with_servers
from notou.cli.chip_person import TerminalPerson
from notou.cli.options import speaking
from notou.cli.screen import Screen
from notou.cli.text import printable
from notou.esim.sgp22.authentication import Device
from notou.esim.sgp22.es9 import Event
from notou.esim.wallet.identifiers import hidden
from notou.jobs.chip import discover_orders
from notou.jobs.esim_trust import TrustOptions
from notou.sentence import Sentence, say


@click.command()
@click.option(
    "--server", metavar="ADDRESS", default="", help="Ask this discovery server, not the chip's own."
)
@with_chip
@with_servers
@revealing
@speaking
def discover(server: str, where: ChipOptions, trust: TrustOptions, reveal: bool, screen: Screen) -> None:
    """Ask a discovery server, which learns the EID, whether an operator has a profile ready for this chip."""
    with where.hand(trust, TerminalPerson(screen, agreed=True), screen.report) as (hand, _):
        found = discover_orders(hand, server, Device())
    fields = {"server": found.server, "events": [_fields(each, reveal=reveal) for each in found.events]}
    lines = [_line(each, reveal=reveal) for each in found.events]
    screen.result("discovered", fields, lines or [_nothing(found.server)])


def _fields(event: Event, *, reveal: bool) -> dict[str, Any]:
    return {"server": event.address, "code": _code(event) if reveal else None}


def _code(event: Event) -> str:
    """What 'notou esim chip download' takes for this event."""
    return f"LPA:1${event.address}${event.event_id}"


def _line(event: Event, *, reveal: bool) -> Sentence:
    return say(
        "A profile is ready at {server}; its code: {code}",
        server=printable(event.address),
        code=printable(_code(event)) if reveal else hidden(event.event_id),
    )


def _nothing(server: str) -> Sentence:
    return say("Nothing waits for this chip at {server}.", server=printable(server))
