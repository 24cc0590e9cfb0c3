"""Locks as restic keeps them: the codec, and which locks hinder or are stale. Pure.

What may not enter: writing and refreshing locks (locking), the clock, looking at processes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from notou.kernel.gotext import go_json, rfc3339
from notou.sentence import say
from notou.vault.fields import flag, number, parse_object, text, time

STALE_AFTER_NS = 30 * 60 * 1_000_000_000
REFRESH_EVERY_S = 5 * 60.0
# How long the holder itself relies on a lock; less than the others' patience, since clocks differ.
TRUSTED_FOR_NS = 25 * 60 * 1_000_000_000
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
    """The JSON to seal, in restic's field order."""
    fields = {
        "time": rfc3339(lock.time_ns),
        "exclusive": lock.exclusive,
        "hostname": lock.hostname,
        "username": lock.username,
        "pid": lock.pid,
        "uid": lock.uid,
        "gid": lock.gid,
    }
    kept = {name: value for name, value in fields.items() if value or name not in ("uid", "gid")}
    return go_json(kept).encode()


def decode_lock(plain: bytes, lock_id: str) -> Lock:
    """Parse a lock's JSON; DamagedError when malformed."""
    fields = parse_object(plain, say("The lock {lock}", lock=lock_id[:8]))
    return Lock(
        time_ns=time(fields, "time"),
        exclusive=flag(fields, "exclusive"),
        hostname=text(fields, "hostname"),
        username=text(fields, "username"),
        pid=number(fields, "pid"),
        uid=number(fields, "uid", 2**32 - 1),
        gid=number(fields, "gid", 2**32 - 1),
        id=lock_id,
    )


def is_stale(lock: Lock, now_ns: int, hostname: str, process_alive: Callable[[int], bool]) -> bool:
    """Not refreshed for 30 minutes, or its process on this very host is gone (restic's rule)."""
    if now_ns - lock.time_ns > STALE_AFTER_NS:
        return True
    return lock.hostname == hostname and not process_alive(lock.pid)


def hinders(lock: Lock, *, exclusive: bool) -> bool:
    """Whether another's lock stands against one that is wanted."""
    return exclusive or lock.exclusive
