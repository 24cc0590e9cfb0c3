"""Which packs a partial read-data check reads: ``3/10``, ``5%`` or ``2G``. Pure.

What may not enter: reading; randomness is passed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import UsageError
from notou.sentence import say
from notou.upkeep.prune_plan import parse_size

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

_PART = re.compile(r"(\d{1,3})/(\d{1,3})")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)%")


@dataclass(frozen=True, slots=True)
class Subset:
    """``part`` of ``parts`` (by the first byte of the id), a random ``share``, or random ``size_bytes``."""

    part: int = 1
    parts: int = 1
    share: float | None = None
    size_bytes: int | None = None

    @classmethod
    def parse(cls, text: str) -> Subset:
        """Read ``n/t``, ``x%`` or a size; UsageError when it is none of them or out of range."""
        if match := _PART.fullmatch(text):
            part, parts = int(match[1]), int(match[2])
            if not 1 <= part <= parts <= 256:
                raise UsageError(
                    say("“{text}” is no part: write n/t with 1 ≤ n ≤ t ≤ 256, such as 1/10.", text=text)
                )
            return cls(part, parts)
        if match := _PERCENT.fullmatch(text):
            share = float(match[1]) / 100
            if not 0 < share <= 1:
                raise UsageError(
                    say("“{text}” is no share: write a percentage above 0 and up to 100.", text=text)
                )
            return cls(share=share)
        return cls(size_bytes=parse_size(text))

    def choose(self, packs: Mapping[bytes, int], random: Random) -> list[bytes]:
        """The ids to read out of ``packs`` (id → bytes), ascending; at least one where there are any."""
        ordered = sorted(packs)
        if self.share is None and self.size_bytes is None:
            return [id_ for id_ in ordered if id_[0] % self.parts == self.part - 1]
        shuffled = random.sample(ordered, len(ordered))
        if self.share is not None:
            return sorted(shuffled[: max(1, round(len(ordered) * self.share))])
        return sorted(_first_bytes(shuffled, packs, self.size_bytes or 0))


def _first_bytes(shuffled: list[bytes], packs: Mapping[bytes, int], limit: int) -> list[bytes]:
    chosen: list[bytes] = []
    taken = 0
    for id_ in shuffled:
        if chosen and taken + packs[id_] > limit:
            break
        chosen.append(id_)
        taken += packs[id_]
    return chosen
