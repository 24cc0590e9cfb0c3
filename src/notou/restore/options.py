"""What a person asks of a restore, and what came of it. What may not enter: doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Overwrite(StrEnum):
    """What happens to what is in the target already."""

    IF_CHANGED = (
        "if-changed"  # a file of the same size and mtime stays, its metadata are set; others are replaced
    )
    ALWAYS = "always"
    NEVER = "never"  # whatever is there stays untouched


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """Paths and patterns are raw bytes. ``paths``: only these and what is below; ``base``: the folder whose
    entries come to stand at the target's root; ``include`` and ``exclude``: see patterns."""

    paths: Sequence[bytes] = ()
    base: bytes = b"/"
    include: Sequence[bytes] = ()
    exclude: Sequence[bytes] = ()
    ignore_case: bool = False
    overwrite: Overwrite = Overwrite.IF_CHANGED
    verify: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class RestoreResult:
    """Counts of what was (in a dry run: would be) restored.

    ``files`` and ``bytes_written``: files new in the target and whole, and the bytes they hold, holes
    included; ``kept``: files that were there already; ``links``: further hard links; ``faults``: (path,
    sentence) of items not restored or not restored wholly, at most ``MOST_FAULTS`` of ``failed``.
    """

    folders: int = 0
    files: int = 0
    bytes_written: int = 0
    kept: int = 0
    links: int = 0
    specials: int = 0
    failed: int = 0
    faults: list[tuple[bytes, str]] = field(default_factory=list)


MOST_FAULTS = 10_000
