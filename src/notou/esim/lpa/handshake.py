"""The first half of every exchange with a server: chip and server prove to each other who they are.

SGP.22, section 3.0.1. The chip checks signatures and certificates; what an LPA can see for itself, that the
answer is from the server that was called and to this chip's question, is checked here.
What may not enter: what comes after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from notou.errors import ServerError
from notou.esim.lpa.steps import Answer, Post, Reply, Row, State, Step, Transmit
from notou.esim.sgp22 import es9, tags
from notou.esim.sgp22.authentication import (
    Device,
    ServerProof,
    authenticate_request,
    parse_signed,
    require_authenticated,
    server_oids,
)
from notou.esim.sgp22.chip import empty_request, parse_challenge
from notou.esim.sgp22.download import CancelReason, cancel_request, require_cancelled
from notou.sentence import say


@dataclass(slots=True)
class Handshake:
    """What is known of one exchange. ``server``: its address; ``matching_id``: what it is asked for."""

    server: str
    matching_id: str
    device: Device
    address_field: str = es9.DP_ADDRESS
    oid: str = ""  # of the server, where the activation code names it
    info: bytes = b""
    challenge: bytes = b""
    transaction_id: bytes = b""
    transaction_name: str = ""

    def ask_info(self) -> Transmit:
        """GetEUICCInfo1."""
        return Transmit(empty_request(tags.EUICC_INFO_1))

    def keep_info(self, data: bytes) -> Transmit:
        """Take EUICCInfo1, which goes to the server as it came; ask for a challenge."""
        self.info = data
        return Transmit(empty_request(tags.GET_EUICC_CHALLENGE))

    def keep_challenge(self, data: bytes) -> Post:
        """Take the chip's challenge to the server."""
        self.challenge = parse_challenge(data)
        fields = es9.initiate_fields(self.challenge, self.info, self.server, self.address_field)
        return Post(self.server, es9.INITIATE, fields)

    def keep_proof(self, fields: es9.Fields) -> Transmit:
        """Take the server's proof to the chip. ServerError when it answers another call than ours."""
        proof = es9.parse_initiated(fields)
        self._require_ours(proof)
        self.transaction_id, self.transaction_name = proof.transaction_id, proof.transaction_name
        return Transmit(authenticate_request(proof, self.matching_id, self.device))

    def keep_response(self, data: bytes) -> Post:
        """Take the chip's proof to the server. ChipRefusedError when the chip does not trust the server."""
        response = require_authenticated(data)
        return Post(self.server, es9.AUTHENTICATE, es9.authenticate_fields(self.transaction_name, response))

    def cancel(self, reason: CancelReason) -> Transmit:
        """CancelSession at the chip."""
        return Transmit(cancel_request(self.transaction_id, reason))

    def tell_cancelled(self, data: bytes) -> Post:
        """Take the chip's signed word that the session is over to the server."""
        response = require_cancelled(data)
        return Post(self.server, es9.CANCEL, es9.cancel_fields(self.transaction_name, response))

    def _require_ours(self, proof: ServerProof) -> None:
        signed = parse_signed(proof.signed)
        if signed.transaction_id != proof.transaction_id or signed.challenge != self.challenge:
            raise ServerError(
                say("The server {server} answered to another question than the chip's.", server=self.server)
            )
        if self.oid and self.oid not in server_oids(proof.certificate):
            raise ServerError(
                say("The server {server} is not the one that the activation code names.", server=self.server)
            )
        own = self.server.casefold()
        if signed.address.casefold() not in (own, own.partition(":")[0]):  # a port is no part of its name
            raise ServerError(
                say("The server {server} answered in the name of another one.", server=self.server)
            )


class Shaking(Protocol):
    """What a procedure with a handshake has learned so far."""

    @property
    def handshake(self) -> Handshake:
        """The exchange."""
        ...


Session = TypeVar("Session", bound=Shaking)


def handshake_rows(
    describing: State,
    challenging: State,
    initiating: State,
    trusting: State,
    answered: State,
) -> dict[State, Row[State, Session]]:
    """The rows from the chip's information on; ``answered`` waits for the server's verdict on the chip."""

    def described(session: Session, event: Answer) -> Step[State]:
        return Step(challenging, session.handshake.keep_info(event.data))

    def challenged(session: Session, event: Answer) -> Step[State]:
        return Step(initiating, session.handshake.keep_challenge(event.data))

    def initiated(session: Session, event: Reply) -> Step[State]:
        return Step(trusting, session.handshake.keep_proof(event.fields))

    def trusted(session: Session, event: Answer) -> Step[State]:
        return Step(answered, session.handshake.keep_response(event.data))

    return {
        describing: Row(Answer, described, (challenging,)),
        challenging: Row(Answer, challenged, (initiating,)),
        initiating: Row(Reply, initiated, (trusting,)),
        trusting: Row(Answer, trusted, (answered,)),
    }
