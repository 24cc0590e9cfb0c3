"""restic's sealing: nonce 16 ‖ AES-256-CTR ciphertext ‖ Poly1305-AES MAC 16, the MAC over the ciphertext.

Sources: VAULT-FORMAT (sealing); D. J. Bernstein, "The Poly1305-AES message-authentication code",
FSE 2005. What may not enter: compression, packs, ids.
"""

from __future__ import annotations

import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128, AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB
from cryptography.hazmat.primitives.poly1305 import Poly1305

from notou.errors import DamagedError, UsageError
from notou.sentence import say

NONCE_BYTES = 16
MAC_BYTES = 16
OVERHEAD_BYTES = NONCE_BYTES + MAC_BYTES
KEY_BYTES = 64

_ZERO_NONCE = bytes(NONCE_BYTES)


def seal(key: bytes, plain: bytes) -> bytes:
    """``plain`` sealed under a fresh random nonce, which is never zero. ``key`` is 64 bytes."""
    check_key(key)
    nonce = _random_nonce()
    ciphertext = _apply_keystream(key, nonce, plain)
    return b"".join((nonce, ciphertext, poly1305_aes(key[32:48], key[48:], nonce, ciphertext)))


def unseal(key: bytes, sealed: bytes) -> bytes:
    """The plain bytes. DamagedError when shorter than 32 bytes, the nonce is zero or the MAC differs."""
    check_key(key)
    if len(sealed) < OVERHEAD_BYTES:
        raise DamagedError(
            say(
                "Sealed bytes are {least} at least, and these are {count}.",
                least=OVERHEAD_BYTES,
                count=len(sealed),
            )
        )
    view = memoryview(sealed)
    nonce, ciphertext, mac = bytes(view[:16]), view[16:-16], bytes(view[-16:])
    if nonce == _ZERO_NONCE:
        raise DamagedError(say("The stored bytes carry a nonce of zeros, which nothing is sealed with."))
    if not hmac.compare_digest(poly1305_aes(key[32:48], key[48:], nonce, ciphertext), mac):
        raise DamagedError(
            say("The stored bytes do not authenticate: they were damaged, or sealed by another key.")
        )
    return _apply_keystream(key, nonce, ciphertext)


def poly1305_aes(k: bytes, r: bytes, nonce: bytes, message: bytes | memoryview) -> bytes:
    """Poly1305-AES of ``message``; k, r (clamped here), nonce and the MAC are 16 bytes each."""
    pad = Cipher(AES128(k), ECB()).encryptor().update(nonce)  # noqa: S305 - one block: AES_k(nonce)
    return Poly1305.generate_tag(r + pad, message)


def check_key(key: bytes) -> None:
    """UsageError unless ``key`` has the 64 bytes of a master key."""
    if len(key) != KEY_BYTES:
        raise UsageError(say("A key is {wanted} bytes, not {count}.", wanted=KEY_BYTES, count=len(key)))


def _apply_keystream(key: bytes, nonce: bytes, data: bytes | memoryview) -> bytes:
    return Cipher(AES256(key[:32]), CTR(nonce)).encryptor().update(data)


def _random_nonce() -> bytes:
    while (nonce := os.urandom(NONCE_BYTES)) == _ZERO_NONCE:
        pass
    return nonce
