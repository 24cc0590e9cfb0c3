"""Asking the discovery server (SM-DS) what waits for this chip (ES11).

SGP.22, section 3.6.2. What may not enter: downloading what is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from notou.errors import NotouError, ServerRefusedError, UsageError
from notou.esim.lpa.handshake import Handshake, handshake_rows
from notou.esim.lpa.steps import Answer, Done, Failed, Machine, Reply, Row, Step, Transmit
from notou.esim.sgp22 import es9, tags
from notou.esim.sgp22.authentication import Device
from notou.esim.sgp22.chip import empty_request, parse_addresses
from notou.esim.sgp22.download import CancelReason
from notou.sentence import say


class DiscoveryState(Enum):
    """What the procedure waits for."""

    ADDRESSING = auto()
    DESCRIBING = auto()
    CHALLENGING = auto()
    INITIATING = auto()
    AUTHENTICATING_SERVER = auto()
    AUTHENTICATING_CLIENT = auto()
    CANCELLING_AT_CHIP = auto()
    CANCELLING_AT_SERVER = auto()
    OVER = auto()


S = DiscoveryState


@dataclass(frozen=True, slots=True)
class Discovered:
    """What waits, and the discovery server that said so."""

    server: str
    events: tuple[es9.Event, ...]


@dataclass(slots=True)
class Discovery:
    """What the procedure has learned so far."""

    handshake: Handshake
    failure: NotouError | None = None


def discover(server: str, device: Device) -> Machine[DiscoveryState, Discovery]:
    """Ask this discovery server, or the chip's own where ``server`` is ""; the result is Discovered."""
    session = Discovery(Handshake(server, "", device, es9.DS_ADDRESS))
    if server:
        return Machine(TABLE, recover, session, Step(S.DESCRIBING, session.handshake.ask_info()))
    begin = Step(S.ADDRESSING, Transmit(empty_request(tags.EUICC_CONFIGURED_ADDRESSES)))
    return Machine(TABLE, recover, session, begin)


def _addressed(session: Discovery, event: Answer) -> Step[DiscoveryState]:
    session.handshake.server = parse_addresses(event.data).discovery_server
    if not session.handshake.server:
        raise UsageError(say("The chip has no discovery server set; name one with --server."))
    return Step(S.DESCRIBING, session.handshake.ask_info())


def _found(session: Discovery, event: Reply) -> Step[DiscoveryState]:
    handshake = session.handshake
    events = es9.parse_events(event.fields, handshake.transaction_id)
    return Step(S.OVER, Done(Discovered(handshake.server, events)))


def _cancelled_at_chip(session: Discovery, event: Answer) -> Step[DiscoveryState]:
    return Step(S.CANCELLING_AT_SERVER, session.handshake.tell_cancelled(event.data))


def _cancelled_at_server(session: Discovery, event: Reply) -> Step[DiscoveryState]:
    assert session.failure is not None
    return Step(S.OVER, Failed(session.failure))


TABLE: dict[DiscoveryState, Row[DiscoveryState, Discovery]] = {
    S.ADDRESSING: Row(Answer, _addressed, (S.DESCRIBING,)),
    **handshake_rows(
        S.DESCRIBING, S.CHALLENGING, S.INITIATING, S.AUTHENTICATING_SERVER, S.AUTHENTICATING_CLIENT
    ),
    S.AUTHENTICATING_CLIENT: Row(Reply, _found, (S.OVER,)),
    S.CANCELLING_AT_CHIP: Row(Answer, _cancelled_at_chip, (S.CANCELLING_AT_SERVER,)),
    S.CANCELLING_AT_SERVER: Row(Reply, _cancelled_at_server, (S.OVER,)),
}


def recover(session: Discovery, state: DiscoveryState, error: NotouError) -> Step[DiscoveryState]:
    """Only an exchange that the chip has agreed to is ended; a discovery server's refusal ends it itself."""
    if state is not S.AUTHENTICATING_CLIENT or isinstance(error, ServerRefusedError):
        return Step(S.OVER, Failed(session.failure or error))
    session.failure = error
    return Step(S.CANCELLING_AT_CHIP, session.handshake.cancel(CancelReason.TIMEOUT))
