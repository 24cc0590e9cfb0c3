"""What a person says of an entry of the wallet → ``said``, by field; secrets may be asked for with ``-``.

What may not enter: what a field may be (notou.esim.wallet.describe).
"""

from __future__ import annotations

import functools
from typing import Any

import click

from notou.cli.options import Command
from notou.cli.prompt import ask_line
from notou.esim.wallet.describe import ENTRY_FIELDS, PROFILE_FIELDS
from notou.sentence import say

ASK = "-"

_OPTIONS = (
    click.option("--provider", metavar="NAME", help="Who gave you the code."),
    click.option("--order-number", metavar="NUMBER", help="The order's number, which the provider asks for."),
    click.option("--valid-until", metavar="DAY", help="The last day of the code, such as 2026-12-31."),
    click.option("--reusable", metavar="yes|no|unknown", help="Whether the code works a second time."),
    click.option("--number", metavar="NUMBER", help="The phone number, with + and the country's code."),
    click.option("--network", metavar="CODE", help="The network's code (MCC and MNC), such as 546-01."),
    click.option("--apn", metavar="NAME", help="The access point's name."),
    click.option("--note", metavar="TEXT", help="Anything else."),
    click.option("--device", metavar="NAME", help="The device it is installed on, as you call it."),
    click.option("--eid", metavar="NUMBER", help="The number of the chip it is installed on."),
    click.option("--iccid", metavar="NUMBER", help="The number of the installed profile."),
    click.option("--profile-name", metavar="NAME", help="The installed profile's name."),
    click.option("--nickname", metavar="NAME", help="What you call the installed profile."),
    click.option(
        "--profile-class", metavar="operational|provisioning|test", help="What kind of profile it is."
    ),
    click.option("--state", metavar="enabled|disabled|deleted", help="What became of the installed profile."),
    click.option(
        "--notification-addresses", metavar="ADDRESSES", help="Servers that the chip tells of changes."
    ),
    click.option("--confirmation-code", metavar="CODE", help="The confirmation code; - asks for it."),
    click.option("--pin", metavar="PIN", help="The card's PIN; - asks for it."),
    click.option("--puk", metavar="PUK", help="The card's PUK; - asks for it."),
)
_QUESTIONS = {
    "confirmation_code": say("Confirmation code"),
    "pin": say("PIN of the card"),
    "puk": say("PUK of the card"),
}


def describing(command: Command) -> Command:
    """An option for each field → ``said``: those given. An empty text takes back what was said before."""

    @functools.wraps(command)
    def wrapped(**given: Any) -> None:
        fields = {name: given.pop(name) for name in (*ENTRY_FIELDS, *PROFILE_FIELDS)}
        command(said={name: text for name, text in fields.items() if text is not None}, **given)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def ask_where_wished(said: dict[str, str]) -> dict[str, str]:
    """``said`` with every secret that was given as - asked for, in the order of the fields."""
    return {
        name: ask_line(_QUESTIONS[name]) if name in _QUESTIONS and text == ASK else text
        for name, text in said.items()
    }
