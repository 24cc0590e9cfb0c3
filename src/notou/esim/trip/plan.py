"""A trip's plan: everything that is said about it, as data.

What may not enter: how it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from notou.errors import UsageError
from notou.esim.catalogue.choosing import open_to
from notou.esim.catalogue.records import Audience, Catalogue, Operator
from notou.esim.trip.checklist import Step, steps_before
from notou.esim.trip.measure import measure
from notou.esim.trip.needs import Habits, Need, Part, need_of, parts_of
from notou.esim.trip.offers import Offer, offers_for
from notou.esim.trip.standing import Standing
from notou.sentence import say
from notou.vault.snapshot import Snapshot

MOST_DAYS = 366
MOST_AHEAD_DAYS = 5 * 366


@dataclass(frozen=True, slots=True)
class Trip:
    """Where, when, and as whom."""

    country: str
    first_day: date
    days: int
    audience: Audience

    @property
    def last_day(self) -> date:
        """The day of going home."""
        return self.first_day + timedelta(self.days - 1)


@dataclass(frozen=True, slots=True)
class TripPlan:
    """``known``: whether the catalogue knows the country. Offers are for waiting for Wi-Fi, and for not."""

    trip: Trip
    parts: tuple[Part, ...]
    need: Need
    known: bool
    operators: tuple[Operator, ...]
    offers_waiting: tuple[Offer, ...]
    offers_all: tuple[Offer, ...]
    steps: tuple[Step, ...]
    standing: Standing | None


def plan_trip(
    trip: Trip,
    habits: Habits,
    catalogue: Catalogue,
    snapshots: Sequence[Snapshot],
    standing: Standing | None,
) -> TripPlan:
    """The plan of a trip that ``check_trip`` took."""
    parts = parts_of(habits, measure(snapshots))
    need = need_of(parts, trip.days)
    there = catalogue.of(trip.country)
    plans = open_to(there.plans, trip.audience)
    return TripPlan(
        trip=trip,
        parts=parts,
        need=need,
        known=trip.country in catalogue.countries,
        operators=there.operators,
        offers_waiting=offers_for(plans, need.waiting_bytes, trip.days),
        offers_all=offers_for(plans, need.all_bytes, trip.days),
        steps=steps_before(trip.first_day, standing),
        standing=standing,
    )


def check_trip(trip: Trip, today: date) -> None:
    """UsageError where it has begun, is too far ahead, or lasts no time or too long."""
    if not 1 <= trip.days <= MOST_DAYS:
        raise UsageError(
            say("A trip of {days} days cannot be planned; give 1 to {most}.", days=trip.days, most=MOST_DAYS)
        )
    if trip.first_day < today:
        raise UsageError(
            say(
                "The trip would begin on {day}, which is past; today is {today}.",
                day=trip.first_day.isoformat(),
                today=today.isoformat(),
            )
        )
    if (trip.first_day - today).days > MOST_AHEAD_DAYS:
        raise UsageError(
            say(
                "The trip would begin on {day}, too far ahead for anything known today to hold.",
                day=trip.first_day.isoformat(),
            )
        )
