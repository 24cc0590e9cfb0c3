"""Which plans somebody can have.

What may not enter: which of them would do (notou.esim.trip).
"""

from __future__ import annotations

from collections.abc import Iterable

from notou.esim.catalogue.records import Audience, Plan


def open_to(plans: Iterable[Plan], audience: Audience | None) -> tuple[Plan, ...]:
    """The plans such a person can have, those of unknown audience too. None asks for all."""
    return tuple(
        plan for plan in plans if audience is None or plan.audience.value in (None, Audience.ANYONE, audience)
    )
