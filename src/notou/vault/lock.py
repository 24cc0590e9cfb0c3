"""Locks as restic keeps them: the codec, and which locks hinder or are stale. Pure.

What may not enter: writing and refreshing locks (locking), the clock, looking at processes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

STALE_AFTER_NS = 30 * 60 * 1_000_000_000
REFRESH_EVERY_S = 5 * 60.0
MOST_LOCK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock: whose, since when (last refreshed), and whether it excludes all others."""

    time_ns: int
    exclusive: bool
    hostname: str
    username: str
    pid: int
    uid: int
    gid: int
    id: str = ""


def encode_lock(lock: Lock) -> bytes:
    """The JSON to seal."""
    raise NotImplementedError


def decode_lock(plain: bytes, lock_id: str) -> Lock:
    """Parse a lock's JSON; DamagedError when malformed."""
    raise NotImplementedError


def is_stale(lock: Lock, now_ns: int, hostname: str, process_alive: Callable[[int], bool]) -> bool:
    """Not refreshed for 30 minutes, or its process on this very host is gone (restic's rule)."""
    raise NotImplementedError


def hinders(lock: Lock, *, exclusive: bool) -> bool:
    """Whether another's lock stands against one that is wanted."""
    return exclusive or lock.exclusive
