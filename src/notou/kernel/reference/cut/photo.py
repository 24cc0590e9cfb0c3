"""Pieces of pictures: metadata segments apart from the image data, which stays whole.

What may not enter: what the metadata say.
"""

from __future__ import annotations

from notou.kernel.reference.cut.rule import at_most


class PhotoCutter:
    """Ends a piece where the metadata end, and every ``most`` bytes of image data."""

    def __init__(self, most: int) -> None:
        self._most = most

    def next(self, data: bytes | bytearray, *, last: bool) -> int | None:
        """As Cutter.next."""
        return at_most(self._most, data, last=last)
