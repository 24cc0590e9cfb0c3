"""What is left out of a backup: patterns as in .gitignore, marked caches, sizes, other file systems.

A pattern is matched against the path from the root of the file system and against the path from
the folder that is backed up, so ``/home/ana/.cache`` and ``/Downloads`` both mean what they say.
Where both match, the pattern that stands later decides, as in .gitignore.

What may not enter: walking (backup), which folders are walked (folder).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import UsageError
from notou.sentence import say
from notou.words.system import system_reason

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class ExcludeRules:
    """What a person asked to leave out; the default leaves out nothing.

    ``patterns``, ``patterns_any_case``: lines of a .gitignore, the second matched whatever the case.
    ``caches``: the content of folders marked by a CACHEDIR.TAG. ``if_present``: the content of folders
    that hold an entry of one of these names. ``one_file_system``: what is mounted below a root.
    ``larger_than``: files of more bytes. ``own_places``: folders of the vault's copies and the outbox.
    """

    patterns: tuple[str, ...] = ()
    patterns_any_case: tuple[str, ...] = ()
    caches: bool = False
    if_present: tuple[bytes, ...] = ()
    one_file_system: bool = False
    larger_than: int | None = None
    own_places: tuple[bytes, ...] = ()

    @property
    def by_entry(self) -> bool:
        """Whether any rule must look at each entry."""
        plain = self.patterns or self.patterns_any_case or self.if_present
        return bool(plain or self.caches or self.one_file_system or self.larger_than is not None)


MOST_PATTERN_BYTES = 4 * 1024 * 1024
"""A longer file is a mistake (a disk image, /dev/zero), not patterns."""


def read_patterns(path: str | bytes) -> tuple[str, ...]:
    """The lines of a file of patterns; UsageError when it cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_PATTERN_BYTES + 1)
    except OSError as error:
        name = os.fsdecode(path)
        raise UsageError(
            say(
                "The file of patterns {name} cannot be read: {reason}.",
                name=name,
                reason=system_reason(error),
            )
        ) from error
    if len(data) > MOST_PATTERN_BYTES:
        raise UsageError(
            say("The file of patterns {path} is longer than any list of patterns is.", path=os.fsdecode(path))
        )
    return tuple(os.fsdecode(line) for line in data.splitlines())


class Patterns:
    """The patterns of an ExcludeRules, compiled."""

    def __init__(self, rules: ExcludeRules) -> None:
        """UsageError naming a pattern that is none."""
        self._exact = _compile(rules.patterns)
        self._any_case = _compile([pattern.lower() for pattern in rules.patterns_any_case])

    def __bool__(self) -> bool:
        return bool(self._exact or self._any_case)

    def exclude(self, path: bytes, root: bytes, *, directory: bool) -> bool:
        """Whether the entry at an absolute ``path`` below ``root`` is left out."""
        text = os.fsdecode(path + b"/" if directory else path)
        start = len(os.fsdecode(root.rstrip(b"/"))) + 1
        ways = (text[1:], text[start:])
        return _decide(self._exact, ways) or _decide(self._any_case, tuple(map(str.lower, ways)))


def _compile(patterns: Sequence[str]) -> GitIgnoreSpec | None:
    if not patterns:
        return None
    from pathspec import (
        GitIgnoreSpec,
    )  # late: it costs a tenth of the start-up, and most runs exclude nothing

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise UsageError(
            say("An exclude pattern is not one that .gitignore would take: {error}", error=str(error))
        ) from error


def _decide(spec: GitIgnoreSpec | None, ways: tuple[str, ...]) -> bool:
    if spec is None:
        return False
    verdicts = [spec.check_file(way) for way in ways if way]
    last = max(verdicts, key=lambda verdict: -1 if verdict.index is None else verdict.index)
    return bool(last.include)
