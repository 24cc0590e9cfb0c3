"""Options of commands that work with a card: its reader, and where its PINs come from.

A PIN is typed, or read from a file; it never stands on the command line. What may not enter: giving it to a
card.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from notou.cli.places import FILE
from notou.cli.prompt import agrees, ask_pin
from notou.errors import UsageError
from notou.sentence import Sentence, say, say_count
from notou.sim.file_system import Pin
from notou.sim.pin import pin_name
from notou.words.system import system_reason

Command = Callable[..., Any]
_MOST_CHARS = 64


@dataclass(frozen=True, slots=True)
class CardAccess:
    """Which card, and who knows its PINs. ``reader``: as jobs.readers.open_card takes it."""

    reader: str | None
    pin_files: dict[Pin, str]

    def ask(self, pin: Pin, tries: int | None) -> str | None:
        """See notou.sim.pin.AskPin."""
        if tries == 1 and not agrees(_last_try(pin)):
            return None
        file = self.pin_files.get(pin)
        return _from_file(file, pin) if file else ask_pin(_question(pin, tries))


def reader_option(command: Command) -> Command:
    """--reader → ``reader``."""
    return click.option(
        "--reader",
        metavar="READER",
        help="The card's reader: pcsc, pcsc:NAME, modem:/dev/…, or sim:PATH for a simulated card.",
    )(command)


def with_card(command: Command) -> Command:
    """--reader and --pin-file → ``card``."""
    return _with_card(command, two=False)


def with_card_to_write(command: Command) -> Command:
    """As with_card, and --pin2-file."""
    return _with_card(command, two=True)


def _with_card(command: Command, *, two: bool) -> Command:
    @reader_option
    @click.option("--pin-file", metavar="FILE", type=FILE, help="Read the card's PIN from a file.")
    @functools.wraps(command)
    def wrapped(
        *, reader: str | None, pin_file: str | None, pin2_file: str | None = None, **rest: Any
    ) -> None:
        files = {Pin.ONE: pin_file, Pin.TWO: pin2_file}
        command(card=CardAccess(reader, {pin: file for pin, file in files.items() if file}), **rest)

    if not two:
        return wrapped
    return click.option(
        "--pin2-file",
        metavar="FILE",
        type=FILE,
        help="Read the card's PIN2, for fixed dialling, from a file.",
    )(wrapped)


def _from_file(file: str, pin: Pin) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as opened:
            return opened.read(_MOST_CHARS).strip()
    except OSError as error:
        raise UsageError(
            say("The {pin} cannot be read from {file}: {reason}.",
                pin=pin_name(pin), file=file, reason=system_reason(error))
        ) from error  # fmt: skip


def _question(pin: Pin, tries: int | None) -> Sentence:
    if tries is None:
        return say("{pin} of the card: ", pin=pin_name(pin))
    return say_count(
        tries,
        "{pin} of the card ({count} try left): ",
        "{pin} of the card ({count} tries left): ",
        pin=pin_name(pin),
    )


def _last_try(pin: Pin) -> Sentence:
    return say(
        "One try is left for the {pin}; a wrong one blocks it until the PUK is given. Go on?",
        pin=pin_name(pin),
    )
