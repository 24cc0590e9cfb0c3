"""Content-defined pieces. What may not enter: what a file's format says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notou.kernel.reference.cut.rule import Sizes, at_most

if TYPE_CHECKING:
    from notou.kernel.reference.cut.secret import Secret


class ContentCutter:
    """Ends a piece at the first position from ``least`` on that passes, or at ``most``."""

    def __init__(self, secret: Secret, sizes: Sizes) -> None:
        self._secret = secret
        self._sizes = sizes
        self._seen = 0  # positions of the piece at hand that were looked at

    def next(self, data: bytes | bytearray, *, last: bool) -> int | None:
        """As Cutter.next."""
        length = self._find(data) or at_most(self._sizes.most, data, last=last)
        if length is not None:
            self._seen = 0
        return length

    def _find(self, data: bytes | bytearray) -> int | None:
        first = max(self._seen, self._sizes.least - 1)
        end = min(len(data), self._sizes.most)
        at = self._secret.first_cut(data, first, end, self._sizes.mask)
        self._seen = max(first, end)
        return None if at is None else at + 1
