"""LoadBoundProfilePackage: a package taken in segments, checked, decrypted, installed (SGP.22 5.7.6, 5.5).

The parts and their order are a table. A failure ends the session with a signed result that names the command
and the reason; nothing of the profile stays.
What may not enter: anything before the package.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.euicc import elements
from tests.support.euicc.chip import Chip, Session
from tests.support.euicc.failures import BppCommand, FailedError, Reason
from tests.support.euicc.memory import Event, Profile
from tests.support.euicc.notices import keep, metadata_of, note
from tests.support.euicc.session import OTPK, public_point
from tests.support.euicc.trust import server_oid
from tests.support.rsp.bsp import KEY_BYTES, KEY_TYPE, Keys, Protection, ProtectionError, derived
from tests.support.rsp.der import MalformedError, Tlv, integer, object_identifier, read, read_header, tlv
from tests.support.rsp.signing import SIGNATURE, BadSignatureError, verify

PACKAGE = 0xBF36
_INSTALL_PACKAGE = 1


@dataclass(frozen=True)
class _Part:
    tag: int
    segment: int
    command: BppCommand
    with_first: bool  # whether the part's tag and length come with its first segment, or alone
    optional: bool = False


PARTS = (
    _Part(0xA0, 0x87, BppCommand.CONFIGURE_ISDP, with_first=True),
    _Part(0xA1, 0x88, BppCommand.STORE_METADATA, with_first=False),
    _Part(0xA2, 0x87, BppCommand.REPLACE_SESSION_KEYS, with_first=True, optional=True),
    _Part(0xA3, 0x86, BppCommand.LOAD_PROFILE_ELEMENTS, with_first=False),
)
PART_TAGS = frozenset(tag for part in PARTS for tag in (part.tag, part.segment))


class Loading:
    """One package on its way in."""

    def __init__(self, chip: Chip, session: Session) -> None:
        self._chip, self._session = chip, session
        self._command = BppCommand.INITIALISE_SECURE_CHANNEL
        self._parts_left = list(PARTS)
        self._part: _Part | None = None
        self._part_bytes_left = self._package_bytes_left = 0
        self._plain = b""
        self._protection: Protection
        self._profile: Profile | None = None

    def fed(self, data: bytes) -> bytes:
        """Take the next piece; returns nothing, or at the end the ProfileInstallationResult."""
        try:
            if not self._accept(data):
                return b""
        except ProtectionError:
            return self._failed(self._command, Reason.SECURITY_ERROR)
        except ValueError:
            return self._failed(self._command, Reason.STRUCTURE_ERROR)
        except FailedError as failure:
            return self._failed(self._command, failure.reason)
        return self._installed()

    def _accept(self, data: bytes) -> bool:
        """Take one piece; returns whether it was the last."""
        if self._command is BppCommand.INITIALISE_SECURE_CHANNEL and not self._package_bytes_left:
            self._begin(data)
            return False
        self._package_bytes_left -= len(data)
        if self._part_bytes_left:
            self._segment(data)
        else:
            self._open_part(data)
        return not self._part_bytes_left and not self._parts_left and self._is_whole()

    def _is_whole(self) -> bool:
        if self._package_bytes_left:
            raise MalformedError("the package is longer or shorter than it says")
        return True

    def _begin(self, data: bytes) -> None:
        tag, length, start = read_header(data)
        request = read(data[start:])
        self._package_bytes_left = length - (len(data) - start)
        if tag != PACKAGE or request.tag != 0xBF23 or self._package_bytes_left <= 0:
            raise MalformedError("a package begins with its header and InitialiseSecureChannel")
        self._protection = Protection(_session_keys(self._chip, self._session, request))

    def _open_part(self, data: bytes) -> None:
        tag, length, start = read_header(data)
        part = self._next_part(tag)
        self._part, self._part_bytes_left, self._plain = part, length, b""
        self._command = part.command
        if part.with_first:
            self._segment(data[start:])
        elif len(data) != start or not length:
            raise MalformedError("the header of this part comes alone")

    def _next_part(self, tag: int) -> _Part:
        while self._parts_left:
            part = self._parts_left.pop(0)
            if part.tag == tag:
                return part
            self._command = part.command
            if not part.optional:
                break
        raise MalformedError("the parts are out of order")

    def _segment(self, data: bytes) -> None:
        assert self._part is not None
        self._part_bytes_left -= len(data)
        if read(data).tag != self._part.segment or self._part_bytes_left < 0:
            raise MalformedError("the segment is not of this part")
        opened = self._protection.read if self._part.segment == 0x88 else self._protection.opened
        self._plain += opened(data)
        if not self._part_bytes_left:
            self._carry_out[self._part.command](self, self._plain)

    def _configure(self, plain: bytes) -> None:
        if read(plain).tag != 0xBF24:
            raise FailedError(Reason.INCORRECT_INPUT)

    def _store_metadata(self, plain: bytes) -> None:
        self._profile = elements.profile_from(self._chip, read(plain))

    def _replace_keys(self, plain: bytes) -> None:
        request = read(plain)
        chaining, enc, mac = (request.need(tag).value for tag in (0x80, 0x81, 0x82))
        if request.tag != 0xBF26 or {len(chaining), len(enc), len(mac)} != {KEY_BYTES}:
            raise FailedError(Reason.INCORRECT_INPUT)
        self._protection = Protection(Keys(chaining, enc, mac))

    def _load(self, plain: bytes) -> None:
        assert self._profile is not None
        elements.check_profile(self._chip, self._profile, plain)

    _carry_out: dict[BppCommand, Callable[[Loading, bytes], None]] = {  # noqa: RUF012  # read only
        BppCommand.CONFIGURE_ISDP: _configure,
        BppCommand.STORE_METADATA: _store_metadata,
        BppCommand.REPLACE_SESSION_KEYS: _replace_keys,
        BppCommand.LOAD_PROFILE_ELEMENTS: _load,
    }

    def _installed(self) -> bytes:
        assert self._profile is not None
        self._profile.aid = self._chip.memory.next_aid()
        self._chip.memory.profiles.append(self._profile)
        success = tlv(0xA0, tlv(0x4F, self._profile.aid), tlv(0x04, elements.ALL_WELL))
        result = self._result(success)
        note(self._chip, self._profile, Event.INSTALL)
        return result

    def _failed(self, command: BppCommand, reason: Reason) -> bytes:
        return self._result(tlv(0xA1, integer(command, 0x80), integer(reason, 0x81)))

    def _result(self, outcome: bytes) -> bytes:
        """Return the signed result, which is kept as a notification; the session is over with it."""
        session = self._session
        assert session.binding is not None
        assert session.transaction is not None
        assert session.one_time_key is not None
        iccid = self._profile.iccid if self._profile else None
        metadata = metadata_of(self._chip, Event.INSTALL, session.address, iccid)
        oid = tlv(0x06, object_identifier(server_oid(session.binding)))
        data = tlv(0xBF27, tlv(0x80, session.transaction), metadata, oid, tlv(0xA2, outcome))
        result = tlv(0xBF37, data, self._chip.identity.sign(data))
        keep(self._chip, Event.INSTALL, metadata, result)
        self._chip.memory.unused_keys.pop(public_point(session.one_time_key), None)
        self._chip.session = None
        return result


def _session_keys(chip: Chip, session: Session, request: Tlv) -> Keys:
    """Check InitialiseSecureChannel and agree upon the keys (SGP.22 5.5.1)."""
    assert session.binding is not None
    assert session.one_time_key is not None
    operation, transaction, template, point, signature = request.children()
    signed = b"".join(part.raw for part in (operation, transaction, template, point))
    own = tlv(OTPK, public_point(session.one_time_key))
    _check_signature(session.binding, signature, signed + own)
    _check_request(session, operation, transaction, template)
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point.value)
    except ValueError as fault:
        raise FailedError(Reason.INCORRECT_INPUT) from fault
    secret = session.one_time_key.exchange(ec.ECDH(), key)
    return derived(secret, template.need(0x84).value, chip.eid)


def _check_signature(binding: x509.Certificate, signature: Tlv, data: bytes) -> None:
    try:
        verify(binding.public_key(), signature.value if signature.tag == SIGNATURE else b"", data)
    except BadSignatureError as fault:
        raise FailedError(Reason.INVALID_SIGNATURE) from fault


def _check_request(session: Session, operation: Tlv, transaction: Tlv, template: Tlv) -> None:
    if operation.number() != _INSTALL_PACKAGE:
        raise FailedError(Reason.UNSUPPORTED_OPERATION)
    if transaction.value != session.transaction:
        raise FailedError(Reason.INVALID_TRANSACTION)
    if template.need(0x80).value != bytes([KEY_TYPE]) or template.need(0x81).value != bytes([KEY_BYTES]):
        raise FailedError(Reason.UNSUPPORTED_TEMPLATE)


def loaded(chip: Chip, piece: bytes) -> bytes | None:
    """Take a piece of a package; None when the chip is in no state to have one."""
    session = chip.session
    if session is None or session.one_time_key is None:
        return None
    if read_header(piece)[0] == PACKAGE:
        session.loading = Loading(chip, session)
    return session.loading.fed(piece) if session.loading else None
