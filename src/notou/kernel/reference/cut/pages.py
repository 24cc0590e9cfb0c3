"""Pieces of one size, for databases, whose changes stay within their pages."""

from __future__ import annotations

from notou.kernel.reference.cut.rule import at_most


class PagesCutter:
    """Ends a piece every ``size`` bytes."""

    def __init__(self, size: int) -> None:
        self._size = size

    def next(self, data: bytes | bytearray, *, last: bool) -> int | None:
        """As Cutter.next."""
        return at_most(self._size, data, last=last)
