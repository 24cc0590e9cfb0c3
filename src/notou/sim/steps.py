"""The steps of writing a kept card back, as data: what happens to each kept thing, and which records that
writes.

What may not enter: how places are found (entry_plan, message_plan), commands.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from notou.sentence import Sentence
from notou.sim.image import FDN_ROLE
from notou.sim.placing import Write


class Verdict(Enum):
    """What happens to one kept thing."""

    ADD = "add"
    REPLACE = "replace"
    LEAVE = "leave"
    NO_ROOM = "does_not_fit"


@dataclass(frozen=True, slots=True)
class Step:
    """One kept entry or message, by its record in the kept card; ``replaced``: the name of what gives way."""

    verdict: Verdict
    role: str
    record: int
    shown: str
    target: int | None = None
    replaced: str = ""
    reason: Sentence | None = None
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """The steps of all lists, in their order."""

    steps: tuple[Step, ...]

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that write."""
        return tuple(step for step in self.steps if step.writes)

    @property
    def touches_fixed_dialling(self) -> bool:
        """Whether PIN2 will be needed."""
        return any(step.role == FDN_ROLE for step in self.changes)

    def count(self, verdict: Verdict) -> int:
        """How many steps have this verdict."""
        return sum(step.verdict is verdict for step in self.steps)
