"""What to do before leaving, each step with whether it is done, as far as the vault shows.

What may not enter: guesses. What nothing shows is neither done nor open, but for the person to tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from notou.esim.trip.standing import Standing

FRESH_DAYS = 7
"""A backup older than this on the day of leaving should be run again."""


class State(StrEnum):
    """Whether a step is done."""

    DONE = "done"
    TO_DO = "to_do"
    UNKNOWN = "unknown"


class StepKind(StrEnum):
    """The steps, in the order to take them."""

    FIRST_BACKUP = "first_backup"
    FRESH_BACKUP = "fresh_backup"
    SECOND_PLACE = "second_place"
    CODES_SAVED = "codes_saved"
    KIT_PRINTED = "kit_printed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step and its state."""

    kind: StepKind
    state: State


def steps_before(first_day: date, standing: Standing | None) -> tuple[Step, ...]:
    """All steps; without a vault to look at, nothing is known of any."""
    if standing is None:
        return tuple(Step(kind, State.UNKNOWN) for kind in StepKind)
    return (
        Step(StepKind.FIRST_BACKUP, _state(done=standing.last_backup_ns is not None)),
        Step(StepKind.FRESH_BACKUP, _state(done=_fresh(first_day, standing))),
        Step(StepKind.SECOND_PLACE, _state(done=_second_place(standing))),
        Step(StepKind.CODES_SAVED, _state(done=standing.wallet_ns is not None)),
        Step(StepKind.KIT_PRINTED, State.UNKNOWN),
    )


def _state(*, done: bool) -> State:
    return State.DONE if done else State.TO_DO


def _second_place(standing: Standing) -> bool:
    """Two answer, and none that was named is silent."""
    return len(standing.reached) > 1 and len(standing.reached) == len(standing.places)


def _fresh(first_day: date, standing: Standing) -> bool:
    if standing.last_backup_ns is None:
        return False
    seconds = standing.last_backup_ns // 10**9
    last = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).date()
    return (first_day - last).days <= FRESH_DAYS
