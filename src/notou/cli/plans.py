"""Plans as several commands show them: as fields of a JSON line, and as words.

What may not enter: which ones are shown.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from notou.cli.facts import ANSWERS, Footnotes, data_text, fact_fields, value_text
from notou.esim.catalogue.money import in_euro
from notou.esim.catalogue.records import AtQuota, Audience, Fact, Money, Plan
from notou.sentence import Sentence, say, say_count

PLAN_HEADS: list[str] = [
    say("Plan"), say("Price"), say("In euro"), say("Data"), say("Valid"), say("At the quota"), say("eSIM"),
    say("For"), say("Seen"), say("Source"),
]  # fmt: skip
AT_QUOTA = {
    AtQuota.SLOWED: say("slowed"),
    AtQuota.STOPPED: say("stopped"),
    AtQuota.CHARGED: say("charged"),
}
AUDIENCES = {
    Audience.RESIDENT: say("residents"),
    Audience.TOURIST: say("tourists"),
    Audience.ANYONE: say("anyone"),
}


def plan_row(plan: Plan, notes: Footnotes, today: date) -> list[str]:
    """One plan for a table with PLAN_HEADS."""
    return [
        str(plan.name.value),
        value_text(plan.price, money_text),
        value_text(plan.price, euro_text),
        value_text(plan.data_bytes, data_text),
        value_text(plan.validity_days, days_text),
        value_text(plan.at_quota, lambda what: AT_QUOTA[what]),
        value_text(plan.esim, lambda sold: ANSWERS[sold]),
        value_text(plan.audience, lambda who: AUDIENCES[who]),
        seen_text(plan, today),
        notes.mark(*plan.facts),
    ]


def plan_facts(plan: Plan) -> tuple[Fact[Sentence], ...]:
    """What is said of a plan in sentences."""
    sold = (plan.sold_at,) if plan.sold_at.value is not None else ()
    return (*sold, *plan.notes)


def money_text(money: Money) -> Sentence:
    """``5,900 XPF``."""
    whole = int(money.amount) if money.amount == int(money.amount) else money.amount
    return say("{amount} {currency}", amount=whole, currency=money.currency)


def euro_text(money: Money) -> Sentence:
    """``49.44 EUR``."""
    return say("{amount} {currency}", amount=in_euro(money), currency="EUR")


def days_text(days: int) -> Sentence:
    """``90 days``."""
    return say_count(days, "{count} day", "{count} days")


def seen_text(plan: Plan, today: date) -> Sentence:
    """Since when the plan's price is on record, or the plan where no price is; whether that is old."""
    seen = (plan.price if plan.price.value is not None else plan.name).observed_on
    return say("{day} (old)", day=seen.text) if seen.old(today) else say("{day}", day=seen.text)


def plan_fields(plan: Plan, today: date) -> dict[str, Any]:
    """One plan for a JSON line; amounts are exact decimals, as text."""
    return {
        "id": plan.id,
        "country": plan.country,
        "operator": plan.operator,
        "name": fact_fields(plan.name),
        "price": fact_fields(plan.price, lambda money: str(money.amount)),
        "currency": plan.price.value.currency if plan.price.value else None,
        "price_eur": str(in_euro(plan.price.value)) if plan.price.value else None,
        "data_bytes": fact_fields(plan.data_bytes, int),
        "validity_days": fact_fields(plan.validity_days, int),
        "at_quota": fact_fields(plan.at_quota),
        "speed_mbit_s": fact_fields(plan.speed_mbit_s),
        "esim": fact_fields(plan.esim, bool),
        "audience": fact_fields(plan.audience),
        "repeatable": fact_fields(plan.repeatable, bool),
        "sold_at": fact_fields(plan.sold_at),
        "notes": [fact_fields(note) for note in plan.notes],
        "old": any(fact.observed_on.old(today) for fact in plan.facts),
    }
