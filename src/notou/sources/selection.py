"""Which entries of a listed directory are backed up. Costs nothing where nothing is excluded.

What may not enter: walking, the compiling of patterns (excludes).
"""

from __future__ import annotations

import os
from bisect import bisect_left

from notou.kernel import Directory
from notou.sources.excludes import ExcludeRules, Patterns
from notou.sources.folder import Roots, is_below

_CACHE_TAG = b"CACHEDIR.TAG"
_CACHE_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"  # https://bford.info/cachedir/


class Selection:
    """The roots of one backup and what is left out below them."""

    def __init__(self, roots: Roots, rules: ExcludeRules) -> None:
        """Compiles the patterns (UsageError) and finds which of the vault's own places lie below a root."""
        self.roots = roots
        self.rules = rules
        self._patterns = Patterns(rules)
        self._own = _own_entries(roots, rules.own_places)

    def below(self, root: bytes, device: int) -> Chooser | None:
        """Chooses below one root, which is on the file system ``device``; None when everything is taken."""
        if not self.rules.by_entry and not any(is_below(path, root) for path in self._own):
            return None
        return Chooser(self.rules, self._patterns, self._own, root, device)


class Chooser:
    """Chooses the entries of directories below one root."""

    def __init__(
        self, rules: ExcludeRules, patterns: Patterns, own: frozenset[bytes], root: bytes, device: int
    ) -> None:
        self._rules = rules
        self._patterns = patterns
        self._own = own
        self._own_parents = frozenset(map(os.path.dirname, own))
        self._root = root
        self._device = device

    def entries(self, directory: Directory) -> list[int]:
        """The numbers of the entries taken, ascending."""
        names = directory.names
        if (marker := self._marker(directory, names)) is not None:
            return marker
        chosen = list(range(len(names)))
        if directory.path in self._own_parents:
            prefix = _prefix(directory.path)
            chosen = [entry for entry in chosen if prefix + names[entry] not in self._own]
        if self._rules.larger_than is not None or self._rules.one_file_system:
            chosen = self._by_stat(directory, chosen)
        return self._by_pattern(directory, names, chosen) if self._patterns else chosen

    def misses(self, directory: Directory, path: bytes) -> bool:
        """Whether an entry that is of no known kind, since it has no lstat, would have been taken."""
        if self._marker(directory, directory.names) is not None or path in self._own:
            return False
        return not (self._patterns and self._patterns.exclude(path, self._root, directory=True))

    def enters(self, directory: Directory, entry: int) -> bool:
        """Whether the content of a directory is walked; a mount point may be kept empty."""
        return not self._rules.one_file_system or directory.devices[entry] == self._device

    def _marker(self, directory: Directory, names: list[bytes]) -> list[int] | None:
        """Its marker alone, where one says that a directory's content is left out; as restic does."""
        if self._rules.caches and (entry := _find(names, _CACHE_TAG)) is not None and _is_signed(directory):
            return [entry]
        for marker in self._rules.if_present:
            if (entry := _find(names, marker)) is not None:
                return [entry]
        return None

    def _by_stat(self, directory: Directory, chosen: list[int]) -> list[int]:
        kinds, sizes, devices = directory.kinds, directory.sizes, directory.devices
        most = self._rules.larger_than
        if most is not None:
            chosen = [entry for entry in chosen if kinds[entry] != ord("f") or sizes[entry] <= most]
        if self._rules.one_file_system:
            chosen = [entry for entry in chosen if kinds[entry] == ord("d") or devices[entry] == self._device]
        return chosen

    def _by_pattern(self, directory: Directory, names: list[bytes], chosen: list[int]) -> list[int]:
        kinds, prefix, exclude = directory.kinds, _prefix(directory.path), self._patterns.exclude
        return [
            entry
            for entry in chosen
            if not exclude(prefix + names[entry], self._root, directory=kinds[entry] == ord("d"))
        ]


def _own_entries(roots: Roots, places: tuple[bytes, ...]) -> frozenset[bytes]:
    real = {os.path.realpath(place) for place in places}
    return frozenset(place for place in real if any(is_below(place, root) for root in roots.paths))


def _prefix(path: bytes) -> bytes:
    return path if path.endswith(b"/") else path + b"/"


def _find(names: list[bytes], name: bytes) -> int | None:
    at = bisect_left(names, name)
    return at if at < len(names) and names[at] == name else None


def _is_signed(directory: Directory) -> bool:
    try:
        descriptor = os.open(
            _prefix(directory.path) + _CACHE_TAG, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        )
    except OSError:
        return False
    try:
        return os.read(descriptor, len(_CACHE_SIGNATURE)) == _CACHE_SIGNATURE
    except OSError:
        return False
    finally:
        os.close(descriptor)
