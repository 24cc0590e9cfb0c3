"""What long work says while it runs, as plain records; the caller hands in ``report`` and shows them.

An event is news, never a result: whatever a caller must act on is in what the work returns or
raises. Events come from any thread, one at a time per thread.

What may not enter: drawing, wording for a screen beyond the sentences the records carry, anything
that imports another part of Notou.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is. A total is None while it is not known; ``current`` is a path or an object name.

    Bytes are those that take time: what a backup finds unchanged is among its files, not among its bytes.
    """

    files_done: int
    bytes_done: int
    files_total: int | None = None
    bytes_total: int | None = None
    current: bytes = b""


@dataclass(frozen=True, slots=True)
class ItemFailed:
    """One item was not read or not written; the work goes on without it. ``reason`` does not name it."""

    path: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class CopyFailed:
    """One copy dropped out; the work goes on with the others."""

    location: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know, in a sentence; nothing failed."""

    text: str


Event = Progress | ItemFailed | CopyFailed | Note
Report = Callable[[Event], None]
