"""The protection of a bound profile package: key derivation and SCP03t (SGP.22 2.6.4, 2.5; GPC amendment D).

Both sides live here, since each is the other's inverse; tests hold them against published bytes.
What may not enter: what is protected.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

from tests.support.rsp.der import MalformedError, header, read

KEY_TYPE, KEY_BYTES = 0x88, 16
SEGMENT_BYTES = 1020  # tag, length and MAC included (SGP.22 2.5.3)
_MAC_BYTES, _BLOCK = 8, 16
_ENCRYPTED_BYTES = (SEGMENT_BYTES - 4 - _MAC_BYTES) // _BLOCK * _BLOCK - 1  # one byte of padding at least
_PLAIN_BYTES = SEGMENT_BYTES - 4 - _MAC_BYTES


class ProtectionError(Exception):
    """A segment's MAC or padding is wrong."""


@dataclass(frozen=True)
class Keys:
    """The keys of one session."""

    chaining: bytes
    enc: bytes
    mac: bytes


def derived(shared_secret: bytes, host_id: bytes, eid: str) -> Keys:
    """Derive session keys from the ECDH secret (SGP.22 2.6.4.2, annex G)."""
    chip = bytes.fromhex(eid)
    info = bytes([KEY_TYPE, KEY_BYTES, len(host_id)]) + host_id + bytes([len(chip)]) + chip
    out = X963KDF(hashes.SHA256(), 3 * KEY_BYTES, info).derive(shared_secret)
    return Keys(out[:16], out[16:32], out[32:])


class Protection:
    """Segments in their order, sealed on one side and opened on the other."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._chaining = keys.chaining
        self._count = 0

    def sealed(self, tag: int, plain: bytes) -> list[bytes]:
        """Return the plain bytes encrypted, in as many segments as they need."""
        pieces = _pieces(plain, _ENCRYPTED_BYTES)
        return [self._maced(tag, self._encrypted(piece)) for piece in pieces]

    def signed(self, tag: int, plain: bytes) -> list[bytes]:
        """Return the plain bytes readable, in as many segments as they need."""
        return [self._maced(tag, self._counted(piece)) for piece in _pieces(plain, _PLAIN_BYTES)]

    def opened(self, segment: bytes) -> bytes:
        """Return what an encrypted segment holds; ProtectionError if its MAC or padding is wrong."""
        return self._decrypted(self._checked(segment))

    def read(self, segment: bytes) -> bytes:
        """Return what a segment that is only MACed holds; ProtectionError if its MAC is wrong."""
        return self._counted(self._checked(segment))

    def _maced(self, tag: int, data: bytes) -> bytes:
        head = header(tag, len(data) + _MAC_BYTES)
        return head + data + self._mac(head + data)

    def _checked(self, segment: bytes) -> bytes:
        value = read(segment).value
        if len(segment) > SEGMENT_BYTES or len(value) < _MAC_BYTES:
            raise MalformedError("a segment's size is out of bounds")
        if not hmac.compare_digest(self._mac(segment[:-_MAC_BYTES]), segment[-_MAC_BYTES:]):
            raise ProtectionError("the MAC is wrong")
        return value[:-_MAC_BYTES]

    def _mac(self, data: bytes) -> bytes:
        """Return the MAC over these bytes; the whole of it goes into the next one's."""
        mac = CMAC(algorithms.AES(self._keys.mac))
        mac.update(self._chaining + data)
        self._chaining = mac.finalize()
        return self._chaining[:_MAC_BYTES]

    def _counted(self, data: bytes) -> bytes:
        self._count += 1
        return data

    def _encrypted(self, plain: bytes) -> bytes:
        padded = plain + b"\x80" + bytes(-(len(plain) + 1) % _BLOCK)
        encryptor = self._cipher().encryptor()
        return encryptor.update(padded) + encryptor.finalize()

    def _decrypted(self, data: bytes) -> bytes:
        if not data or len(data) % _BLOCK:
            raise ProtectionError("the segment is no whole number of blocks")
        decryptor = self._cipher().decryptor()
        plain = (decryptor.update(data) + decryptor.finalize()).rstrip(b"\0")
        if not plain.endswith(b"\x80"):
            raise ProtectionError("the padding is wrong")
        return plain[:-1]

    def _cipher(self) -> Cipher[modes.CBC]:
        """Return AES-CBC with this segment's first vector: the segment's number, encrypted."""
        self._count += 1
        first = Cipher(algorithms.AES(self._keys.enc), modes.CBC(bytes(_BLOCK))).encryptor()
        vector = first.update(self._count.to_bytes(_BLOCK, "big")) + first.finalize()
        return Cipher(algorithms.AES(self._keys.enc), modes.CBC(vector))


def _pieces(plain: bytes, size: int) -> list[bytes]:
    return [plain[at : at + size] for at in range(0, len(plain), size)]
