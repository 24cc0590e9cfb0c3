"""Enabling, disabling, renaming and deleting a profile, and making sure that it happened.

Cards differ: some refuse the refresh flag, some know a profile only by one of its two names. Each way is
tried in turn until one is taken; the list read again afterwards is what counts, not the card's answer, nor
that one is missing. What may not enter: downloads, notifications beyond their numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from notou.errors import CardError, ChipRefusedError, NotFoundError, NotouError
from notou.esim.lpa.steps import Answer, Done, Failed, Machine, Reopen, Reopened, Row, Step, Transmit
from notou.esim.sgp22 import tags
from notou.esim.sgp22.chip import empty_request
from notou.esim.sgp22.notifications import parse_notifications
from notou.esim.sgp22.profiles import (
    Profile,
    by_aid,
    by_iccid,
    delete_request,
    list_request,
    nickname_request,
    parse_list,
    require_done,
    switch_request,
)
from notou.esim.sgp22.results import BY_POLICY, NOT_IN_STATE
from notou.sentence import say


class SwitchState(Enum):
    """What the procedure waits for."""

    LISTING = auto()
    COUNTING = auto()
    CHANGING = auto()
    REOPENING = auto()
    LISTING_AGAIN = auto()
    OVER = auto()


S = SwitchState


@dataclass(frozen=True, slots=True)
class Change:
    """What to do: the requests to try in turn, and how the list shows that it was done."""

    function: int
    attempts: Callable[[Profile], tuple[bytes, ...]]
    is_done: Callable[[tuple[Profile, ...], str], bool]


@dataclass(frozen=True, slots=True)
class Switched:
    """The profiles before and after, and the numbers of the notifications that waited before."""

    iccid: str
    before: tuple[Profile, ...]
    after: tuple[Profile, ...]
    known_notifications: frozenset[int]


@dataclass(slots=True)
class Switching:
    """What the procedure has learned so far."""

    iccid: str
    change: Change
    before: tuple[Profile, ...] = ()
    known: frozenset[int] = frozenset()
    attempts: list[bytes] = field(default_factory=list)
    failure: NotouError | None = None
    looks_left: int = 2  # a chip that was told to refresh may vanish once more while it is read


def enable(iccid: str) -> Machine[SwitchState, Switching]:
    """Make this profile the one in use; the one that was is disabled by it."""
    return _machine(iccid, Change(tags.ENABLE_PROFILE, _switches(tags.ENABLE_PROFILE), _enabled))


def disable(iccid: str) -> Machine[SwitchState, Switching]:
    """Take this profile out of use."""
    return _machine(iccid, Change(tags.DISABLE_PROFILE, _switches(tags.DISABLE_PROFILE), _disabled))


def delete(iccid: str) -> Machine[SwitchState, Switching]:
    """Delete this profile, for good."""
    return _machine(iccid, Change(tags.DELETE_PROFILE, _deletions, _deleted))


def rename(iccid: str, nickname: str) -> Machine[SwitchState, Switching]:
    """Give this profile a name of the person's own; UsageError comes before anything is changed."""

    def named(profiles: tuple[Profile, ...], wanted: str) -> bool:
        return any(each.iccid == wanted and each.nickname == nickname for each in profiles)

    def attempts(profile: Profile) -> tuple[bytes, ...]:
        return (nickname_request(profile, nickname),)

    return _machine(iccid, Change(tags.SET_NICKNAME, attempts, named))


def _machine(iccid: str, change: Change) -> Machine[SwitchState, Switching]:
    begin = Step(S.LISTING, Transmit(list_request()))
    return Machine(TABLE, recover, Switching(iccid, change), begin)


def _switches(function: int) -> Callable[[Profile], tuple[bytes, ...]]:
    def attempts(profile: Profile) -> tuple[bytes, ...]:
        names = _names(profile)
        return tuple(
            switch_request(function, name, refresh=refresh) for refresh in (True, False) for name in names
        )

    return attempts


def _deletions(profile: Profile) -> tuple[bytes, ...]:
    return tuple(delete_request(name) for name in _names(profile))


def _names(profile: Profile) -> tuple[bytes, ...]:
    return (by_iccid(profile), by_aid(profile)) if profile.aid else (by_iccid(profile),)


def _enabled(profiles: tuple[Profile, ...], wanted: str) -> bool:
    return any(each.iccid == wanted and each.enabled for each in profiles)


def _disabled(profiles: tuple[Profile, ...], wanted: str) -> bool:
    return any(each.iccid == wanted and not each.enabled for each in profiles)


def _deleted(profiles: tuple[Profile, ...], wanted: str) -> bool:
    return all(each.iccid != wanted for each in profiles)


def _listed(session: Switching, event: Answer) -> Step[SwitchState]:
    session.before = parse_list(event.data)
    found = [each for each in session.before if each.iccid == session.iccid]
    if len(found) != 1:
        raise NotFoundError(say("The profile is not on the chip any more."))
    session.attempts = list(session.change.attempts(found[0]))
    return Step(S.COUNTING, Transmit(empty_request(tags.LIST_NOTIFICATION)))


def _counted(session: Switching, event: Answer) -> Step[SwitchState]:
    session.known = frozenset(each.number for each in parse_notifications(event.data))
    return _try(session)


def _try(session: Switching) -> Step[SwitchState]:
    if not session.attempts:
        return _look(session)
    return Step(S.CHANGING, Transmit(session.attempts.pop(0)))


def _look(session: Switching) -> Step[SwitchState]:
    return Step(S.REOPENING, Reopen())


def _changed(session: Switching, event: Answer) -> Step[SwitchState]:
    require_done(session.change.function, event.data)
    return _look(session)


def _reopened(session: Switching, event: Reopened) -> Step[SwitchState]:
    return Step(S.LISTING_AGAIN, Transmit(list_request()))


def _listed_again(session: Switching, event: Answer) -> Step[SwitchState]:
    after = parse_list(event.data)
    if session.change.is_done(after, session.iccid):
        return Step(S.OVER, Done(Switched(session.iccid, session.before, after, session.known)))
    if session.failure is not None:
        return Step(S.OVER, Failed(session.failure))
    unchanged = CardError(say("The chip said that it was done, but its list of profiles shows otherwise."))
    return Step(S.OVER, Failed(unchanged))


TABLE: dict[SwitchState, Row[SwitchState, Switching]] = {
    S.LISTING: Row(Answer, _listed, (S.COUNTING,)),
    S.COUNTING: Row(Answer, _counted, (S.CHANGING,)),
    S.CHANGING: Row(Answer, _changed, (S.REOPENING,)),
    S.REOPENING: Row(Reopened, _reopened, (S.LISTING_AGAIN,)),
    S.LISTING_AGAIN: Row(Answer, _listed_again, (S.OVER,)),
}

_FINAL_CODES = (NOT_IN_STATE, BY_POLICY)  # another name or flag changes nothing about these


def recover(session: Switching, state: SwitchState, error: NotouError) -> Step[SwitchState]:
    """A refusal is tried another way, a lost answer is looked into; anything else ends the procedure."""
    if state in (S.LISTING, S.COUNTING) or (state is not S.CHANGING and not session.looks_left):
        return Step(S.OVER, Failed(session.failure or error))
    session.failure = session.failure or error
    if state is not S.CHANGING:
        session.looks_left -= 1
        return _look(session)
    if isinstance(error, ChipRefusedError) and error.code not in _FINAL_CODES:
        return _try(session)
    return _look(session)
