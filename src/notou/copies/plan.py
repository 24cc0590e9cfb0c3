"""What must be done so that every copy holds what any of them holds. Pure: listings in, steps out.

The union is what counts: a snapshot forgotten at one copy while another was away comes back from that
other, with the packs it needs. Losing a decision to forget costs another ``forget``; losing a snapshot
because one copy lacked it could not be made good.

What may not enter: reading or writing anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notou.copies.holdings import SENT_KINDS, Holdings
from notou.model import ObjectName


@dataclass(frozen=True, slots=True)
class Step:
    """One object that one copy lacks, or holds in another size than another copy.

    ``sources`` are numbers of the copies that hold it, those with its largest size first; ``most`` is that
    size. ``own_size`` is the size in which the copy itself holds it, None when it lacks it: where sizes
    differ, the bytes decide who is right, and the others are replaced.
    """

    name: ObjectName
    most: int
    sources: tuple[int, ...]
    own_size: int | None


def plan_for(number: int, holdings: Sequence[Holdings | None]) -> list[Step]:
    """What the copy ``number`` lacks, packs, then indexes, then snapshots; None stands for a failed copy."""
    steps: list[Step] = []
    for kind in SENT_KINDS:
        for object_id in sorted({each for held in holdings if held for each in held.of(kind)}):
            step = _step(ObjectName(kind, object_id), number, holdings)
            if step is not None:
                steps.append(step)
    return steps


def _step(name: ObjectName, number: int, holdings: Sequence[Holdings | None]) -> Step | None:
    sizes = {
        copy: held.of(name.kind)[name.id]
        for copy, held in enumerate(holdings)
        if held is not None and name.id in held.of(name.kind)
    }
    if number in sizes and len(set(sizes.values())) == 1:
        return None
    sources = sorted(sizes, key=lambda copy: (-sizes[copy], copy))
    return Step(name, max(sizes.values()), tuple(sources), sizes.get(number))
