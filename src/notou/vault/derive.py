"""Keys for other uses than sealing, derived from the master key by HKDF-SHA256 (RFC 5869).

What may not enter: the master key's own use.
"""

from __future__ import annotations

import hashlib
import hmac

from notou.vault.keys import MasterKey

_CUT_INFO = b"notou cut key 1"


def cut_key(master: MasterKey) -> bytes:
    """The chunker's secret, 32 bytes: where pieces are cut tells nothing without it."""
    return _hkdf(master.bytes64, _CUT_INFO)


def _hkdf(secret: bytes, info: bytes) -> bytes:
    # extract with the salt of zeros the RFC names for none, expand to the one block that 32 bytes need
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)
