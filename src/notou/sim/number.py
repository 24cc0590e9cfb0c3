"""Numbers in BCD, low half first, with their type (3GPP TS 24.008, 10.5.4.7; extended BCD of TS 31.102,
4.4.2.3).

What may not enter: the records that numbers stand in.
"""

from __future__ import annotations

_INTERNATIONAL = 0b001
_ALPHANUMERIC = 0b101
_DIGITS = "0123456789*#,?"  # C: pause, as vCard and phones write it; D: any digit; E and F are no digits


def bcd_digits(octets: bytes) -> str:
    """The digits, up to the first filler."""
    halves = [half for octet in octets for half in (octet & 0xF, octet >> 4)]
    ended = next((at for at, half in enumerate(halves) if half >= len(_DIGITS)), len(halves))
    return "".join(_DIGITS[half] for half in halves[:ended])


def type_of_number(ton_npi: int) -> int:
    """The three bits that say what kind of number it is."""
    return ton_npi >> 4 & 0b111


def number_text(ton_npi: int, digits: str) -> str:
    """The number as people write it: with + where it is international."""
    return "+" + digits if digits and type_of_number(ton_npi) == _INTERNATIONAL else digits


def is_alphanumeric(ton_npi: int) -> bool:
    """Whether an address is a name in septets rather than digits (TS 23.040, 9.1.2.5)."""
    return type_of_number(ton_npi) == _ALPHANUMERIC


def card_number(octets: bytes) -> str:
    """The number of a card (ETSI TS 102 221, 13.2)."""
    return bcd_digits(octets[:10])


def subscriber_number(octets: bytes) -> str:
    """The IMSI (3GPP TS 31.102, 4.2.2): a length, then the digits after half an octet that says their
    parity.
    """
    return bcd_digits(octets[1 : 1 + min(octets[0], 8)])[1:] if octets else ""
