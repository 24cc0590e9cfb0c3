"""The chip as a card: raw APDUs with logical channels, and over them the seam of notou.card.base.

``exchange`` is what a reader or modem hands to the card and gets back, unmended: 61xx and 6Cxx are to be
followed by the reader's side. ``application`` does that, as any implementation of the seam has to.
What may not enter: commands of the ISD-R.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from notou.errors import CardError, NotOnCardError
from tests.support.euicc.chip import Chip
from tests.support.euicc.isdr import AID, Isdr

MANAGE_CHANNEL, SELECT, GET_RESPONSE = 0x70, 0xA4, 0xC0
_NO_FILE, _NO_CHANNEL_LEFT, _CHANNEL_NOT_OPEN = 0x6A82, 0x6A81, 0x6881
_WRONG_LENGTH, _WRONG_PARAMETERS, _NOT_SUPPORTED, _CONDITIONS = 0x6700, 0x6A86, 0x6D00, 0x6985
_PIECE = 256

Line = Callable[[bytes, Callable[[bytes], bytes]], bytes]


def sound_line(command: bytes, exchange: Callable[[bytes], bytes]) -> bytes:
    """Carry a command and its answer, always."""
    return exchange(command)


@dataclass
class _Place:
    """One logical channel: what is selected there, and the response not fetched yet."""

    application: Isdr | None = None
    held: bytes = b""
    status: int = 0x9000


@dataclass
class EuiccCard:
    """A card in a reader, over a line that a test may cut."""

    chip: Chip
    aid: bytes = AID
    name: str = "Simulated reader"
    line: Line = sound_line
    channels: int = 3  # besides the basic one
    commands: list[bytes] = field(default_factory=list)  # every APDU that arrived, oldest first
    _places: dict[int, _Place] = field(default_factory=lambda: {0: _Place()})
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _refreshes_done: int = 0

    def power_cycle(self) -> None:
        """Take the power away and give it back: what is under way is lost, the memory stays."""
        self._places = {0: _Place()}
        self.chip.session = None

    def exchange(self, command: bytes) -> bytes:
        """Carry one raw APDU over the line; CardError where the line is cut."""
        with self._lock:
            return self.line(command, self._answered)

    def _answered(self, command: bytes) -> bytes:
        self.commands.append(command)
        data, status = self._command(command)
        self._refresh()
        return data + status.to_bytes(2, "big")

    def _refresh(self) -> None:
        """Reset the card after a change that asked for it, if that is its habit, once all is answered."""
        asked = self.chip.refreshes > self._refreshes_done and self.chip.habits.resets_after_refresh
        if asked and not any(place.held for place in self._places.values()):
            self._refreshes_done = self.chip.refreshes
            self.power_cycle()

    def _command(self, command: bytes) -> tuple[bytes, int]:
        if len(command) < 4:
            return b"", _WRONG_LENGTH
        number = _channel_of(command[0])
        place = self._places.get(number)
        if place is None:
            return b"", _CHANNEL_NOT_OPEN
        try:
            data, expected = _body(command)
        except ValueError:
            return b"", _WRONG_LENGTH
        return self._dispatch(place, command[1:4], data, expected)

    def _dispatch(self, place: _Place, head: bytes, data: bytes, expected: int | None) -> tuple[bytes, int]:
        ins, p1, p2 = head
        if ins == GET_RESPONSE:
            return self._fetched(place, expected)
        place.held = b""
        if ins == MANAGE_CHANNEL:
            return self._managed(p1, p2)
        if ins == SELECT:
            return self._selected(place, p1, data)
        if place.application is None:
            return b"", _NOT_SUPPORTED
        return self._given(place, *place.application.command(ins, p1, p2, data))

    def _managed(self, p1: int, p2: int) -> tuple[bytes, int]:
        if p1 == 0x80 and self._places.pop(p2, None) is not None:
            return b"", 0x9000
        if p1 != 0x00 or p2 != 0:
            return b"", _WRONG_PARAMETERS
        free = (number for number in range(1, self.channels + 1) if number not in self._places)
        number = next(free, None)
        if number is None:
            return b"", _NO_CHANNEL_LEFT
        self._places[number] = _Place()
        return bytes([number]), 0x9000

    def _selected(self, place: _Place, p1: int, data: bytes) -> tuple[bytes, int]:
        if p1 != 0x04 or data != self.aid:
            return b"", _NO_FILE
        place.application = Isdr(self.chip)
        return self._given(place, place.application.selected(), 0x9000)

    def _given(self, place: _Place, data: bytes, status: int) -> tuple[bytes, int]:
        """Hand out a response at once, or hold it for GET RESPONSE, as the card's habit is."""
        place.held, place.status = data, status
        if not data:
            return b"", status
        return (b"", _more(data)) if self.chip.habits.holds_back else self._fetched(place, None)

    def _fetched(self, place: _Place, expected: int | None) -> tuple[bytes, int]:
        if not place.held:
            return b"", _CONDITIONS
        size = min(len(place.held), _PIECE)
        if self.chip.habits.asks_for_length and expected is not None and expected != size:
            return b"", 0x6C00 | size & 0xFF
        piece, place.held = place.held[: expected or size], place.held[expected or size :]
        return piece, _more(place.held) if place.held else place.status

    @contextmanager
    def application(self, aid: bytes) -> Iterator[CardChannel]:
        """Open a logical channel and select; see notou.card.base."""
        opened = self.exchange(bytes([0, MANAGE_CHANNEL, 0, 0, 1]))
        if opened[-2:] != b"\x90\x00":
            raise CardError("The card has no logical channel left.")
        channel = CardChannel(self, opened[0])
        try:
            answer = channel.transmit(bytes([0, SELECT, 4, 0, len(aid)]) + aid)
            if answer[-2:] != b"\x90\x00":
                raise NotOnCardError("The card has no such application.")
            yield channel
        finally:
            channel.close()

    @contextmanager
    def basic(self) -> Iterator[CardChannel]:
        """Give the basic channel; see notou.card.base."""
        yield CardChannel(self, 0)


@dataclass
class CardChannel:
    """One logical channel of the seam: fetches what the card holds back."""

    card: EuiccCard
    number: int

    def transmit(self, command: bytes) -> bytes:
        """Send one APDU and return the whole response; see notou.card.base."""
        answer = self._exchange(command)
        whole = answer[:-2]
        while answer[-2] in (0x61, 0x6C):
            answer = self._exchange(bytes([command[0] & 0x80, GET_RESPONSE, 0, 0, answer[-1]]))
            whole += answer[:-2]
        return whole + answer[-2:]

    def close(self) -> None:
        """Give the logical channel back, unless the card is out of reach."""
        try:
            self.card.exchange(bytes([0, MANAGE_CHANNEL, 0x80, self.number]))
        except CardError:
            return  # whoever uses the card next resets it

    def _exchange(self, command: bytes) -> bytes:
        return self.card.exchange(bytes([_with_channel(command[0], self.number)]) + command[1:])


def _with_channel(cla: int, number: int) -> int:
    return (cla & 0x80) | number if number < 4 else (cla & 0x80) | 0x40 | (number - 4)


def _channel_of(cla: int) -> int:
    return 4 + (cla & 0x0F) if cla & 0x40 else cla & 0x03


def _body(command: bytes) -> tuple[bytes, int | None]:
    """Return data and expected length (None: not said) of a short APDU; ValueError for another."""
    rest = command[4:]
    if len(rest) <= 1:
        return b"", (rest[0] or _PIECE) if rest else None
    length, data = rest[0], rest[1:]
    if length == 0 or len(data) not in (length, length + 1):
        raise ValueError("neither the length said nor one byte more")
    return data[:length], (data[length] or _PIECE) if len(data) > length else None


def _more(held: bytes) -> int:
    return 0x6100 | (len(held) if len(held) < _PIECE else 0)
