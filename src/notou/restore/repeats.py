"""Bounds the work that a few trees make by standing at very many paths.

A tree that holds another one twice, which holds another one twice, is a few kilobytes at forty levels and
has more paths than can ever be walked. Equal folders are honest, though: a home may hold thousands of copies
of one project. So what is listed for the first time is free, being paid for by the size of the vault, and
what is listed again is bounded by that. What may not enter: reading trees.
"""

from __future__ import annotations

from notou.errors import EndlessError
from notou.sentence import say
from notou.shown import shown

FREE_BYTES = 256 << 20
"""Costs, in bytes of JSON, of what may be listed again in any vault: half a million entries of files."""
TIMES = 10_000
"""How often all that a walk has seen may be listed again, on average."""
MOST_BYTES = 1 << 37
"""And what may never be: three hundred million entries, hours of listing."""
TREE_BYTES = 1024
"""What a tree costs apart from its bytes: to find and open it takes as long as to list so many."""

_SEEN_BITS = 1 << 24
"""A bit each for what was seen, by the start of its id; two megabytes, whatever the number of trees. Past
some millions of trees a new one often counts as seen, which the bounds are wide enough for."""


class Repeats:
    """Counts what one walk lists."""

    def __init__(self) -> None:
        self._seen = bytearray(_SEEN_BITS // 8)
        self._first_bytes = 0
        self._again_bytes = 0

    def count(self, tree_id: bytes, plain_bytes: int, path: bytes) -> None:
        """A tree of so many bytes of JSON is listed at ``path``. EndlessError beyond the bound."""
        if self._was_seen(tree_id):
            self._again_bytes += plain_bytes + TREE_BYTES
        else:
            self._first_bytes += plain_bytes + TREE_BYTES
        if self._again_bytes > min(FREE_BYTES + TIMES * self._first_bytes, MOST_BYTES):
            raise EndlessError(
                say(
                    "The folder {path} in the vault is made of a few folders that stand in each other "
                    "again and again, at more paths than any real backup has; name other folders one by "
                    "one to go round it, and check where this snapshot comes from.",
                    path=shown(path),
                )
            )

    def _was_seen(self, tree_id: bytes) -> bool:
        """Whether it was seen before; from now on it was."""
        place, bit = divmod(int.from_bytes(tree_id[:8], "big") % _SEEN_BITS, 8)
        seen = self._seen[place] >> bit & 1
        self._seen[place] |= 1 << bit
        return bool(seen)
