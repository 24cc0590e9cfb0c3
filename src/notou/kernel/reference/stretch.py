"""scrypt (RFC 7914), which turns a password into a key.

What may not enter: what the key opens, bounds on the work.
"""

from __future__ import annotations

import hashlib

from notou.errors import UsageError
from notou.sentence import say

_LENGTH = 64


def scrypt(password: bytes, salt: bytes, n: int, r: int, p: int) -> bytes:
    """The 64 bytes that scrypt makes of a password. UsageError where it is not defined for n, r and p."""
    memory = 128 * r * (n + p + 2) + 1024 * 1024
    try:
        return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=_LENGTH)
    except (ValueError, OverflowError):
        raise UsageError(say("scrypt cannot work with N {n}, r {r} and p {p}.", n=n, r=r, p=p)) from None
