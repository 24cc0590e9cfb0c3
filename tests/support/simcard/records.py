"""Records of a card as the specifications lay them out, written from names, numbers and texts."""

from __future__ import annotations

import re

GSM7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_MORE = dict(zip("\f^{}\\[~]|€", b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65", strict=True))


def septets(text: str) -> list[int]:
    """TS 23.038, 6.2.1. ValueError for what the alphabet lacks."""
    out: list[int] = []
    for char in text:
        out += [0x1B, GSM7_MORE[char]] if char in GSM7_MORE else [GSM7.index(char)]
    return out


def packed(codes: list[int], fill_bits: int = 0) -> bytes:
    """TS 23.038, 6.1.2.1: bit after bit, the lowest first."""
    bits = "".join(format(code, "07b")[::-1] for code in codes)
    bits = "0" * fill_bits + bits
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


def swapped(digits: str) -> bytes:
    """BCD with the low half first."""
    digits = digits.translate(str.maketrans("*#,", "ABC")) + ("F" if len(digits) % 2 else "")
    return bytes(int(digits[at + 1] + digits[at], 16) for at in range(0, len(digits), 2))


def alpha(text: str, room: int, coding: str = "") -> bytes:
    """TS 102 221, annex A: GSM 7 bit where it can, else UCS2 as ``coding`` says (80, 81 or 82)."""
    if not coding:
        try:
            return bytes(septets(text)).ljust(room, b"\xff")
        except ValueError:
            coding = "80"
    if coding == "80":
        return (b"\x80" + text.encode("utf-16-be")).ljust(room, b"\xff")
    base = min((ord(char) for char in text if ord(char) > 0x7F), default=0)
    base = base & 0x7F80 if coding == "81" else base
    head = (
        bytes([0x81, len(text), base >> 7])
        if coding == "81"
        else bytes([0x82, len(text), base >> 8, base & 0xFF])
    )
    codes = bytes(0x80 | ord(char) - base if char not in GSM7 else GSM7.index(char) for char in text)
    return (head + codes).ljust(room, b"\xff")


def tail(number: str, extension: int = 0xFF) -> bytes:
    """The fourteen octets after the name in EF ADN; digits beyond twenty are for extensions."""
    digits = number.lstrip("+")[:20]
    if not digits:
        return b"\xff" * 14
    bcd = swapped(digits)
    kind = 0x91 if number.startswith("+") else 0x81
    return bytes([len(bcd) + 1, kind]) + bcd.ljust(10, b"\xff") + bytes([0xFF, extension])


def adn(name: str, number: str, *, room: int = 14, extension: int = 0xFF, coding: str = "") -> bytes:
    """A record of EF ADN, FDN or MSISDN (TS 31.102, 4.4.2.3)."""
    return alpha(name, room, coding) + tail(number, extension)


def ext(digits: str, following: int = 0xFF) -> bytes:
    """A record of EF EXT1 with additional digits (TS 31.102, 4.4.2.4)."""
    bcd = swapped(digits)
    return bytes([0x02, len(bcd)]) + bcd.ljust(10, b"\xff") + bytes([following])


def anr(number: str, extension: int = 0xFF, back: bytes = b"") -> bytes:
    """A record of EF ANR (TS 31.102, 4.4.2.9)."""
    return b"\x00" + tail(number, extension) + back


def address(number: str) -> bytes:
    """TS 23.040, 9.1.2.5; a name where it is no number."""
    if not re.fullmatch(r"\+?[0-9*#]+", number):
        octets = packed(septets(number))
        return bytes([(len(septets(number)) * 7 + 3) // 4, 0xD0]) + octets
    digits = number.lstrip("+")
    return bytes([len(digits), 0x91 if number.startswith("+") else 0x81]) + swapped(digits)


def user_data(text: str | bytes, header: bytes = b"") -> tuple[int, bytes]:
    """(data coding scheme, length and octets) of a text or of data; ``header`` without its length."""
    head = bytes([len(header)]) + header if header else b""
    if isinstance(text, bytes):
        return 0x04, bytes([len(head) + len(text)]) + head + text
    try:
        codes = septets(text)
    except ValueError:
        body = head + text.encode("utf-16-be")
        return 0x08, bytes([len(body)]) + body
    fill = -len(head) * 8 % 7
    return 0x00, bytes([(len(head) * 8 + fill) // 7 + len(codes)]) + head + packed(codes, fill)


def deliver(peer: str, text: str | bytes, stamp: str = "26112710160044", header: bytes = b"") -> bytes:
    """SMS-DELIVER with the service centre before it; ``stamp`` as digits, in quarters of an hour from UTC."""
    scheme, data = user_data(text, header)
    first = 0x44 if header else 0x04
    return _centre() + bytes([first]) + address(peer) + bytes([0x00, scheme]) + swapped(stamp) + data


def submit(peer: str, text: str | bytes, header: bytes = b"") -> bytes:
    """SMS-SUBMIT with a relative validity."""
    scheme, data = user_data(text, header)
    first = 0x51 if header else 0x11
    return _centre() + bytes([first, 7]) + address(peer) + bytes([0x00, scheme, 0xA7]) + data


def sms(status: int, pdu: bytes) -> bytes:
    """A record of EF SMS."""
    return bytes([status]) + pdu.ljust(175, b"\xff")


def concatenated(reference: int, total: int, sequence: int) -> bytes:
    """The header of one part (TS 23.040, 9.2.3.24.1)."""
    return bytes([0x00, 3, reference, total, sequence])


def _centre() -> bytes:
    number = swapped("687123456")
    return bytes([len(number) + 1, 0x91]) + number
