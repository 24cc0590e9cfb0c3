"""A card behind one plain wire: logical channels, class bytes, and responses the card holds back.

The wire carries one command and one response at a time (``Wire``); a PC/SC reader, a socket to a
simulated card and a modem's basic channel are such wires. ISO 7816-4, sections 5.3 and 12.1.
What may not enter: one kind of reader; what the commands of an application mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from notou.card.base import Channel
from notou.errors import CardError, LimitError, NotOnCardError
from notou.sentence import say

MOST_RESPONSE_BYTES = 1 << 18
"""A card that goes on giving parts of one response beyond this is stopped."""
MOST_RESPONSE_PARTS = 1 << 12
"""Or beyond this: each takes a card some hundredths of a second, however little it holds."""

_OPEN_CHANNEL = bytes.fromhex("0070000001")
_GET_RESPONSE = 0xC0
_HIGHEST_CHANNEL = 19
_NOT_FOUND = (b"\x6a\x82", b"\x6a\x88", b"\x69\x99")


class Wire(Protocol):
    """Carries one command APDU to a card and brings its response, as both are."""

    def exchange(self, command: bytes) -> bytes:
        """Data and status bytes. CardError when no answer came."""
        ...


@dataclass(frozen=True, slots=True)
class WireChannel:
    """One logical channel of a card behind a wire: a Channel of notou.card.base."""

    exchange: Callable[[bytes], bytes]
    number: int
    reader: str

    def transmit(self, command: bytes) -> bytes:
        """See Channel. LimitError when the card never stops giving parts of the response."""
        own = bytes([class_byte(command[0], self.number)]) + command[1:]
        return whole_response(self.exchange, own, self.reader)


@dataclass(frozen=True, slots=True)
class WireCard:
    """A Card of notou.card.base behind a wire."""

    name: str
    wire: Wire

    @contextmanager
    def application(self, aid: bytes) -> Iterator[Channel]:
        """See Card."""
        number = self._open_channel()
        try:
            channel = WireChannel(self.wire.exchange, number, self.name)
            require_selected(channel.transmit(select_command(aid)), self.name)
            yield channel
        finally:
            with suppress(CardError):  # a card that is gone has closed it already
                self.wire.exchange(bytes([0x00, 0x70, 0x80, number]))

    @contextmanager
    def basic(self) -> Iterator[Channel]:
        """See Card."""
        yield WireChannel(self.wire.exchange, 0, self.name)

    def _open_channel(self) -> int:
        answer = whole_response(self.wire.exchange, _OPEN_CHANNEL, self.name)
        if len(answer) != 3 or answer[1:] != b"\x90\x00" or not 1 <= answer[0] <= _HIGHEST_CHANNEL:
            raise CardError(
                say(
                    "The card in {reader} opened no channel of its own (status {status}): another "
                    "program may use all it has; end that, or take the card out and put it in again.",
                    reader=self.name, status=status_text(answer),
                )
            )  # fmt: skip
        return answer[0]


def class_byte(plain: int, channel: int) -> int:
    """The class byte of a command on this channel; ``plain`` is that of channel 0."""
    if channel == 0:
        return plain
    return plain | channel if channel < 4 else plain | 0x40 | channel - 4


def select_command(aid: bytes) -> bytes:
    """SELECT an application by its name."""
    return bytes([0x00, 0xA4, 0x04, 0x00, len(aid)]) + aid + b"\x00"


def require_selected(answer: bytes, reader: str) -> None:
    """Raise where SELECT was refused: NotOnCardError for an application that is not there."""
    status = answer[-2:]
    if status in _NOT_FOUND:
        raise NotOnCardError(say("The card in {reader} has no such application.", reader=reader))
    if status != b"\x90\x00" and status[:1] != b"\x62":
        raise CardError(
            say("The card in {reader} refused to open the application (status {status}).",
                reader=reader, status=status_text(answer))
        )  # fmt: skip


def whole_response(exchange: Callable[[bytes], bytes], command: bytes, reader: str) -> bytes:
    """The response to a command with all parts that the card holds back.

    ``61xx``: xx more bytes wait, fetched by GET RESPONSE; ``6Cxx``: the same command again with this length.
    """
    answer = _checked(exchange(command), reader)
    if answer[-2] == 0x6C:
        answer = _checked(exchange(_with_length(command, answer[-1])), reader)
    data = bytearray(answer[:-2])
    parts = 0
    while answer[-2] == 0x61:
        answer = _next_part(exchange, command[0], answer[-1], reader)
        data += answer[:-2]
        parts += 1
        if len(data) > MOST_RESPONSE_BYTES or parts > MOST_RESPONSE_PARTS:
            raise LimitError(say("The card in {reader} never stops answering one command.", reader=reader))
        if len(answer) == 2 and answer[-2] == 0x61:
            raise CardError(say("The card in {reader} announces data and gives none.", reader=reader))
    return bytes(data) + answer[-2:]


def _next_part(exchange: Callable[[bytes], bytes], own_class: int, length: int, reader: str) -> bytes:
    interindustry = own_class & 0x7F  # GET RESPONSE is ISO's own, whatever the class of the command was
    fetch = bytes([interindustry, _GET_RESPONSE, 0x00, 0x00, length])
    answer = _checked(exchange(fetch), reader)
    if answer[-2] == 0x6C:
        answer = _checked(exchange(fetch[:4] + answer[-1:]), reader)
    return answer


def without_length(command: bytes) -> bytes:
    """The command without the length it asks for after its data: T=0 has no room for it (ISO 7816-3)."""
    return command[: 5 + command[4]] if len(command) > 5 else command


def _with_length(command: bytes, length: int) -> bytes:
    """The command asking for this many bytes: in place of the length it asked for, or after its data."""
    if len(command) <= 5:
        return command[:4] + bytes([length])
    return command[: 5 + command[4]] + bytes([length])


def _checked(answer: bytes, reader: str) -> bytes:
    if len(answer) < 2:
        raise CardError(say("The card in {reader} gave an answer without a status.", reader=reader))
    return answer


def status_text(answer: bytes) -> str:
    """The two status bytes as people write them: ``6A82``."""
    return answer[-2:].hex().upper()
