"""notou sim save: keep what a card holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import click

from notou.backup.keep import KeepResult
from notou.cli.card_options import CardAccess, with_card
from notou.cli.commands.prune import require_all_copies
from notou.cli.options import Access, speaking, writing
from notou.cli.screen import Screen
from notou.cli.sim_shapes import card_fields, counted, holdings
from notou.jobs.sim import read_sim, save_sim, unseen_lanes
from notou.sentence import say
from notou.sim.read import Contents


@click.command()
@with_card
@writing
@speaking
def save(card: CardAccess, access: Access, screen: Screen) -> None:
    """Keep what the SIM card in the reader holds in the vault, each part in its class.

    Contacts and fixed dialling as vCards, messages as text, and every record exactly as it is, so that
    'notou sim restore' can write it back. Nothing on the card is changed.
    """
    password = access.password()
    contents = read_sim(card.reader, os.environ, card.ask)
    kept = save_sim(access.locations, password, contents, os.environ, screen.report)
    screen.done("sim_saved", _fields(contents, kept), _lines(contents, kept))
    require_all_copies({copy.location: copy.failure or "" for copy in kept.copies if not copy.complete})


def _fields(contents: Contents, kept: KeepResult) -> dict[str, Any]:
    return {
        **card_fields(contents, holdings(contents.image), reveal=False),
        "snapshots": [one.id for one in kept.snapshots],
        "copies": {copy.location: copy.complete for copy in kept.copies},
    }


def _lines(contents: Contents, kept: KeepResult) -> Iterator[str]:
    whole = sum(copy.complete for copy in kept.copies)
    contacts, fixed, messages = counted(holdings(contents.image))
    if kept.snapshots:
        yield say(
            "Kept {contacts}, {fixed} and {messages} of the card …{ending}, at {places} of {total} places.",
            contacts=contacts, fixed=fixed, messages=messages, ending=contents.image.iccid[-4:],
            places=whole, total=len(kept.copies),
        )  # fmt: skip
    else:
        yield say("Nothing changed since the card …{ending} was kept last.", ending=contents.image.iccid[-4:])
    yield from contents.unseen.values()
    for lane in sorted(unseen_lanes(contents)):
        yield say("What the vault holds of this card in the class {lane} stays as it was.", lane=lane.label)
