"""ES10b up to the package: AuthenticateServer, PrepareDownload, CancelSession (SGP.22 5.7.13, 5.7.5, 5.7.14).

Every check of the specification is made in its order, and each failure has its code.
What may not enter: the package itself.
"""

from __future__ import annotations

from enum import IntEnum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.euicc.chip import Chip, Session
from tests.support.euicc.trust import RoleError, UntrustedError, root_of, server_certificate, server_oid
from tests.support.rsp.certificates import Role
from tests.support.rsp.der import MalformedError, Tlv, integer, object_identifier, tlv
from tests.support.rsp.signing import SIGNATURE, BadSignatureError, verify

OTPK = 0x5F49


class Refusal(IntEnum):
    """AuthenticateErrorCode and DownloadErrorCode, which share their first numbers."""

    INVALID_CERTIFICATE, INVALID_SIGNATURE, UNSUPPORTED_CURVE, NO_SESSION = 1, 2, 3, 4
    INVALID_OID, CHALLENGE_MISMATCH, CI_UNKNOWN = 5, 6, 7  # of AuthenticateServer
    INVALID_TRANSACTION = 5  # of PrepareDownload


class RefusedError(Exception):
    """The chip refuses, by this code."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.name)
        self.code = code


def authenticated(chip: Chip, request: Tlv) -> bytes:
    """Answer AuthenticateServer: the server is believed or refused, and the chip shows itself."""
    signed = request.need(0x30)
    transaction = signed.need(0x80).value
    try:
        return _ok(0xBF38, _authenticate(chip, request))
    except RefusedError as refused:
        chip.session = None
        return _refused(0xBF38, transaction, refused.code)


def _authenticate(chip: Chip, request: Tlv) -> bytes:
    signed, signature, ci, certificate, context = request.children()
    root = root_of(chip, ci.value)
    if root is None:
        raise RefusedError(Refusal.CI_UNKNOWN)
    server = _server(certificate, root, (Role.DP_AUTH, Role.DS_AUTH), Refusal.INVALID_OID)
    _check(server, signature, signed.raw)
    session = chip.session
    if session is None or session.transaction is not None:
        raise RefusedError(Refusal.NO_SESSION)
    if signed.need(0x81).value != session.challenge:
        raise RefusedError(Refusal.CHALLENGE_MISMATCH)
    session.transaction, session.server = signed.need(0x80).value, server
    session.address = signed.need(0x83).text()
    return _shown(chip, session, signed, context)


def _shown(chip: Chip, session: Session, signed: Tlv, context: Tlv) -> bytes:
    """Return what the chip shows of itself, signed; with its own certificate and its maker's."""
    if context.tag != 0xA0:
        raise MalformedError("ctxParams1 has tag A0")
    parts = (signed.need(tag).raw for tag in (0x80, 0x83, 0x84))
    shown = tlv(0x30, *parts, chip.info2(), context.raw)
    session.signature1 = chip.identity.sign(shown)
    return shown + session.signature1 + chip.identity.der + chip.eum.der


def prepared(chip: Chip, request: Tlv) -> bytes:
    """Answer PrepareDownload: a one-time key for the package, bound to what the server signed."""
    transaction = request.need(0x30).need(0x80).value
    try:
        return _ok(0xBF21, _prepare(chip, request))
    except RefusedError as refused:
        chip.session = None
        return _refused(0xBF21, transaction, refused.code)


def _prepare(chip: Chip, request: Tlv) -> bytes:
    signed, signature, *code, certificate = request.children()
    session = chip.session
    if session is None or session.server is None:
        raise RefusedError(Refusal.NO_SESSION)
    if signed.need(0x80).value != session.transaction:
        raise RefusedError(Refusal.INVALID_TRANSACTION)
    session.binding = _binding(chip, session, certificate)
    _check(session.binding, signature, signed.raw + session.signature1)
    session.one_time_key = _one_time_key(chip, signed.find(OTPK))
    point = public_point(session.one_time_key)
    answer = tlv(0x30, signed.need(0x80).raw, tlv(OTPK, point), *(_hash(each) for each in code))
    return answer + chip.identity.sign(answer + signature.raw)


def _binding(chip: Chip, session: Session, certificate: Tlv) -> x509.Certificate:
    """Return CERT.DPpb: of the same CI and the same server as the one authenticated."""
    assert session.server is not None
    root = next(each for each in chip.roots if each.subject == session.server.issuer)
    found = _server(certificate, root, (Role.DP_PB,), Refusal.INVALID_CERTIFICATE)
    if server_oid(found) != server_oid(session.server):
        raise RefusedError(Refusal.INVALID_CERTIFICATE)
    return found


def _one_time_key(chip: Chip, wanted: Tlv | None) -> ec.EllipticCurvePrivateKey:
    """Return the unused key that a package is bound to already, or else a new one."""
    key = chip.memory.unused_keys.get(wanted.value) if wanted else None
    key = key or ec.generate_private_key(ec.SECP256R1())
    chip.memory.unused_keys[public_point(key)] = key
    return key


def _hash(code: Tlv) -> bytes:
    if code.tag != 0x04 or len(code.value) != 32:
        raise MalformedError("the hash of a confirmation code is 32 bytes")
    return code.raw


def cancelled(chip: Chip, request: Tlv) -> bytes:
    """Answer CancelSession: the server gets a signed word that the session is over."""
    session, transaction = chip.session, request.need(0x80)
    if session is None or session.server is None or transaction.value != session.transaction:
        return tlv(0xBF41, integer(5, 0x81))
    oid = tlv(0x81, object_identifier(server_oid(session.server)))
    signed = tlv(0x30, transaction.raw, oid, integer(request.need(0x81).number(), 0x82))
    chip.session = None
    return _ok(0xBF41, signed + chip.identity.sign(signed))


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half, uncompressed."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _server(
    certificate: Tlv, root: x509.Certificate, roles: tuple[Role, ...], other_role: Refusal
) -> x509.Certificate:
    try:
        return server_certificate(certificate.raw, root, roles)
    except UntrustedError as fault:
        raise RefusedError(Refusal.INVALID_CERTIFICATE) from fault
    except RoleError as fault:
        raise RefusedError(other_role) from fault


def _check(server: x509.Certificate, signature: Tlv, data: bytes) -> None:
    if signature.tag != SIGNATURE:
        raise MalformedError("a signature has tag 5F37")
    try:
        verify(server.public_key(), signature.value, data)
    except BadSignatureError as fault:
        raise RefusedError(Refusal.INVALID_SIGNATURE) from fault


def _ok(tag: int, content: bytes) -> bytes:
    return tlv(tag, tlv(0xA0, content))


def _refused(tag: int, transaction: bytes, code: Refusal) -> bytes:
    return tlv(tag, tlv(0xA1, tlv(0x80, transaction), integer(code)))
