"""A chip that vanishes is waited for, but not behind a line that is of no use any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from notou.card.base import Channel
from notou.errors import CardError, CardLostError, NotOnCardError
from notou.esim.lpa.driver import REOPEN_PAUSES_S, Chip
from notou.esim.sgp22.chip import ISD_R


class VanishingCard:
    """Raises these errors, one after another, before its application opens."""

    name = "a reader"

    def __init__(self, *errors: CardError) -> None:
        self.errors = list(errors)

    @contextmanager
    def application(self, aid: bytes) -> Iterator[Channel]:
        assert aid == ISD_R
        if self.errors:
            raise self.errors.pop(0)
        yield self

    @contextmanager
    def basic(self) -> Iterator[Channel]:
        yield self

    def transmit(self, command: bytes) -> bytes:
        return b"\x90\x00"


def reopened(card: VanishingCard) -> list[float]:
    """The pauses that were made until the application was open again."""
    pauses: list[float] = []
    chip = Chip(card, ISD_R, pauses.append)
    chip.reopen()
    assert chip.exchange(b"x") == b""
    return pauses


def test_a_chip_that_was_told_to_refresh_is_waited_for() -> None:
    assert reopened(VanishingCard()) == [*REOPEN_PAUSES_S[:1]]
    assert reopened(VanishingCard(CardError("away"), CardError("away"))) == [*REOPEN_PAUSES_S[:3]]


def test_one_that_stays_away_is_given_up_with_its_own_error() -> None:
    errors = [CardError(str(number)) for number in range(len(REOPEN_PAUSES_S))]
    with pytest.raises(CardError, match="4"):
        reopened(VanishingCard(*errors))


def test_a_line_that_is_lost_is_not_waited_for() -> None:
    with pytest.raises(CardLostError):
        reopened(VanishingCard(CardLostError("lost"), CardError("never reached")))


def test_a_card_that_is_no_esim_chip_is_said_to_be_none() -> None:
    with pytest.raises(NotOnCardError, match="no eSIM chip"):
        Chip(VanishingCard(NotOnCardError("none")), ISD_R, lambda _: None).exchange(b"x")
