"""Pieces of whole vCards or calendar objects: cut at line starts only, content-defined.

A piece may end only directly before a line that starts with ``BEGIN:V``. What may not enter: what
records mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notou.kernel.reference.cut.rule import Sizes, at_most
from notou.kernel.reference.cut.secret import WINDOW

if TYPE_CHECKING:
    from notou.kernel.reference.cut.secret import Secret

_LINE_AND_MARK = b"\nBEGIN:V"


class RecordsCutter:
    """Ends a piece before the first record from ``least`` on whose line feed passes, or at ``most``."""

    def __init__(self, secret: Secret, sizes: Sizes) -> None:
        self._secret = secret
        self._sizes = sizes
        self._seen = 0  # positions of the piece at hand at which no record can begin any more

    def next(self, data: bytes | bytearray, *, last: bool) -> int | None:
        """As Cutter.next."""
        length = self._find(data)
        if length is None and (last or len(data) >= self._sizes.most + len(_LINE_AND_MARK)):
            length = at_most(self._sizes.most, data, last=last)
        if length is not None:
            self._seen = 0
        return length

    def _find(self, data: bytes | bytearray) -> int | None:
        """The first place of a cut; remembers how far it looked, but for a mark not whole yet."""
        at = max(self._seen, self._sizes.least) - 1
        end = min(len(data), self._sizes.most + len(_LINE_AND_MARK) - 2)
        while (at := data.find(_LINE_AND_MARK, at, end)) >= 0:
            window = bytes(data[at + 1 - WINDOW : at + 1])
            if self._secret.passes(window, self._sizes.mask):
                return at + 1
            at += 1
        self._seen = end + 2 - len(_LINE_AND_MARK)
        return None
