"""Carries a procedure's actions out, over a card, a server and a person that it is handed.

A person who breaks off has the exchange with the server ended before the program ends.
What may not enter: the order of messages, how servers are reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from notou.card.base import Card, Channel
from notou.errors import CardError, CardLostError, NotOnCardError, NotouError, ServerUnavailableError
from notou.esim.lpa.steps import (
    Action,
    Answer,
    AskCode,
    AskConsent,
    CodeGiven,
    Consent,
    Consented,
    Done,
    Event,
    Failed,
    Lost,
    Machine,
    Post,
    Preview,
    Reopen,
    Reopened,
    Reply,
    Transmit,
)
from notou.esim.sgp22.store_data import store_data
from notou.events import Progress, Report
from notou.sentence import say

REOPEN_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0)
"""A chip that was told to refresh is away for some seconds in a modem."""


class Servers(Protocol):
    """Operators' servers; notou.esim.es9 reaches them."""

    def post(self, server: str, function: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """Call a function; ServerError and its kin when it cannot be, or was not, done."""
        ...


class Person(Protocol):
    """Who is asked."""

    def consent(self, preview: Preview) -> Consent:
        """Whether to install what is shown."""
        ...

    def confirmation_code(self) -> str | None:
        """The confirmation code; None where there is none to be had."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a procedure is carried out over, beside the chip."""

    servers: Servers
    person: Person
    report: Report


class Chip:
    """One application of a card, opened when it is first needed, and anew when asked."""

    def __init__(self, card: Card, aid: bytes, pause: Callable[[float], None]) -> None:
        self._card, self._aid, self._pause = card, aid, pause
        self._open = ExitStack()
        self._channel: Channel | None = None

    def exchange(self, request: bytes) -> bytes:
        """Send one ES10 request; returns the response."""
        if self._channel is None:
            self._select()
        assert self._channel is not None
        return store_data(self._channel, request)

    def reopen(self) -> None:
        """Close the channel and open it again, with some patience."""
        self.close()
        *early, last = REOPEN_PAUSES_S
        for seconds in early:
            self._pause(seconds)
            try:
                return self._select()
            except CardLostError:  # no patience helps
                raise
            except CardError:
                continue
        self._pause(last)
        return self._select()

    def _select(self) -> None:
        try:
            self._channel = self._open.enter_context(self._card.application(self._aid))
        except NotOnCardError as error:
            raise NotOnCardError(
                say(
                    "The card in {reader} is no eSIM chip, or its maker uses another name for the "
                    "application that holds profiles: --aid sets it.",
                    reader=self._card.name,
                )
            ) from error

    def close(self) -> None:
        """Close the channel, if it is open."""
        self._channel = None
        self._open.close()


def drive(machine: Machine[Any, Any], chip: Chip, surroundings: Surroundings) -> Any:
    """Carry the procedure out; returns its result, raises what it failed with."""
    interrupted: KeyboardInterrupt | None = None
    action: Action = machine.action
    while not isinstance(action, (Done, Failed)):
        try:
            event = _carry_out(action, chip, surroundings)
        except NotouError as error:
            event = Lost(error)
        except KeyboardInterrupt as error:
            if interrupted is not None:
                raise
            interrupted, event = error, Lost(_broken_off())
        action = machine.feed(event)
    if interrupted is not None:
        raise interrupted
    if isinstance(action, Failed):
        raise action.error
    return action.result


def _broken_off() -> NotouError:
    return ServerUnavailableError(say("The exchange was broken off."))


def _carry_out(action: Action, chip: Chip, surroundings: Surroundings) -> Event:
    match action:
        case Transmit(request, done, total):
            if total:
                surroundings.report(Progress(0, done, 1, total))
            return Answer(chip.exchange(request))
        case Post(server, function, fields):
            return Reply(surroundings.servers.post(server, function, fields))
        case Reopen():
            chip.reopen()
            return Reopened()
        case AskConsent(preview):
            return Consented(surroundings.person.consent(preview))
        case AskCode():
            return CodeGiven(surroundings.person.confirmation_code())
        case Done() | Failed():
            raise AssertionError(action)
