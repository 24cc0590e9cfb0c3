"""A bound profile package made for one chip and one session (SGP.22 2.5.4, 5.5).

What may not enter: orders, HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.euicc.metadata import plain
from tests.support.rsp.bsp import KEY_BYTES, KEY_TYPE, Keys, Protection, derived
from tests.support.rsp.certificates import Identity
from tests.support.rsp.der import integer, tlv

OTPK = 0x5F49
HOST_ID = b"notou-dp"


@dataclass(frozen=True)
class Binding:
    """Everything a package is made of; a test replaces one thing to forge it."""

    transaction: bytes
    eid: str
    chip_point: bytes  # otPK.EUICC
    metadata: bytes  # StoreMetadataRequest
    elements: bytes  # the profile, unprotected
    signer: Identity  # CERT.DPpb
    key: ec.EllipticCurvePrivateKey  # otSK.DP
    profile_keys: Keys | None = None  # own keys for the profile, brought by ReplaceSessionKeys
    operation: int = 1
    key_type: int = KEY_TYPE
    signed_point: bytes | None = None  # the chip's key that is signed, if it is another

    def encoded(self) -> bytes:
        """Return BoundProfilePackage."""
        protection = Protection(self._session_keys())
        first = protection.sealed(0x87, tlv(0xBF24))
        metadata = protection.signed(0x88, self.metadata)
        parts = [tlv(0xA0, *first), tlv(0xA1, *metadata)]
        if self.profile_keys:
            parts.append(tlv(0xA2, *protection.sealed(0x87, _replacing(self.profile_keys))))
            protection = Protection(self.profile_keys)
        parts.append(tlv(0xA3, *protection.sealed(0x86, self.elements)))
        return tlv(0xBF36, self._initialising(), *parts)

    def _session_keys(self) -> Keys:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.chip_point)
        return derived(self.key.exchange(ec.ECDH(), point), HOST_ID, self.eid)

    def _initialising(self) -> bytes:
        template = tlv(
            0xA6, tlv(0x80, bytes([self.key_type])), tlv(0x81, bytes([KEY_BYTES])), tlv(0x84, HOST_ID)
        )
        own = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        parts = integer(self.operation, 0x82) + tlv(0x80, self.transaction) + template + tlv(OTPK, own)
        signature = self.signer.sign(parts + tlv(OTPK, self.signed_point or self.chip_point))
        return tlv(0xBF23, parts, signature)


def _replacing(keys: Keys) -> bytes:
    return tlv(0xBF26, tlv(0x80, keys.chaining), tlv(0x81, keys.enc), tlv(0x82, keys.mac))


def sample_elements(iccid: str, size_bytes: int) -> bytes:
    """Return profile elements of about this size: a header, filling, the end (SAIP 2.3)."""
    head = tlv(0xA0, integer(2, 0x80), integer(3, 0x81), tlv(0x82, b"Notou test"), tlv(0x83, plain(iccid)))
    end = tlv(0xAA, tlv(0xA0, tlv(0x80), integer(1, 0x81)))
    return head + tlv(0xB0, tlv(0x80, bytes(number & 0xFF for number in range(size_bytes)))) + end
