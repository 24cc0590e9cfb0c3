"""Common mutual authentication on the server's side, the same for ES9+ and ES11 (SGP.22 3.1.2, 5.6.1, 5.8.1).

What may not enter: what the authenticated chip gets.
"""

from __future__ import annotations

import datetime as dt
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from tests.support.rsp.certificates import Identity
from tests.support.rsp.der import MalformedError, Tlv, read, tlv
from tests.support.smdp.chips import check_equal, check_signature, checked_chip, eid_of
from tests.support.smdp.status import StatusError

Json = dict[str, Any]


@dataclass(frozen=True)
class Codes:
    """Subject codes, of which SM-DP+ and SM-DS have their own."""

    address: str
    security: str
    version: str


DP_CODES = Codes("8.8.1", "8.8.2", "8.8.3")
DS_CODES = Codes("8.9.1", "8.9.2", "8.9.3")


@dataclass
class Opened:
    """One session: what was sent in it, and once authenticated, the chip."""

    transaction: bytes
    challenge: bytes
    chip: x509.Certificate | None = None
    signature1: bytes = b""

    @property
    def name(self) -> str:
        return self.transaction.hex().upper()

    @property
    def eid(self) -> str:
        return eid_of(self.known_chip)

    @property
    def known_chip(self) -> x509.Certificate:
        if self.chip is None:
            raise StatusError("8.10.1", "3.9", "The session is not authenticated.")
        return self.chip


class Authenticator:
    """Opens sessions and checks who answers in them."""

    def __init__(
        self, signer: Identity, ci: Identity, address: str, codes: Codes, now: Callable[[], dt.datetime]
    ) -> None:
        self._signer, self._ci, self._now = signer, ci, now
        self._codes = codes
        self.address = address
        self.sessions: dict[str, Opened] = {}

    def initiated(self, request: Json, address: str) -> Json:
        """Answer InitiateAuthentication, where ``address`` is the one that the request names."""
        challenge = decoded(request, "euiccChallenge")
        self._check(address, read(decoded(request, "euiccInfo1")))
        session = Opened(os.urandom(16), os.urandom(16))
        self.sessions[session.name] = session
        signed = tlv(
            0x30,
            *(tlv(0x80, session.transaction), tlv(0x81, challenge)),
            *(tlv(0x83, self.address.encode()), tlv(0x84, session.challenge)),
        )
        return {
            "transactionId": session.name,
            "serverSigned1": encoded(signed),
            "serverSignature1": encoded(self._signer.sign(signed)),
            "euiccCiPKIdToBeUsed": encoded(tlv(0x04, self._ci.key_id)),
            "serverCertificate": encoded(self._signer.der),
        }

    def _check(self, address: str, info1: Tlv) -> None:
        if address.lower() != self.address.lower():
            raise StatusError(self._codes.address, "3.8", "This is not the server's address.")
        if info1.need(0x82).value[:1] != b"\2":
            raise StatusError(self._codes.version, "3.1", "The version is not supported.")
        if self._ci.key_id not in [item.value for item in info1.need(0xAA).children()]:
            raise StatusError(self._codes.security, "3.1", "No CI is known to both.")

    def session(self, request: Json) -> Opened:
        """Return the session that a request names."""
        found = self.sessions.get(str(request.get("transactionId")))
        if found is None:
            raise StatusError("8.10.1", "3.9", "The transaction is unknown.")
        return found

    def authenticated(self, request: Json) -> tuple[Opened, Tlv]:
        """Check AuthenticateServerResponse; returns the session and ctxParams1 as the chip signed it."""
        session = self.session(request)
        response = read(decoded(request, "authenticateServerResponse"))
        outcome = response.find(0xA0)
        if outcome is None:
            del self.sessions[session.name]
            raise StatusError("8.1", "6.1", "The eUICC refused the server.")
        signed, signature, euicc, eum = outcome.children()
        chip = checked_chip(euicc.raw, eum.raw, self._ci.certificate, self._now())
        check_signature(chip, signature.value, signed.raw)
        check_equal(signed.need(0x80).value, session.transaction)
        check_equal(signed.need(0x84).value, session.challenge)
        check_equal(signed.need(0x83).value, self.address.encode())
        session.chip, session.signature1 = chip, signature.raw
        return session, signed.need(0xA0)


def decoded(request: Json, name: str) -> bytes:
    """Return the bytes of a field in base64."""
    value = request.get(name)
    if not isinstance(value, str):
        raise MalformedError(f"{name} is missing")
    return b64decode(value, validate=True)


def encoded(data: bytes) -> str:
    """Return bytes in base64."""
    return b64encode(data).decode()
