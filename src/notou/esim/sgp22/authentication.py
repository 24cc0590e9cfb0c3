"""Chip and server come to know each other: ES10b.AuthenticateServer and what goes around it.

SGP.22, sections 3.0.1, 4.2, 5.7.13. Signed fields pass through as they came.
What may not enter: the order of messages.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from notou.errors import DamagedError
from notou.esim.sgp22 import tags
from notou.esim.sgp22.results import refusal
from notou.esim.tlv import Tlv, encode, parse
from notou.sentence import say

_OK = 0xA0
_ERROR = 0xA1
MOST_TRANSACTION_BYTES = 16

DEFAULT_TAC = bytes.fromhex("35290611")
"""What LPAs on card readers, which are no phones, tell for a type (lpac does)."""


@dataclass(frozen=True, slots=True)
class Device:
    """What the server is told of the device. ``imei``: 15 digits, or "" to tell a type only."""

    imei: str = ""


@dataclass(frozen=True, slots=True)
class ServerProof:
    """initiateAuthentication's answer: what the chip must check. Each is a field as it came."""

    transaction_id: bytes
    transaction_name: str  # the same as the server writes it, which some want back to the letter
    signed: bytes  # serverSigned1
    signature: bytes  # serverSignature1, tag 5F37
    root_id: bytes  # euiccCiPKIdToBeUsed, tag 04
    certificate: bytes  # CERT.DPauth


@dataclass(frozen=True, slots=True)
class Signed1:
    """What the server signed first."""

    transaction_id: bytes
    challenge: bytes
    address: str


def parse_signed(signed: bytes) -> Signed1:
    """Read serverSigned1. DamagedError when it is malformed."""
    field = parse(signed, tags.SEQUENCE)
    return Signed1(field.one(0x80).value, field.one(0x81).value, field.one(0x83).text())


def authenticate_request(proof: ServerProof, matching_id: str, device: Device) -> bytes:
    """AuthenticateServer, with the context of a common mutual authentication."""
    context = encode(0xA0, encode(0x80, matching_id.encode()), _device(device))
    return encode(
        tags.AUTHENTICATE_SERVER, proof.signed, proof.signature, proof.root_id, proof.certificate, context
    )


def require_authenticated(data: bytes) -> bytes:
    """The chip's response as the server wants it. ChipRefusedError when it does not trust the server."""
    answer = parse(data, tags.AUTHENTICATE_SERVER)
    require_accepted(answer)
    return answer.raw


def require_accepted(answer: Tlv) -> None:
    """Raise ChipRefusedError for the error branch of a response, DamagedError when it has no branch."""
    error = answer.maybe(_ERROR)
    if error is not None:
        raise refusal(answer.tag, error.one(tags.INTEGER).integer())
    answer.one(_OK)


def require_transaction(transaction_id: bytes) -> None:
    """DamagedError for a transaction's name of a length it cannot have."""
    if not 1 <= len(transaction_id) <= MOST_TRANSACTION_BYTES:
        raise DamagedError(say("The server's name for this exchange has a wrong length."))


def server_oids(certificate: bytes) -> frozenset[str]:
    """The object identifiers by which a server's certificate names it (SGP.22, 4.5.2.1.0.2)."""
    try:
        names = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except Exception as error:  # cryptography's errors have several roots
        raise DamagedError(say("The server's certificate cannot be read.")) from error
    return frozenset(each.dotted_string for each in names.value.get_values_for_type(x509.RegisteredID))


def _device(device: Device) -> bytes:
    release_5, release_8 = b"\x05\x00\x00", b"\x08\x00\x00"
    capabilities = encode(
        0xA1, encode(0x80, release_5), encode(0x81, release_8), encode(0x85, release_8)
    )  # GSM, UTRAN, E-UTRAN
    if not device.imei:
        return encode(0xA1, encode(0x80, DEFAULT_TAC), capabilities)
    imei = _imei_bytes(device.imei)
    return encode(0xA1, encode(0x80, imei[:4]), capabilities, encode(0x82, imei))


def _imei_bytes(imei: str) -> bytes:
    """As SGP.22, 4.2 has it: the second half of a byte first, but in the last, the check digit and F."""
    pairs = [imei[at + 1] + imei[at] for at in range(0, 14, 2)]
    return bytes.fromhex("".join(pairs) + imei[14] + "F")
