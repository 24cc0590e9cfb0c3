"""notou sim read: what a card holds."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from notou.cli.card_options import CardAccess, with_card
from notou.cli.layout import Line
from notou.cli.options import speaking
from notou.cli.screen import Screen
from notou.cli.secret_numbers import secret
from notou.cli.sim_shapes import (
    Holdings,
    card_fields,
    entry_fields,
    entry_lines,
    holdings,
    message_fields,
    message_lines,
)
from notou.cli.text import printable
from notou.jobs.sim import read_sim
from notou.sentence import Sentence, say, say_count
from notou.sim.entry import Entry
from notou.sim.read import Contents


@click.command()
@click.option("--reveal", is_flag=True, help="Show the card's and the subscriber's number in full.")
@with_card
@speaking
def read(reveal: bool, card: CardAccess, screen: Screen) -> None:
    """Show what the SIM card in the reader holds: its numbers, phone book, fixed dialling and messages.

    Of an eSIM chip it is what the enabled profile holds. Nothing on the card is changed.
    """
    contents = read_sim(card.reader, os.environ, card.ask)
    held = holdings(contents.image)
    if screen.manner.json:
        _show_objects(contents, held, screen, reveal=reveal)
    else:
        screen.result("", {}, _lines(contents, held, reveal=reveal))


def _show_objects(contents: Contents, held: Holdings, screen: Screen, *, reveal: bool) -> None:
    screen.result("sim_card", card_fields(contents, held, reveal=reveal), [])
    for entry in (*held.contacts, *held.fixed):
        screen.result("sim_entry", entry_fields(entry), [])
    for message in held.messages:
        screen.result("sim_message", message_fields(message), [])


def _own(own: Entry) -> Sentence:
    if not own.name:
        return say("Own number: {number}", number=own.number)
    return say("Own number: {number} ({name})", number=own.number, name=printable(own.name))


def _lines(contents: Contents, held: Holdings, *, reveal: bool) -> Iterator[Line]:
    yield say("Card number (ICCID): {number}", number=secret(contents.image.iccid, reveal=reveal))
    yield say("Subscriber (IMSI): {number}", number=secret(contents.imsi, reveal=reveal))
    if contents.provider:
        yield say("Provider: {name}", name=printable(contents.provider))
    for own in held.own:
        yield _own(own)
    yield say_count(
        len(held.contacts), "{count} entry in the phone book", "{count} entries in the phone book"
    )
    yield from entry_lines(held.contacts)
    yield say_count(len(held.fixed), "{count} fixed dialling number", "{count} fixed dialling numbers")
    yield from entry_lines(held.fixed)
    yield say_count(len(held.messages), "{count} message", "{count} messages")
    yield from message_lines(held.messages)
    yield from contents.unseen.values()
