"""Which plans cover a need: how many of each, what they cost together, and what is not known about that.

Data is taken to be used evenly over the trip, one plan after another. What may not enter: how it is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from notou.esim.catalogue.money import in_euro, times
from notou.esim.catalogue.records import Money, Plan


class Doubt(StrEnum):
    """What is not on record, so that the offer holds only if it is as hoped."""

    DATA = "data_unknown"
    VALIDITY = "validity_unknown"
    REPEAT = "repeat_unknown"
    AUDIENCE = "audience_unknown"
    PRICE = "price_unknown"


@dataclass(frozen=True, slots=True)
class Offer:
    """So many of a plan, one after another.

    ``count`` is None where it cannot be told, or no count would do; ``cost`` where it is not known.
    ``once_only``: one is not enough, and it cannot be had again.
    """

    plan: Plan
    count: int | None
    cost: Money | None
    once_only: bool
    doubts: tuple[Doubt, ...]

    @property
    def covers(self) -> bool:
        """Whether it does as far as is known."""
        return self.count is not None


def offers_for(plans: Iterable[Plan], need_bytes: int, days: int) -> tuple[Offer, ...]:
    """Every plan: those that cover the need, the cheapest first and unknown prices last; then the others."""
    return tuple(sorted((_offer(plan, need_bytes, days) for plan in plans), key=_rank))


def _offer(plan: Plan, need_bytes: int, days: int) -> Offer:
    data, validity = plan.data_bytes.value, plan.validity_days.value
    if data is None:
        return Offer(plan, None, None, once_only=False, doubts=_doubts(plan, 1))
    count = max(1, -(-need_bytes // data), 1 if validity is None else -(-days // validity))
    if count > 1 and plan.repeatable.value is False:
        return Offer(plan, None, None, once_only=True, doubts=_doubts(plan, 1))
    price = plan.price.value
    cost = None if price is None else times(price, count)
    return Offer(plan, count, cost, once_only=False, doubts=_doubts(plan, count))


def _doubts(plan: Plan, count: int) -> tuple[Doubt, ...]:
    unknown = {
        Doubt.DATA: plan.data_bytes.value is None,
        Doubt.VALIDITY: plan.validity_days.value is None,
        Doubt.REPEAT: count > 1 and plan.repeatable.value is None,
        Doubt.AUDIENCE: plan.audience.value is None,
        Doubt.PRICE: plan.price.value is None,
    }
    return tuple(doubt for doubt, holds in unknown.items() if holds)


def _rank(offer: Offer) -> tuple[bool, bool, object, int]:
    cost = offer.cost
    return not offer.covers, cost is None, in_euro(cost) if cost is not None else 0, offer.count or 0
