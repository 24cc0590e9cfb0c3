"""Notifications: each goes to its server, and leaves the chip only when the server has taken it.

What fails stays on the chip for the next time. SGP.22, section 3.5. What may not enter: what they are about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from notou.errors import CardError, ChipRefusedError, NotouError
from notou.esim.lpa.steps import Answer, Done, Failed, Machine, Post, Reply, Row, Step, Transmit
from notou.esim.sgp22 import es9, tags
from notou.esim.sgp22.chip import empty_request
from notou.esim.sgp22.notifications import (
    Notification,
    parse_notifications,
    parse_retrieved,
    parse_sent,
    retrieve_request,
    sent_request,
)


class TellState(Enum):
    """What the procedure waits for."""

    LISTING = auto()
    RETRIEVING = auto()
    SENDING = auto()
    REMOVING = auto()
    OVER = auto()


S = TellState
Chosen = Callable[[Notification], bool]


@dataclass(frozen=True, slots=True)
class Told:
    """What was sent and removed, and what stays on the chip and why."""

    sent: tuple[Notification, ...]
    kept: tuple[tuple[Notification, NotouError], ...]


@dataclass(slots=True)
class Telling:
    """What the procedure has done so far. ``waiting``: the current one first."""

    chosen: Chosen
    waiting: list[Notification] = field(default_factory=list)
    sent: list[Notification] = field(default_factory=list)
    kept: list[tuple[Notification, NotouError]] = field(default_factory=list)


def tell(chosen: Chosen) -> Machine[TellState, Telling]:
    """Send those that are ``chosen``; the result is Told, whatever failed, unless the chip is gone."""
    begin = Step(S.LISTING, Transmit(empty_request(tags.LIST_NOTIFICATION)))
    return Machine(TABLE, recover, Telling(chosen), begin)


def _listed(session: Telling, event: Answer) -> Step[TellState]:
    session.waiting = [each for each in parse_notifications(event.data) if session.chosen(each)]
    return _next(session)


def _next(session: Telling) -> Step[TellState]:
    if not session.waiting:
        return Step(S.OVER, Done(Told(tuple(session.sent), tuple(session.kept))))
    return Step(S.RETRIEVING, Transmit(retrieve_request(session.waiting[0].number)))


def _retrieved(session: Telling, event: Answer) -> Step[TellState]:
    fields = es9.notification_fields(parse_retrieved(event.data))
    return Step(S.SENDING, Post(session.waiting[0].address, es9.HANDLE_NOTIFICATION, fields))


def _taken(session: Telling, event: Reply) -> Step[TellState]:
    return Step(S.REMOVING, Transmit(sent_request(session.waiting[0].number)))


def _removed(session: Telling, event: Answer) -> Step[TellState]:
    parse_sent(event.data)
    session.sent.append(session.waiting.pop(0))
    return _next(session)


TABLE: dict[TellState, Row[TellState, Telling]] = {
    S.LISTING: Row(Answer, _listed, (S.RETRIEVING, S.OVER)),
    S.RETRIEVING: Row(Answer, _retrieved, (S.SENDING,)),
    S.SENDING: Row(Reply, _taken, (S.REMOVING,)),
    S.REMOVING: Row(Answer, _removed, (S.RETRIEVING, S.OVER)),
}


def recover(session: Telling, state: TellState, error: NotouError) -> Step[TellState]:
    """The one at hand is kept, and the next has its turn; without a chip there is no next."""
    if state is S.LISTING:
        return Step(S.OVER, Failed(error))
    session.kept.append((session.waiting.pop(0), error))
    if isinstance(error, CardError) and not isinstance(error, ChipRefusedError):
        session.kept += [(each, error) for each in session.waiting]
        session.waiting.clear()
    return _next(session)
