"""Folders a person points at: which paths are walked, in one normal form.

What may not enter: what is left out below them (excludes, selection), reading content.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from notou.errors import UsageError
from notou.sentence import say


@dataclass(frozen=True, slots=True)
class Roots:
    """What is walked, and what was asked for but is not there.

    ``paths``: absolute, free of links, ascending, none below another. ``missing``: as they were given.
    """

    paths: tuple[bytes, ...]
    missing: tuple[bytes, ...] = ()


def find_roots(given: Iterable[str | bytes]) -> Roots:
    """Bring paths as a person wrote them into one form; duplicates and what lies below another are folded.

    A path that is a link, or leads through one, stands for what it points to: who names a folder
    means what is in it. Raises UsageError when nothing is named, or nothing of it exists.
    """
    named = [os.fsencode(path) for path in given]
    present = [path for path in named if os.path.exists(path)]
    missing = tuple(path for path in named if not os.path.exists(path))
    if not present:
        raise UsageError(_nothing_there(missing))
    return Roots(_fold(sorted({os.path.realpath(path) for path in present})), missing)


def _fold(ascending: list[bytes]) -> tuple[bytes, ...]:
    kept: list[bytes] = []
    for path in sorted(ascending, key=lambda path: path.split(b"/")):
        if not (kept and is_below(path, kept[-1])):
            kept.append(path)
    return tuple(sorted(kept))


def is_below(path: bytes, folder: bytes) -> bool:
    """Whether an absolute path is ``folder`` or lies in it, by name."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def _nothing_there(missing: tuple[bytes, ...]) -> str:
    if not missing:
        return say("No folder was named to back up. Name one or more.")
    names = ", ".join(os.fsdecode(path) for path in missing)
    return say(
        "There is nothing at {names}. Look at the spelling, or whether the disk is mounted.", names=names
    )
