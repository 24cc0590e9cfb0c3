"""The seam to one smart card: a channel carries a command APDU there and its response back.

A channel sees bytes only. It answers every command or raises; it neither repeats one nor judges status words.
What may not enter: one kind of reader, what a command means.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Channel(Protocol):
    """One application of the card, selected, on a logical channel of its own (ISO 7816-4, section 12.1)."""

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU; returns data and the two status bytes, as the card gave them.

        The class byte is that of channel 0; the channel puts its own number in. Responses that the card
        holds back (61xx) or wants asked for with another length (6Cxx) are fetched here and come whole.
        CardError when no answer came: whether the card carried the command out is then unknown.
        """
        ...


class Card(Protocol):
    """A card in a reader or modem, for as long as this process holds it; no other uses it meanwhile."""

    @property
    def name(self) -> str:
        """How the person knows the reader, for sentences."""
        ...

    def application(self, aid: bytes) -> AbstractContextManager[Channel]:
        """Open a logical channel and select the application there; the end of the context closes it.

        NotOnCardError when the card has no such application.
        """
        ...

    def basic(self) -> AbstractContextManager[Channel]:
        """The channel 0, with the card's file system as after a reset."""
        ...
