"""What the two status bytes of a card say, for both dialects (TS 102 221, 10.2; 3GPP TS 51.011, 9.4).

What may not enter: commands; the words of a PIN's tries (pin).
"""

from __future__ import annotations

from notou.errors import CardError, CardRefusedError, NotOnCardError, PinNeededError
from notou.sentence import say

_DONE = (0x90, 0x91, 0x9F)
_NOT_THERE = (0x6A82, 0x6A83, 0x9402, 0x9404, 0x9400)
_PIN_NEEDED = (0x6982, 0x9804, 0x9802)
PIN_BLOCKED = (0x6983, 0x9840)
_NO_ROOM = (0x6A84, 0x6581, 0x9240)
_TRIES = 0x63C0


def data_of(response: bytes, what: str) -> bytes:
    """The data of a response that was done; else an error that names ``what`` was asked for."""
    if len(response) < 2:
        raise CardError(say("The card's answer was cut short at {what}; try again.", what=what))
    status = int.from_bytes(response[-2:], "big")
    if response[-2] in _DONE or 0x9200 <= status <= 0x920F:
        return response[:-2]
    raise _error(status, what)


def _error(status: int, what: str) -> CardError:
    if status in _NOT_THERE:
        return NotOnCardError(say("This is not on the card: {what}.", what=what))
    if status in _PIN_NEEDED:
        return PinNeededError(say("The card does not open {what} without its PIN.", what=what))
    if status in PIN_BLOCKED:
        return PinNeededError(say("The card does not open {what}: its PIN is blocked.", what=what))
    if status in _NO_ROOM:
        return CardRefusedError(say("The card has a fault in its memory, or no room, at {what}.", what=what))
    return CardRefusedError(
        say("The card refused {what} (status {status}).", what=what, status=f"{status:04X}")
    )


def tries_of(response: bytes) -> int | None:
    """How many tries a VERIFY leaves: None where the status does not say."""
    status = int.from_bytes(response[-2:], "big")
    if status & 0xFFF0 == _TRIES:
        return status & 0xF
    return 0 if status in PIN_BLOCKED else None


def is_done(response: bytes) -> bool:
    """Whether the command was carried out."""
    return len(response) >= 2 and response[-2] in _DONE
