"""Giving the card its PIN: the tries are known before a person is asked, one code is tried, and none is
guessed.

What may not enter: terminals; where a PIN is kept (nowhere).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from notou.errors import CardError, UsageError
from notou.sentence import Sentence, say, say_count
from notou.sim.file_system import FileSystem, Pin

AskPin = Callable[[Pin, int | None], str | None]
"""Called with the PIN wanted and the tries left (None: the card does not say); None when nobody gave one."""


def unlock(files: FileSystem, pin: Pin, ask: AskPin) -> None:
    """Ask for a PIN that is not open yet, and give it once. CardError when it is wrong or blocked."""
    standing = files.standing(pin)
    if standing.opened:
        return
    if standing.tries == 0:
        raise CardError(_blocked(pin))
    code = ask(pin, standing.tries)
    if code is None:
        raise UsageError(
            say("The card asks for its {pin} and none was given; nothing was tried.", pin=pin_name(pin))
        )
    if not re.fullmatch("[0-9]{4,8}", code):
        raise UsageError(say("A {pin} is four to eight digits; nothing was tried.", pin=pin_name(pin)))
    if not files.verify(pin, code):
        raise CardError(_wrong(pin, files.standing(pin).tries))


def pin_name(pin: Pin) -> Sentence:
    """What people call it."""
    return say("PIN") if pin is Pin.ONE else say("PIN2")


def _wrong(pin: Pin, tries: int | None) -> Sentence:
    if tries is None:
        return say("The {pin} is wrong.", pin=pin_name(pin))
    if tries == 0:
        return say("The {pin} is wrong. {blocked}", pin=pin_name(pin), blocked=_blocked(pin))
    return say_count(
        tries,
        "The {pin} is wrong; {count} try is left before the card blocks it.",
        "The {pin} is wrong; {count} tries are left before the card blocks it.",
        pin=pin_name(pin),
    )


def _blocked(pin: Pin) -> Sentence:
    if pin is Pin.ONE:
        return say(
            "The card's PIN is blocked: set a new one in a phone with the PUK, which the operator gives "
            "and stands on the card's letter; ten wrong PUKs end the card."
        )
    return say(
        "The card's PIN2 is blocked: the PUK2 opens it in a phone, and the operator gives it. All else on "
        "the card can still be used."
    )
