"""What the headers of JPEG, PNG and HEIF files say about where their parts end.

What may not enter: sizes of pieces.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

HEADER_BYTES = 16
"""A header is read from this many bytes."""

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FTYP_MOST = 4096


class Step(Enum):
    """What a header says, where it is not just how far the next one is."""

    BOUNDARY = "a part ends before this header"
    BROKEN = "this is not what the format says"


class Format(Protocol):
    """One format of pictures."""

    first_header: int
    rest_by_content: bool

    def step(self, part: int, header: bytes) -> int | Step:
        """Bytes to the next header, or what this one is instead; ``header`` is not empty."""
        ...

    def header_in_part(self, part: int, header: bytes) -> int | None:
        """Where the next header is, from the start of a part that begins with ``header``."""
        ...


def recognise(data: bytes) -> Format | None:
    """The format of the file that starts with ``data``; None for any other."""
    if data.startswith(b"\xff\xd8\xff"):
        return Jpeg()
    if data.startswith(_PNG_SIGNATURE):
        return Png()
    size = box_size(data)
    if data[4:8] == b"ftyp" and size is not None and size <= _FTYP_MOST:
        return Heif()
    return None


class Jpeg:
    """Two parts: SOI with the APPn and COM segments after it; all the rest."""

    first_header: int = 2
    rest_by_content: bool = False

    def step(self, part: int, header: bytes) -> int | Step:
        """As Format.step."""
        if header[0] != 0xFF or len(header) == 1:
            return Step.BROKEN
        if not 0xE0 <= header[1] <= 0xEF and header[1] != 0xFE:
            return Step.BOUNDARY
        length = int.from_bytes(header[2:4], "big")
        return 2 + length if len(header) >= 4 and length >= 2 else Step.BROKEN

    def header_in_part(self, part: int, header: bytes) -> int | None:
        """As Format.header_in_part."""
        return None


class Png:
    """Three parts: what precedes the first IDAT chunk; the row of IDAT chunks; what follows."""

    first_header: int = len(_PNG_SIGNATURE)
    rest_by_content: bool = False

    def step(self, part: int, header: bytes) -> int | Step:
        """As Format.step."""
        kind = header[4:8]
        if len(kind) < 4 or not (kind.isascii() and kind.isalpha()):
            return Step.BROKEN
        if (part == 0) == (kind == b"IDAT"):
            return Step.BOUNDARY
        return 12 + int.from_bytes(header[:4], "big")

    def header_in_part(self, part: int, header: bytes) -> int | None:
        """As Format.header_in_part."""
        return 0 if part == 1 else None


class Heif:
    """Three parts: the boxes before the first mdat; that box; what follows."""

    first_header: int = 0
    rest_by_content: bool = True  # Exif lies inside mdat, beside the image data

    def step(self, part: int, header: bytes) -> int | Step:
        """As Format.step."""
        if part > 0 or header[4:8] == b"mdat":
            return Step.BOUNDARY
        return box_size(header) or Step.BROKEN

    def header_in_part(self, part: int, header: bytes) -> int | None:
        """As Format.header_in_part."""
        return box_size(header) if part == 1 else None


def box_size(header: bytes) -> int | None:
    """The size of a box, its header included; None where it makes no sense or reaches to the end."""
    if len(header) < 4:
        return None
    size = int.from_bytes(header[:4], "big")
    if size != 1:
        return size if size >= 8 else None
    large = int.from_bytes(header[8:16], "big")
    return large if len(header) >= HEADER_BYTES and large >= 16 else None
