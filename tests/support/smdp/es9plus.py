"""The functions of an SM-DP+ over ES9+ (SGP.22 5.6), from JSON to JSON.

What may not enter: HTTP.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.euicc.memory import Event
from tests.support.euicc.metadata import swapped
from tests.support.rsp.bsp import Keys
from tests.support.rsp.certificates import DP_OID, World
from tests.support.rsp.der import Tlv, named_bits, object_identifier, read, tlv
from tests.support.smdp.authentication import DP_CODES, Authenticator, Json, Opened, decoded, encoded
from tests.support.smdp.chips import check_equal, check_signature, checked_chip
from tests.support.smdp.orders import Order, State
from tests.support.smdp.package import OTPK, Binding, sample_elements
from tests.support.smdp.status import StatusError

_PROFILE_KEYS = Keys(bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48)))
_KEEPS_ORDER = (1, 2)  # postponed, timeout: the order stays (SGP.22 3.1.3.1)


@dataclass(frozen=True)
class Told:
    """One notification that arrived, signature checked."""

    event: Event
    number: int
    iccid: bytes | None
    failure: tuple[int, int] | None = None  # of an installation: command and reason


@dataclass
class _Download:
    order: Order
    signature2: bytes


def always_now() -> dt.datetime:
    """Return the time, of which an SM-DP+ judges certificates."""
    return dt.datetime.now(dt.UTC)


@dataclass
class SmDp:
    """One SM-DP+ with its orders."""

    world: World
    address: str
    orders: list[Order] = field(default_factory=list)
    now: Callable[[], dt.datetime] = always_now
    forge: Callable[[Binding], Binding] = lambda binding: binding
    own_profile_keys: bool = True  # protects profiles under keys of their own, so that 87 comes twice
    told: list[Told] = field(default_factory=list)
    refused_notifications: int = 0
    cancelled: list[int] = field(default_factory=list)  # the reasons given
    _downloads: dict[str, _Download] = field(default_factory=dict)
    _chips: dict[str, x509.Certificate] = field(default_factory=dict)  # by transaction, after it is over

    def __post_init__(self) -> None:
        self._authenticator = Authenticator(
            self.world.dp_auth, self.world.ci, self.address, DP_CODES, self.now
        )
        self.functions: dict[str, Callable[[Json], Json | None]] = {
            "initiateAuthentication": self._initiate,
            "authenticateClient": self._authenticate,
            "getBoundProfilePackage": self._package,
            "handleNotification": self._notified,
            "cancelSession": self._cancel,
        }

    def _initiate(self, request: Json) -> Json:
        return self._authenticator.initiated(request, str(request.get("smdpAddress")))

    def _authenticate(self, request: Json) -> Json:
        session, context = self._authenticator.authenticated(request)
        self._chips[session.name] = session.known_chip
        found = context.find(0x80)
        order = self._ordered(found.text() if found else "", session.eid)
        order.check_for(session.eid)
        signed = self._signed2(session, order)
        signature = self.world.dp_pb.sign(signed + session.signature1)
        self._downloads[session.name] = _Download(order, signature)
        return {
            "transactionId": session.name,
            "profileMetadata": encoded(order.offer.encoded()),
            "smdpSigned2": encoded(signed),
            "smdpSignature2": encoded(signature),
            "smdpCertificate": encoded(self.world.dp_pb.der),
        }

    def _ordered(self, matching_id: str, eid: str) -> Order:
        """Return the order of this id; without one, an order that waits for this chip."""
        for order in self.orders:
            if order.matching_id == matching_id if matching_id else order.eid == eid:
                return order
        raise StatusError("8.2.6", "3.8", "The matching id is refused.")

    def _signed2(self, session: Opened, order: Order) -> bytes:
        flag = tlv(0x01, b"\xff" if order.confirmation_code else b"\0")
        point = tlv(OTPK, order.one_time_point) if order.one_time_point else b""
        return tlv(0x30, tlv(0x80, session.transaction), flag, point)

    def _package(self, request: Json) -> Json:
        session = self._authenticator.session(request)
        download = self._downloads.get(session.name)
        outcome = read(decoded(request, "prepareDownloadResponse")).find(0xA0)
        if download is None or outcome is None:
            self._end(session)
            raise StatusError("8.1", "6.1", "The eUICC did not prepare the download.")
        signed, signature = outcome.children()
        check_signature(session.known_chip, signature.value, signed.raw + download.signature2)
        check_equal(signed.need(0x80).value, session.transaction)
        self._check_code(session, download.order, signed.find(0x04))
        return self._bound(session, download.order, signed.need(OTPK).value)

    def _check_code(self, session: Opened, order: Order, given: Tlv | None) -> None:
        try:
            order.check_code(given.value if given else None, _expected_hash(order, session))
        except StatusError:
            self._end(session)
            raise

    def _bound(self, session: Opened, order: Order, point: bytes) -> Json:
        elements = order.elements or sample_elements(order.offer.iccid, order.profile_bytes)
        binding = Binding(
            transaction=session.transaction,
            eid=session.eid,
            chip_point=point,
            metadata=order.offer.encoded(),
            elements=elements,
            signer=self.world.dp_pb,
            key=ec.generate_private_key(ec.SECP256R1()),
            profile_keys=_PROFILE_KEYS if self.own_profile_keys else None,
        )
        order.handed_out(session.eid, point)
        package = self.forge(binding).encoded()
        return {"transactionId": session.name, "boundProfilePackage": encoded(package)}

    def _notified(self, request: Json) -> None:
        """Take a notification; the sender learns nothing of what became of it (SGP.22 5.6.4)."""
        try:
            pending = read(decoded(request, "pendingNotification"))
            told = self._result(pending) if pending.tag == 0xBF37 else self._other(pending)
        except (StatusError, ValueError):
            self.refused_notifications += 1
            return
        if told not in self.told:
            self.told.append(told)
            self._note(told)

    def _result(self, pending: Tlv) -> Told:
        data, signature = pending.children()
        transaction = data.need(0x80).value.hex().upper()
        chip = self._chips.get(transaction)
        if chip is None:
            raise StatusError("8.10.1", "3.9", "The transaction is unknown.")
        check_signature(chip, signature.value, data.raw)
        check_equal(data.need(0x06).value, object_identifier(DP_OID))
        session = self._authenticator.sessions.get(transaction)
        failed = data.need(0xA2).find(0xA1)
        self._installed(transaction, well=failed is None)
        if session:
            self._end(session)
        told = _told(data.need(0xBF2F))
        return replace(told, failure=_failure(failed)) if failed else told

    def _installed(self, transaction: str, *, well: bool) -> None:
        download = self._downloads.get(transaction)
        if download and download.order.state is State.DOWNLOADED:
            download.order.ended(well=well)

    def _other(self, pending: Tlv) -> Told:
        metadata, signature, euicc, eum = pending.children()
        chip = checked_chip(euicc.raw, eum.raw, self.world.ci.certificate, self.now())
        check_signature(chip, signature.value, metadata.raw)
        return _told(metadata)

    def _note(self, told: Told) -> None:
        for order in self.orders:
            if told.event is Event.DELETE and swapped(order.offer.iccid) == told.iccid:
                order.deleted()

    def _cancel(self, request: Json) -> Json:
        session = self._authenticator.session(request)
        outcome = read(decoded(request, "cancelSessionResponse")).find(0xA0)
        if outcome is None:
            raise StatusError("8.1", "6.1", "The eUICC did not cancel the session.")
        signed, signature = outcome.children()
        check_signature(session.known_chip, signature.value, signed.raw)
        check_equal(signed.need(0x80).value, session.transaction)
        if signed.need(0x81).value != object_identifier(DP_OID):
            raise StatusError("8.8", "3.10", "The cancellation is for another SM-DP+.")
        self._stop(session, signed.need(0x82).number())
        return {}

    def _stop(self, session: Opened, reason: int) -> None:
        self.cancelled.append(reason)
        download = self._downloads.get(session.name)
        if download and reason not in _KEEPS_ORDER:
            download.order.state = State.ERROR
        self._end(session)

    def _end(self, session: Opened) -> None:
        self._authenticator.sessions.pop(session.name, None)


def _expected_hash(order: Order, session: Opened) -> bytes | None:
    if order.confirmation_code is None:
        return None
    inner = hashlib.sha256(order.confirmation_code.encode()).digest()
    return hashlib.sha256(inner + session.transaction).digest()


def _told(metadata: Tlv) -> Told:
    (event,) = named_bits(metadata.need(0x81).value)
    iccid = metadata.find(0x5A)
    return Told(Event(event), metadata.need(0x80).number(), iccid.value if iccid else None)


def _failure(failed: Tlv) -> tuple[int, int]:
    return failed.need(0x80).number(), failed.need(0x81).number()
