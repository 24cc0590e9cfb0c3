"""How each class is cut into blobs, so that a small change costs few bytes on a metered link.

A content-defined cut has the mean size least + 2^mask_bits. ``least`` is half the mean: more evenly
sized pieces than with a small ``least``, and still as likely to meet the old cuts again after an insertion.
No piece is above 8 MiB, the largest that restic's own chunker makes and its readers are used to.

What may not enter: the cutting itself, which is the kernel's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notou.model import Lane

if TYPE_CHECKING:
    from notou.kernel import CutRule

KIB = 1024
MIB = 1024 * KIB


def _content(mean: int, most: int) -> CutRule:
    half = mean // 2
    return ("content", half, half.bit_length() - 1, most)


_RULES: dict[Lane, CutRule] = {
    # some hundred bytes to a few KiB a file: nearly always one blob
    Lane.WALLET: _content(64 * KIB, 512 * KIB),
    # one changed card or event costs the few around it: a cut at a record's start, every 4 KiB or so
    Lane.CONTACTS: ("records", 2 * KIB, 11, 32 * KIB),
    Lane.CALENDARS: ("records", 2 * KIB, 11, 32 * KIB),
    # databases change page by page in place; smaller pieces would cost more in trees than they spare in data
    Lane.MESSAGES: ("pages", 16 * KIB, 0, 0),
    Lane.DOCUMENTS: _content(64 * KIB, 512 * KIB),
    # an edited caption or place touches the metadata only, which is cut apart from the picture
    Lane.PHOTOS: ("photo", 0, 0, 8 * MIB),
    # films are hardly ever edited: large pieces keep index and trees small
    Lane.VIDEOS: _content(4 * MIB, 8 * MIB),
    Lane.OTHER: _content(512 * KIB, 4 * MIB),
}

CUT_RULES: list[CutRule] = [_RULES[lane] for lane in Lane]
"""The rule of each lane, by its number, as Writer takes them."""
