"""Remembers which file the further names of it are hard links of. What may not enter: making links."""

from __future__ import annotations

from notou.restore.portion import Twin

MOST_TWINS = 250_000
"""Files with several names held at a time; beyond, the oldest is forgotten, its next name a new file."""


class Twins:
    """First names by identity."""

    def __init__(self) -> None:
        self._first: dict[Twin, bytes] = {}

    def first(self, twin: Twin) -> bytes | None:
        """The path this file stands at already, if any."""
        return self._first.get(twin)

    def remember(self, twin: Twin, path: bytes) -> None:
        """This file stands at this path."""
        if len(self._first) >= MOST_TWINS:
            del self._first[next(iter(self._first))]
        self._first[twin] = path

    def forget(self, twin: Twin) -> None:
        """This file did not come to stand."""
        self._first.pop(twin, None)
