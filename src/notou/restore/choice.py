"""Which entries of the snapshots are restored, and where they go below the target. Pure.

What may not enter: reading trees, writing.
"""

from __future__ import annotations

from collections.abc import Sequence

from notou.restore.browse import normal_path
from notou.restore.patterns import Patterns


class Choice:
    """Paths and patterns a person chose; everything when none was."""

    def __init__(
        self,
        *,
        paths: Sequence[bytes] = (),
        base: bytes = b"/",
        include: Sequence[bytes] = (),
        exclude: Sequence[bytes] = (),
        ignore_case: bool = False,
    ) -> None:
        """``paths`` restrict to these and what is below; ``base`` is the folder whose entries come to stand
        at the target's root; patterns as in Patterns, exclude stronger than include."""
        self.base = normal_path(base)
        self.paths = [normal_path(path) for path in paths]
        self._below = tuple(path + b"/" for path in self.paths)
        self._include = Patterns(include, ignore_case=ignore_case) if include else None
        self._exclude = Patterns(exclude, ignore_case=ignore_case) if exclude else None
        self.everything = not (any(self.paths) or include or exclude)

    def admits(self, path: bytes) -> bool:
        """Whether the entry at this absolute path is restored."""
        if self.everything:
            return True
        if self._exclude is not None and self._exclude.matches(path):
            return False
        if self._include is not None and not self._include.matches(path):
            return False
        return not self.paths or (path + b"/").startswith(self._below)

    def enters(self, folder: bytes) -> bool:
        """Whether something below this folder may be restored."""
        if self.everything:
            return True
        if self._exclude is not None and self._exclude.matches(folder):
            return False
        if self._include is not None and not self._may_include_below(folder):
            return False
        inside = folder + b"/"
        return (
            not self.paths
            or inside.startswith(self._below)
            or any(each.startswith(inside) for each in self._below)
        )

    def _may_include_below(self, folder: bytes) -> bool:
        include = self._include
        return include is None or include.matches(folder) or include.may_match_below(folder)

    def place(self, path: bytes) -> bytes:
        """Where an absolute path comes to stand, relative to the target."""
        return path[len(self.base) + 1 :]
