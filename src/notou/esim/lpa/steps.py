"""What a procedure asks for, what it is told, and the machine that turns one into the other by a table.

A table has a row for each state: the one kind of event it waits for, what is done with it, and the states
that may follow. Everything else that happens is a fault, for which each procedure has one function.
What may not enter: a procedure, input or output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from notou.errors import NotouError
from notou.esim.sgp22.metadata import Metadata


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send this request to the chip. ``done`` and ``total``: bytes of a longer piece of work, or 0."""

    request: bytes
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """Call this function of the server with these fields."""

    server: str
    function: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reopen:
    """Open the chip's application anew: it may have been reset, or its line was cut."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Shown before consent: the profile, and the server that offers it."""

    metadata: Metadata
    server: str


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Ask the person whether to install what the preview shows."""

    preview: Preview


@dataclass(frozen=True, slots=True)
class AskCode:
    """Ask the person for the confirmation code."""


@dataclass(frozen=True, slots=True)
class Done:
    """The procedure is over; ``result`` is its own record."""

    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The procedure is over and did not do what it was for."""

    error: NotouError


Action = Transmit | Post | Reopen | AskConsent | AskCode | Done | Failed


@dataclass(frozen=True, slots=True)
class Answer:
    """The chip's response."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """The fields of the server's response; none for one without a body."""

    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reopened:
    """The chip's application is open again."""


class Consent(Enum):
    """What a person says to a preview."""

    GIVEN = "given"
    NOT_NOW = "later"  # the code stays good
    REFUSED = "refused"  # the operator is told, and may withdraw the offer


@dataclass(frozen=True, slots=True)
class Consented:
    """The person's answer to the preview."""

    consent: Consent


@dataclass(frozen=True, slots=True)
class CodeGiven:
    """The confirmation code; None where the person gave none."""

    code: str | None


@dataclass(frozen=True, slots=True)
class Lost:
    """What was asked for last was not done, or nobody knows whether it was."""

    error: NotouError


Event = Answer | Reply | Reopened | Consented | CodeGiven | Lost

State = TypeVar("State", bound=Enum)
Session = TypeVar("Session")


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """The state that follows, and what is asked for in it."""

    state: State
    action: Action


@dataclass(frozen=True, slots=True)
class Row(Generic[State, Session]):
    """One state: ``waits_for`` an event of this kind, ``act`` on it, and go on to one of ``leads_to``."""

    waits_for: type
    act: Callable[[Session, Any], Step[State]]
    leads_to: tuple[State, ...]


class Machine(Generic[State, Session]):
    """One run of a procedure. ``session`` holds what it has learned so far."""

    def __init__(
        self,
        table: Mapping[State, Row[State, Session]],
        recover: Callable[[Session, State, NotouError], Step[State]],
        session: Session,
        begin: Step[State],
    ) -> None:
        """``recover``: what follows a fault in a state."""
        self._table, self._recover, self.session = table, recover, session
        self.state, self.action = begin.state, begin.action

    def feed(self, event: Event) -> Action:
        """Tell what came of the last action; returns the next."""
        step = self._step(event)
        self.state, self.action = step.state, step.action
        return step.action

    def _step(self, event: Event) -> Step[State]:
        if isinstance(event, Lost):
            return self._recover(self.session, self.state, event.error)
        row = self._table[self.state]
        if not isinstance(event, row.waits_for):
            raise TypeError(f"{self.state.name}: {type(event).__name__}")
        try:
            step = row.act(self.session, event)
        except NotouError as error:
            return self._recover(self.session, self.state, error)
        if step.state not in row.leads_to:
            raise ValueError(f"{self.state.name}: {step.state.name}")
        return step
