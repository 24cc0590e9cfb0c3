"""Tag, length, value with tags of one octet, as file descriptors and the phone book's reference file use
them.

What may not enter: what a tag means.
"""

from __future__ import annotations

from collections.abc import Iterator

_FREE = (0x00, 0xFF)


def objects(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, value) of each object (TS 102 221, 11.1.1.3; lengths of TS 101 220). Ends where one is cut
    short.
    """
    at = 0
    while at + 1 < len(octets) and octets[at] not in _FREE:
        tag, length, start = octets[at], octets[at + 1], at + 2
        if length > 0x7F:
            width = length & 0x7F
            length, start = int.from_bytes(octets[start : start + width], "big"), start + width
        if start + length > len(octets):
            return
        yield tag, octets[start : start + length]
        at = start + length


def first(octets: bytes, wanted: int) -> bytes:
    """The value of the first object with this tag; empty when there is none."""
    return next((value for tag, value in objects(octets) if tag == wanted), b"")
