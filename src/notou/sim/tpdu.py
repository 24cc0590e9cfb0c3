"""A short message as a network carries it (3GPP TS 23.040, 9.2): addresses, time, coding and user data.

What may not enter: where a card keeps it (message).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import NamedTuple

from notou.errors import DamagedError
from notou.sentence import say
from notou.sim.gsm_alphabet import text_of, unpacked
from notou.sim.number import bcd_digits, is_alphanumeric, number_text

_DELIVER, _SUBMIT = 0, 1
_HAS_HEADER = 0x40
_CONCATENATED_8, _CONCATENATED_16 = 0x00, 0x08
_VALIDITY_BYTES = (0, 7, 1, 7)  # by the two bits of the format, TS 23.040, 9.2.3.3


class Coding(Enum):
    """How the user data of a message is coded (TS 23.038, 4)."""

    GSM7 = "gsm7"
    DATA = "data"
    UCS2 = "ucs2"


class Part(NamedTuple):
    """Which part of a longer message this is."""

    reference: int
    total: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Tpdu:
    """One message, or one part of it. ``peer``: who sent it, or whom it goes to; ``time``: RFC 3339."""

    sent: bool
    peer: str
    time: str | None
    text: str
    data: bytes
    part: Part | None


class _Cursor:
    """Takes octets from the front. DamagedError when there are too few."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    def take(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        if len(taken) < count:
            raise DamagedError(say("A message on the card is cut short."))
        self._at += count
        return taken

    def octet(self) -> int:
        return self.take(1)[0]

    def up_to(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        self._at += len(taken)
        return taken


def read_tpdu(octets: bytes) -> Tpdu:
    """SMS-DELIVER or SMS-SUBMIT. DamagedError for anything else, or what is cut short."""
    cursor = _Cursor(octets)
    first = cursor.octet()
    if first & 0b11 == _DELIVER:
        return _deliver(cursor, first)
    if first & 0b11 == _SUBMIT:
        return _submit(cursor, first)
    raise DamagedError(say("A message on the card is of a kind that holds no text."))


def _deliver(cursor: _Cursor, first: int) -> Tpdu:
    peer = _address(cursor)
    cursor.octet()
    coding = coding_of(cursor.octet())
    time = time_text(cursor.take(7))
    return _with_user_data(cursor, first, coding, sent=False, peer=peer, time=time)


def _submit(cursor: _Cursor, first: int) -> Tpdu:
    cursor.octet()
    peer = _address(cursor)
    cursor.octet()
    coding = coding_of(cursor.octet())
    cursor.take(_VALIDITY_BYTES[first >> 3 & 0b11])
    return _with_user_data(cursor, first, coding, sent=True, peer=peer, time=None)


def _address(cursor: _Cursor) -> str:
    """TS 23.040, 9.1.2.5: the length counts half octets."""
    halves, kind = cursor.octet(), cursor.octet()
    octets = cursor.take((halves + 1) // 2)
    if is_alphanumeric(kind):
        return text_of(unpacked(octets, halves * 4 // 7))
    return number_text(kind, bcd_digits(octets)[:halves])


def coding_of(scheme: int) -> Coding:
    """What the data coding scheme says; reserved values are read as the default alphabet (TS 23.038, 4)."""
    group = scheme >> 4
    if group == 0b1110:
        return Coding.UCS2
    if group == 0b1111:
        return Coding.DATA if scheme & 0x04 else Coding.GSM7
    if group & 0b1000:
        return Coding.GSM7
    if scheme & 0x20:
        return Coding.DATA  # compressed text, which no phone writes
    return {1: Coding.DATA, 2: Coding.UCS2}.get(scheme >> 2 & 0b11, Coding.GSM7)


def time_text(octets: bytes) -> str | None:
    """A service centre's time stamp (TS 23.040, 9.2.3.11) as RFC 3339; None when it is none."""
    year, month, day, hour, minute, second = ((octet & 0xF) * 10 + (octet >> 4) for octet in octets[:6])
    quarters = (octets[6] & 0x7) * 10 + (octets[6] >> 4)
    offset = timedelta(minutes=15 * (-quarters if octets[6] & 0x8 else quarters))
    try:
        zone = timezone(offset)
        return datetime(_century(year), month, day, hour, minute, second, tzinfo=zone).isoformat()
    except ValueError:
        return None


def _century(year: int) -> int:
    return year + (1900 if year >= 90 else 2000)


def _with_user_data(
    cursor: _Cursor, first: int, coding: Coding, *, sent: bool, peer: str, time: str | None
) -> Tpdu:
    length = cursor.octet()
    octets = cursor.up_to((length * 7 + 7) // 8 if coding is Coding.GSM7 else length)
    header = octets[: octets[0] + 1] if first & _HAS_HEADER and octets else b""
    body = octets[len(header) :]
    return Tpdu(
        sent, peer, time,
        text=_text(octets, length, len(header), coding),
        data=body if coding is Coding.DATA else b"",
        part=_part(header[1:]),
    )  # fmt: skip


def _text(octets: bytes, length: int, header_bytes: int, coding: Coding) -> str:
    """Septets begin anew at a boundary of septets after the header (TS 23.040, 9.2.3.24)."""
    if coding is Coding.UCS2:
        return octets[header_bytes:].decode("utf-16-be", "replace")
    if coding is Coding.DATA:
        return ""
    header_septets = (header_bytes * 8 + 6) // 7
    return text_of(unpacked(octets, max(0, length - header_septets), header_septets * 7))


def _part(header: bytes) -> Part | None:
    at = 0
    while at + 1 < len(header):
        element, value = header[at], header[at + 2 : at + 2 + header[at + 1]]
        if element == _CONCATENATED_8 and len(value) == 3:
            return _sound(Part(value[0], value[1], value[2]))
        if element == _CONCATENATED_16 and len(value) == 4:
            return _sound(Part(value[0] << 8 | value[1], value[2], value[3]))
        at += 2 + header[at + 1]
    return None


def _sound(part: Part) -> Part | None:
    return part if part.total > 1 and 0 < part.sequence <= part.total else None
