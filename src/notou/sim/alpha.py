"""The alpha identifier: names as a card holds them (3GPP TS 31.102, 10.4; TS 102 221, annex A).

Any bytes have a reading. What may not enter: the records that names stand in.
"""

from __future__ import annotations

from notou.sim.gsm_alphabet import default_character, text_of

_UCS2, _HALF_PAGE, _ANY_PAGE = 0x80, 0x81, 0x82
_FREE = 0xFF


def alpha_text(field: bytes) -> str:
    """The name in an alpha field: unpacked GSM 7 bit, or one of three codings of UCS2."""
    if field[:1] == bytes([_UCS2]):
        return _ucs2(field[1:])
    if field[:1] == bytes([_HALF_PAGE]) and len(field) >= 3:
        return _paged(field[3 : 3 + field[1]], field[2] << 7)
    if field[:1] == bytes([_ANY_PAGE]) and len(field) >= 4:
        return _paged(field[4 : 4 + field[1]], int.from_bytes(field[2:4], "big"))
    return text_of(code & 0x7F for code in trimmed(field))


def trimmed(field: bytes) -> bytes:
    """A GSM 7 bit field without the unused octets (FF) at its end."""
    return field[: field.index(_FREE)] if _FREE in field else field


def alpha_bytes(field: bytes) -> bytes:
    """The octets of an alpha field that carry its text, whatever the coding."""
    if field[:1] == bytes([_UCS2]):
        return field[: 1 + len(_ucs2_units(field[1:]))]
    if field[:1] == bytes([_HALF_PAGE]) and len(field) >= 3:
        return field[: 3 + field[1]]
    if field[:1] == bytes([_ANY_PAGE]) and len(field) >= 4:
        return field[: 4 + field[1]]
    return trimmed(field)


def _ucs2(octets: bytes) -> str:
    return _ucs2_units(octets).decode("utf-16-be", "replace")


def _ucs2_units(octets: bytes) -> bytes:
    for at in range(0, len(octets) - 1, 2):
        if octets[at : at + 2] == b"\xff\xff":
            return octets[:at]
    return octets[: len(octets) // 2 * 2]


def _paged(codes: bytes, base: int) -> str:
    """Octets below 80 are GSM 7 bit, the others an offset from the base of the page."""
    units = [base + (code & 0x7F) if code & 0x80 else ord(default_character(code)) for code in codes]
    packed = b"".join((unit & 0xFFFF).to_bytes(2, "big") for unit in units)
    return packed.decode("utf-16-be", "replace")
