"""ECDSA on P-256 with SHA-256, signatures as 64 plain bytes (BSI TR-03111), as SGP.22 has them.

What may not enter: what is signed.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from tests.support.rsp.der import tlv

SIGNATURE = 0x5F37
_ALGORITHM = ec.ECDSA(hashes.SHA256())


class BadSignatureError(Exception):
    """The signature is not that of this key over these bytes."""


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Return the signature as the data object 5F37."""
    r, s = decode_dss_signature(key.sign(data, _ALGORITHM))
    return tlv(SIGNATURE, r.to_bytes(32, "big"), s.to_bytes(32, "big"))


def verify(key: object, signature: bytes, data: bytes) -> None:
    """Hold 64 bytes of signature against the bytes signed; BadSignatureError unless they fit."""
    if not isinstance(key, ec.EllipticCurvePublicKey) or len(signature) != 64:
        raise BadSignatureError
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), data, _ALGORITHM)
    except InvalidSignature as fault:
        raise BadSignatureError from fault
