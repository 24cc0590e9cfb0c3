"""The download of a profile: from an activation code to a profile on the chip, or an exchange that is ended.

SGP.22, sections 3.0.2 and 3.1.3. What may not enter: switching profiles, sending notifications.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from notou.errors import (
    CardError,
    ChipRefusedError,
    DamagedError,
    NotouError,
    ServerError,
    ServerRefusedError,
    ServerUnavailableError,
    UsageError,
)
from notou.esim.lpa.handshake import Handshake, handshake_rows
from notou.esim.lpa.steps import (
    Answer,
    AskCode,
    AskConsent,
    CodeGiven,
    Consent,
    Consented,
    Done,
    Failed,
    Machine,
    Post,
    Preview,
    Reopen,
    Reopened,
    Reply,
    Row,
    Step,
    Transmit,
)
from notou.esim.sgp22 import es9, tags
from notou.esim.sgp22.authentication import Device
from notou.esim.sgp22.chip import empty_request, grants, parse_addresses, parse_rule_grants
from notou.esim.sgp22.download import (
    CancelReason,
    Offer,
    Package,
    hashed_code,
    parse_package,
    parse_signed,
    prepare_request,
    require_installed,
    require_prepared,
)
from notou.esim.sgp22.metadata import Metadata, Rule
from notou.esim.sgp22.notifications import parse_notifications
from notou.esim.sgp22.profiles import list_request, parse_list
from notou.sentence import say


class DownloadState(Enum):
    """Where a download stands: what it waits for."""

    COUNTING = auto()  # the chip's notifications, to know new ones later
    ADDRESSING = auto()  # the chip's default server, where the order names none
    DESCRIBING = auto()  # EUICCInfo1
    CHALLENGING = auto()  # the chip's challenge
    INITIATING = auto()  # the server's proof
    AUTHENTICATING_SERVER = auto()  # the chip's verdict on it
    AUTHENTICATING_CLIENT = auto()  # the server's verdict on the chip, and its offer
    READING_RULES = auto()  # which rules the chip allows
    CONSENTING = auto()  # the person's word
    CONFIRMING = auto()  # the confirmation code
    PREPARING = auto()  # the chip's keys for this download
    FETCHING = auto()  # the package
    LOADING = auto()  # the chip's answer to a segment
    REOPENING = auto()  # a chip that gave no answer while loading
    LOOKING = auto()  # whether it holds the profile
    CANCELLING_AT_CHIP = auto()
    CANCELLING_AT_SERVER = auto()
    OVER = auto()


S = DownloadState


@dataclass(frozen=True, slots=True)
class Order:
    """What to download. ``server`` "" is the chip's default one."""

    server: str
    matching_id: str
    device: Device
    oid: str = ""  # the server's, where the code names it


@dataclass(frozen=True, slots=True)
class Installed:
    """The profile is on the chip. ``known_notifications``: numbers of those that waited before."""

    metadata: Metadata
    server: str
    known_notifications: frozenset[int]


@dataclass(slots=True)
class Download:
    """What a download has learned so far."""

    handshake: Handshake
    known: frozenset[int] = frozenset()
    offer: Offer | None = None
    package: Package | None = None
    next_segment: int = 0
    bytes_sent: int = 0
    failure: NotouError | None = None

    @property
    def offered(self) -> Offer:
        """The offer; asked for only in states that come after it."""
        assert self.offer is not None
        return self.offer


def download(order: Order) -> Machine[DownloadState, Download]:
    """A download to be driven; its result is Installed."""
    session = Download(Handshake(order.server, order.matching_id, order.device, oid=order.oid))
    begin = Step(S.COUNTING, Transmit(empty_request(tags.LIST_NOTIFICATION)))
    return Machine(TABLE, recover, session, begin)


def _counted(session: Download, event: Answer) -> Step[DownloadState]:
    session.known = frozenset(each.number for each in parse_notifications(event.data))
    if session.handshake.server:
        return Step(S.DESCRIBING, session.handshake.ask_info())
    return Step(S.ADDRESSING, Transmit(empty_request(tags.EUICC_CONFIGURED_ADDRESSES)))


def _addressed(session: Download, event: Answer) -> Step[DownloadState]:
    session.handshake.server = parse_addresses(event.data).default_server
    if not session.handshake.server:
        raise UsageError(say("The chip has no server set, so an activation code that names one is needed."))
    return Step(S.DESCRIBING, session.handshake.ask_info())


def _offered(session: Download, event: Reply) -> Step[DownloadState]:
    session.offer = es9.parse_offer(event.fields, session.handshake.transaction_id)
    if parse_signed(session.offer.signed).transaction_id != session.handshake.transaction_id:
        raise ServerError(say("The server's offer belongs to another exchange."))
    if session.offer.metadata.rules:
        return Step(S.READING_RULES, Transmit(empty_request(tags.GET_RAT)))
    return _ask_consent(session)


def _rules_read(session: Download, event: Answer) -> Step[DownloadState]:
    metadata = session.offered.metadata
    rows = parse_rule_grants(event.data)
    for rule in metadata.rules & {Rule.NOT_DISABLED, Rule.NOT_DELETED}:
        if not grants(rows, rule, metadata.operator_id):
            return _cancel(session, CancelReason.RULES_NOT_ALLOWED, _rules_not_allowed())
    return _ask_consent(session)


def _rules_not_allowed() -> DamagedError:
    return DamagedError(say("The chip does not allow the rules of this profile; nothing was installed."))


def _ask_consent(session: Download) -> Step[DownloadState]:
    return Step(S.CONSENTING, AskConsent(Preview(session.offered.metadata, session.handshake.server)))


def _consented(session: Download, event: Consented) -> Step[DownloadState]:
    if event.consent is Consent.REFUSED:
        refused = UsageError(
            say("You refused the profile; nothing was installed, and the operator was told.")
        )
        return _cancel(session, CancelReason.REFUSED_BY_USER, refused)
    if event.consent is Consent.NOT_NOW:
        return _cancel(session, CancelReason.POSTPONED, _not_now())
    if parse_signed(session.offered.signed).code_wanted:
        return Step(S.CONFIRMING, AskCode())
    return _prepare(session, None)


def _not_now() -> UsageError:
    return UsageError(say("Nothing was installed; the activation code can be used later."))


def _confirmed(session: Download, event: CodeGiven) -> Step[DownloadState]:
    if not event.code:
        return _cancel(session, CancelReason.POSTPONED, _not_now())
    return _prepare(session, hashed_code(event.code, session.handshake.transaction_id))


def _prepare(session: Download, code_hash: bytes | None) -> Step[DownloadState]:
    return Step(S.PREPARING, Transmit(prepare_request(session.offered, code_hash)))


def _prepared(session: Download, event: Answer) -> Step[DownloadState]:
    handshake = session.handshake
    fields = es9.package_fields(handshake.transaction_name, require_prepared(event.data))
    return Step(S.FETCHING, Post(handshake.server, es9.GET_PACKAGE, fields))


def _fetched(session: Download, event: Reply) -> Step[DownloadState]:
    sent = es9.parse_package_fields(event.fields, session.handshake.transaction_id)
    session.package = parse_package(sent)
    if session.package.metadata != session.offered.metadata:
        other = ServerError(
            say("The server sent another profile than it had announced; nothing was installed.")
        )
        return _cancel(session, CancelReason.METADATA_MISMATCH, other)
    return Step(S.LOADING, _next_segment(session))


def _next_segment(session: Download) -> Transmit:
    assert session.package is not None
    segments = session.package.segments
    segment = segments[session.next_segment]
    action = Transmit(segment, session.bytes_sent, sum(map(len, segments)))
    session.next_segment += 1
    session.bytes_sent += len(segment)
    return action


def _loaded(session: Download, event: Answer) -> Step[DownloadState]:
    assert session.package is not None
    last = session.next_segment == len(session.package.segments)
    if not event.data and not last:
        return Step(S.LOADING, _next_segment(session))
    require_installed(event.data)
    if not last:
        raise DamagedError(say("The chip says that the profile is installed before it has all of it."))
    return _done(session)


def _reopened(session: Download, event: Reopened) -> Step[DownloadState]:
    return Step(S.LOOKING, Transmit(list_request()))


def _looked(session: Download, event: Answer) -> Step[DownloadState]:
    wanted = session.offered.metadata.iccid
    if any(profile.iccid == wanted for profile in parse_list(event.data)):
        return _done(session)
    return _cancel(session, CancelReason.TIMEOUT, session.failure or _not_now())


def _done(session: Download) -> Step[DownloadState]:
    return Step(S.OVER, Done(Installed(session.offered.metadata, session.handshake.server, session.known)))


def _cancel(session: Download, reason: CancelReason, failure: NotouError) -> Step[DownloadState]:
    session.failure = failure
    return Step(S.CANCELLING_AT_CHIP, session.handshake.cancel(reason))


def _cancelled_at_chip(session: Download, event: Answer) -> Step[DownloadState]:
    return Step(S.CANCELLING_AT_SERVER, session.handshake.tell_cancelled(event.data))


def _cancelled_at_server(session: Download, event: Reply) -> Step[DownloadState]:
    assert session.failure is not None
    return _fail(session.failure)


def _fail(error: NotouError) -> Step[DownloadState]:
    return Step(S.OVER, Failed(error))


_CANCEL = (S.CANCELLING_AT_CHIP,)

TABLE: dict[DownloadState, Row[DownloadState, Download]] = {
    S.COUNTING: Row(Answer, _counted, (S.ADDRESSING, S.DESCRIBING)),
    S.ADDRESSING: Row(Answer, _addressed, (S.DESCRIBING,)),
    **handshake_rows(
        S.DESCRIBING, S.CHALLENGING, S.INITIATING, S.AUTHENTICATING_SERVER, S.AUTHENTICATING_CLIENT
    ),
    S.AUTHENTICATING_CLIENT: Row(Reply, _offered, (S.READING_RULES, S.CONSENTING)),
    S.READING_RULES: Row(Answer, _rules_read, (S.CONSENTING, *_CANCEL)),
    S.CONSENTING: Row(Consented, _consented, (S.CONFIRMING, S.PREPARING, *_CANCEL)),
    S.CONFIRMING: Row(CodeGiven, _confirmed, (S.PREPARING, *_CANCEL)),
    S.PREPARING: Row(Answer, _prepared, (S.FETCHING,)),
    S.FETCHING: Row(Reply, _fetched, (S.LOADING, *_CANCEL)),
    S.LOADING: Row(Answer, _loaded, (S.LOADING, S.OVER)),
    S.REOPENING: Row(Reopened, _reopened, (S.LOOKING,)),
    S.LOOKING: Row(Answer, _looked, (S.OVER, *_CANCEL)),
    S.CANCELLING_AT_CHIP: Row(Answer, _cancelled_at_chip, (S.CANCELLING_AT_SERVER,)),
    S.CANCELLING_AT_SERVER: Row(Reply, _cancelled_at_server, (S.OVER,)),
}

_BEFORE_A_SESSION = frozenset(
    {S.COUNTING, S.ADDRESSING, S.DESCRIBING, S.CHALLENGING, S.INITIATING, S.AUTHENTICATING_SERVER}
)
_ENDING = frozenset({S.REOPENING, S.LOOKING, S.CANCELLING_AT_CHIP, S.CANCELLING_AT_SERVER})


def recover(session: Download, state: DownloadState, error: NotouError) -> Step[DownloadState]:
    """What follows a fault: nothing to undo, an exchange to end, or a chip to look at again.

    Only the first failure is told: that the exchange could not be ended helps nobody, and chip and server
    both forget it by themselves.
    """
    if state in _ENDING:
        return _fail(session.failure or error)
    if state in _BEFORE_A_SESSION or isinstance(error, ServerRefusedError):
        return _fail(error)  # the side that refused has ended the exchange
    if state is S.LOADING:
        return _recover_loading(session, error)
    return _cancel(session, _reason(error), error)


def _recover_loading(session: Download, error: NotouError) -> Step[DownloadState]:
    if not isinstance(error, ChipRefusedError) and isinstance(error, CardError):
        session.failure = error
        return Step(S.REOPENING, Reopen())
    if isinstance(error, ChipRefusedError) and error.code < _FIRST_STATUS:
        return _fail(error)  # an installation result: the chip has ended the exchange, and tells the server
    return _cancel(session, CancelReason.LOADING_FAILED, error)


_FIRST_STATUS = 0x6000  # codes from here on are statuses of commands, not results


def _reason(error: NotouError) -> CancelReason:
    """After a line was cut the code must stay good."""
    lost = isinstance(error, (ServerUnavailableError, CardError)) and not isinstance(error, ChipRefusedError)
    return CancelReason.TIMEOUT if lost else CancelReason.UNDEFINED
