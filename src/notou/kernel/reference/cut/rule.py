"""A cut rule, checked, and what every cutter offers. What may not enter: how any rule finds its cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from notou.errors import UsageError
from notou.kernel.reference.cut.secret import WINDOW
from notou.sentence import say

PIECE_MOST = 64 << 20
"""The largest piece any rule may ask for: a piece is held in memory as a whole."""

PHOTO_MOST_LEAST = 256 << 10
"""A photo rule's ``most`` is this at least: the least that it cuts by content."""

_MASK_BITS_MOST = 40  # more would never cut


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bounds of content-defined pieces: bytes, bytes, and the bits that must be zero."""

    least: int
    mask: int
    most: int


class Cutter(Protocol):
    """Cuts one file from its start to its end; made afresh for each file."""

    def next(self, data: bytes | bytearray, *, last: bool) -> int | None:
        """The length of the piece at the start of ``data``, or None while more bytes must come first.

        ``data`` begins where the piece before ended, is not empty and only grows at its end until a
        length is returned; ``last`` says that the file ends with it.
        """
        ...


def checked_sizes(least: int, mask_bits: int, most: int) -> Sizes:
    """UsageError unless 64 <= least <= most <= PIECE_MOST and the mask leaves a chance."""
    if not WINDOW <= least <= most <= PIECE_MOST or not 0 <= mask_bits <= _MASK_BITS_MOST:
        raise UsageError(
            say(
                "Pieces of {least} to {most} bytes with {mask_bits} mask bits cannot be cut: sizes go from "
                "{window} to {piece_most}, mask bits to {mask_bits_most}.",
                least=least,
                most=most,
                mask_bits=mask_bits,
                window=WINDOW,
                piece_most=PIECE_MOST,
                mask_bits_most=_MASK_BITS_MOST,
            )
        )
    return Sizes(least, (1 << mask_bits) - 1, most)


def at_most(most: int, data: bytes | bytearray, *, last: bool) -> int | None:
    """A piece of ``most`` bytes, or what is left of the file; None while neither is sure."""
    if len(data) >= most:
        return most
    return len(data) if last else None
