"""Lines to a card that break: cut before or after an APDU, with or without its power, or garbling answers.

What may not enter: the card.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from notou.errors import CardError

_CUT = "The reader gave no answer."


def is_store_data(command: bytes) -> bool:
    """Whether an APDU carries a block of a command to the ISD-R, rather than managing channels."""
    return command[1:2] == b"\xe2"


@dataclass
class CutLine:
    """Raises CardError once, at the counted APDU of this number (the first is 1), and carries all others."""

    before: int | None = None  # this APDU never reaches the card
    after: int | None = None  # this APDU is carried out and its answer lost
    on_cut: Callable[[], None] = field(default=lambda: None)  # as the card's power_cycle
    counts: Callable[[bytes], bool] = field(default=lambda command: True)
    count: int = 0

    def __call__(self, command: bytes, exchange: Callable[[bytes], bytes]) -> bytes:
        counted = self.counts(command)
        self.count += counted
        if counted and self.count == self.before:
            self._cut()
        answer = exchange(command)
        if counted and self.count == self.after:
            self._cut()
        return answer

    def _cut(self) -> None:
        self.on_cut()
        raise CardError(_CUT)


@dataclass
class GarblingLine:
    """Hands each answer to a function of its number, which may return another."""

    garble: Callable[[int, bytes], bytes]
    count: int = 0

    def __call__(self, command: bytes, exchange: Callable[[bytes], bytes]) -> bytes:
        self.count += 1
        return self.garble(self.count, exchange(command))
