"""The GSM 7 bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1), and septets packed into
octets.

What may not enter: where texts stand (alpha, tpdu).
"""

from __future__ import annotations

from collections.abc import Iterable

_DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\",
    0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
_ESCAPE = 0x1B


def default_character(code: int) -> str:
    """The character of one septet outside of an escape; the high bit is not looked at."""
    return _DEFAULT[code & 0x7F]


def text_of(septets: Iterable[int]) -> str:
    """The text of septets. What the extension table lacks is read as the default alphabet says (6.2.1.1)."""
    out: list[str] = []
    escaped = False
    for code in septets:
        if not escaped and code == _ESCAPE:
            escaped = True
            continue
        out.append(_EXTENSION.get(code, default_character(code)) if escaped else default_character(code))
        escaped = False
    return "".join(out).replace("\x1b", " ")


def unpacked(octets: bytes, count: int, skipped_bits: int = 0) -> list[int]:
    """``count`` septets out of octets, the lowest bits first, after ``skipped_bits``; fewer if they end
    sooner.
    """
    bits = int.from_bytes(octets, "little") >> skipped_bits
    held = max(0, (len(octets) * 8 - skipped_bits) // 7)
    return [bits >> (7 * place) & 0x7F for place in range(min(count, held))]
