"""ES10b: preparing a download, the bound profile package in segments, what came of it, and cancelling.

SGP.22, sections 2.5.5, 2.5.6, 5.7.5, 5.7.6, 5.7.14. What may not enter: the order of messages.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum

from notou.errors import DamagedError
from notou.esim.sgp22 import tags
from notou.esim.sgp22.authentication import require_accepted
from notou.esim.sgp22.metadata import Metadata, parse_metadata
from notou.esim.sgp22.notifications import parse_notification
from notou.esim.sgp22.results import refusal
from notou.esim.tlv import Tlv, encode, encode_integer, parse
from notou.sentence import say

_MAC_BYTES = 8
_PART_86, _PART_87, _PART_88 = 0x86, 0x87, 0x88


class CancelReason(IntEnum):
    """Why a session ends before its end; after POSTPONED and TIMEOUT the code stays good (SGP.22, 3.0.2)."""

    REFUSED_BY_USER = 0
    POSTPONED = 1
    TIMEOUT = 2
    RULES_NOT_ALLOWED = 3
    METADATA_MISMATCH = 4
    LOADING_FAILED = 5
    UNDEFINED = 127


@dataclass(frozen=True, slots=True)
class Offer:
    """authenticateClient's answer: the profile, and what the chip needs to prepare. Fields as they came."""

    metadata: Metadata
    signed: bytes  # smdpSigned2
    signature: bytes  # smdpSignature2, tag 5F37
    certificate: bytes  # CERT.DPpb


@dataclass(frozen=True, slots=True)
class Signed2:
    """What the server signed second. ``code_wanted``: a confirmation code is needed."""

    transaction_id: bytes
    code_wanted: bool


@dataclass(frozen=True, slots=True)
class Package:
    """A bound profile package: its segments for the chip, and the metadata inside it."""

    segments: tuple[bytes, ...]
    metadata: Metadata


def parse_signed(signed: bytes) -> Signed2:
    """Read smdpSigned2. DamagedError when it is malformed."""
    field = parse(signed, tags.SEQUENCE)
    return Signed2(field.one(0x80).value, field.one(tags.BOOLEAN).value != b"\x00")


def hashed_code(code: str, transaction_id: bytes) -> bytes:
    """The confirmation code as chip and server see it: SHA256(SHA256(code) ‖ transaction)."""
    return hashlib.sha256(hashlib.sha256(code.encode()).digest() + transaction_id).digest()


def prepare_request(offer: Offer, code_hash: bytes | None) -> bytes:
    """PrepareDownload."""
    code = b"" if code_hash is None else encode(tags.OCTET_STRING, code_hash)
    return encode(tags.PREPARE_DOWNLOAD, offer.signed, offer.signature, code, offer.certificate)


def require_prepared(data: bytes) -> bytes:
    """The chip's response as the server wants it. ChipRefusedError when it refuses the offer."""
    answer = parse(data, tags.PREPARE_DOWNLOAD)
    require_accepted(answer)
    return answer.raw


def parse_package(data: bytes) -> Package:
    """Cut a bound profile package into what goes to the chip in one piece each (SGP.22, 2.5.5)."""
    package = parse(data, tags.BOUND_PROFILE_PACKAGE)
    channel = package.one(tags.INITIALISE_SECURE_CHANNEL)
    first = package.one(tags.FIRST_SEQUENCE_OF_87)
    described = package.one(tags.SEQUENCE_OF_88)
    keys = package.maybe(tags.SECOND_SEQUENCE_OF_87)
    elements = package.one(tags.SEQUENCE_OF_86)
    segments = [
        package.header + channel.raw,
        *_first_with_header(first, _PART_87),
        described.header,
        *_parts(described, _PART_88),
        *(_first_with_header(keys, _PART_87) if keys is not None else ()),
        elements.header,
        *_parts(elements, _PART_86),
    ]
    return Package(tuple(segments), _metadata_inside(described))


def _first_with_header(field: Tlv, part: int) -> tuple[bytes, ...]:
    parts = _parts(field, part)
    return (field.header + parts[0], *parts[1:])


def _parts(field: Tlv, part: int) -> tuple[bytes, ...]:
    children = field.children()
    if not children or any(child.tag != part for child in children):
        raise DamagedError(say("The profile that the server sent is malformed; it was not installed."))
    return tuple(child.raw for child in children)


def _metadata_inside(described: Tlv) -> Metadata:
    """What the package says of its profile: only authenticated, not encrypted, each part with its MAC."""
    return parse_metadata(b"".join(part.value[:-_MAC_BYTES] for part in described.children()))


def require_installed(data: bytes) -> None:
    """Raise for a ProfileInstallationResult that tells of no success: ChipRefusedError, DamagedError."""
    result = parse(data, tags.PROFILE_INSTALLATION_RESULT).one(tags.PROFILE_INSTALLATION_RESULT_DATA)
    parse_notification(result.one(tags.NOTIFICATION_METADATA))
    outcome = result.one(0xA2)
    error = outcome.maybe(0xA1)
    if error is not None:
        raise refusal(tags.PROFILE_INSTALLATION_RESULT, error.one(0x81).integer())
    outcome.one(0xA0)


def cancel_request(transaction_id: bytes, reason: CancelReason) -> bytes:
    """CancelSession."""
    return encode(tags.CANCEL_SESSION, encode(0x80, transaction_id), encode_integer(0x81, reason))


def require_cancelled(data: bytes) -> bytes:
    """The chip's response as the server wants it. ChipRefusedError when it knows no such session."""
    answer = parse(data, tags.CANCEL_SESSION)
    error = answer.maybe(0x81)
    if error is not None:
        raise refusal(tags.CANCEL_SESSION, error.integer())
    answer.one(0xA0)
    return answer.raw
