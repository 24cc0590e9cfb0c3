"""Where a cut may fall: the keyed rolling hash and AES, in plain Python.

The definition is at the top of native/src/cut/mod.rs; this is the same one, computed another way,
which makes it a good oracle: a block of digests is one large integer with a lane of 128 bits for
each position, doubled six times from windows of 1 byte to windows of 64. What may not enter: the
rules, files.

Sources: Lemire and Kaser, "Recursive n-gram hashing is pairwise independent, at best" (2010), the
GENERAL family; RFC 5869 section 2.3 (HKDF-Expand); eprint 2025/558 (why AES follows the hash).
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from notou.errors import UsageError
from notou.sentence import say

WINDOW = 64
"""Bytes that a digest covers."""

CUT_KEY_BYTES = 32
_WORDS = 256
_BLOCK = 4096  # positions hashed at a time: larger integers are slower per position
_AES_BLOCK = 16
_WORD_BITS = 64
_LANE_BITS = 128


class Secret:
    """What the cuts depend on besides the bytes."""

    def __init__(self, cut_key: bytes) -> None:
        """UsageError unless ``cut_key`` is 32 bytes."""
        if len(cut_key) != CUT_KEY_BYTES:
            raise UsageError(
                say(
                    "A cut key is {wanted} bytes, not {count}.",
                    wanted=CUT_KEY_BYTES,
                    count=len(cut_key),
                )
            )
        table = _expand(cut_key, b"notou cut table v1", _WORDS * 8)
        self._lanes = [table[at : at + 8] + bytes(8) for at in range(0, len(table), 8)]
        aes_key = _expand(cut_key, b"notou cut aes v1", 16)
        # one block by itself is exactly AES as a pseudorandom function, which is what is wanted
        self._aes = Cipher(AES128(aes_key), ECB()).encryptor()  # noqa: S305

    def first_cut(self, data: bytes | bytearray, first: int, end: int, mask: int) -> int | None:
        """The first position in ``first..end`` that passes; ``first`` is WINDOW - 1 at least."""
        while first < end:
            last = min(first + _BLOCK, end)
            passing = self._first_passing(bytes(data[first + 1 - WINDOW : last]), mask)
            if passing is not None:
                return first + passing
            first = last
        return None

    def passes(self, window: bytes, mask: int) -> bool:
        """Whether the last position of a window of 64 bytes passes."""
        return self._first_passing(window, mask) is not None

    def _first_passing(self, data: bytes, mask: int) -> int | None:
        """The first window of ``data`` whose AES output is zero under ``mask``, by its number."""
        scrambled = self._aes.update(self._digests(data))
        low_bytes = scrambled[::_AES_BLOCK]
        if mask & 0xFF != 0xFF:  # too few bits to look for zero bytes
            return next((at for at in range(len(low_bytes)) if not _word(scrambled, at) & mask), None)
        at = low_bytes.find(0)
        while at >= 0 and _word(scrambled, at) & mask:
            at = low_bytes.find(0, at + 1)
        return at if at >= 0 else None

    def _digests(self, data: bytes) -> bytes:
        """The digest of every window of ``data``, each as AES input: 8 bytes and 8 zero bytes."""
        windows = len(data) - WINDOW + 1
        lanes = int.from_bytes(b"".join([self._lanes[byte] for byte in data]), "little")
        span = 1
        while (
            span < WINDOW
        ):  # a lane holds the sum over `span` bytes; it gains that of the ones before, times x^span
            lanes ^= lanes << span * (_LANE_BITS + 1)
            span *= 2
        lanes = _reduce(lanes >> (WINDOW - 1) * _LANE_BITS, windows)
        return lanes.to_bytes(_AES_BLOCK * windows, "little")


def _reduce(lanes: int, count: int) -> int:
    """The first ``count`` lanes modulo p = x^64 + x^4 + x^3 + x + 1, lane by lane."""
    low_words = _low_words(count)
    for _ in range(2):  # the first fold leaves up to 4 bits above 64
        high = lanes >> _WORD_BITS & low_words
        lanes = lanes & low_words ^ high ^ high << 1 ^ high << 3 ^ high << 4
    return lanes


@lru_cache(maxsize=64)
def _low_words(count: int) -> int:
    """Ones in the low 64 bits of each of ``count`` lanes."""
    return int.from_bytes((b"\xff" * 8 + bytes(8)) * count, "little")


def _word(scrambled: bytes, at: int) -> int:
    return int.from_bytes(scrambled[at * _AES_BLOCK : at * _AES_BLOCK + 8], "little")


def _expand(cut_key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=length, info=info).derive(cut_key)
