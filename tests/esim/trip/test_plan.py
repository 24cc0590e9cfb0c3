"""A trip's plan: never less data for more days, plans that cover what they are chosen for, steps as seen."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.errors import UsageError
from notou.esim.catalogue.choosing import open_to
from notou.esim.catalogue.money import in_euro
from notou.esim.catalogue.observed import observed
from notou.esim.catalogue.records import Audience, Catalogue, Certainty, Fact, Money, Plan, Source, T
from notou.esim.catalogue.values import sentence
from notou.esim.trip.checklist import State, StepKind, steps_before
from notou.esim.trip.measure import DAY_NS, Measured
from notou.esim.trip.needs import Habits, Origin, PartKind, need_of, parts_of
from notou.esim.trip.offers import Doubt, offers_for
from notou.esim.trip.plan import MOST_AHEAD_DAYS, Trip, check_trip, plan_trip
from notou.esim.trip.standing import Place, Standing, standing_of
from notou.model import Lane
from notou.vault.snapshot import Snapshot, lane_tags

TODAY = date(2026, 11, 27)
SOURCE = Source(sentence("A shop"), "", observed("2026"), Certainty.REPORTED)


def fact(value: T | None) -> Fact[T]:
    return Fact(value, SOURCE, SOURCE.observed_on, SOURCE.certainty)


def a_plan(
    data: int | None = 10**9,
    days: int | None = 30,
    price: int | None = 1000,
    repeatable: bool | None = True,
    audience: Audience | None = Audience.ANYONE,
    name: str = "One",
) -> Plan:
    return Plan(
        id=name.lower(), country="NC", operator="opt-nc", name=fact(sentence(name)),
        price=fact(None if price is None else Money(Decimal(price), "XPF")), data_bytes=fact(data),
        validity_days=fact(days), at_quota=fact(None), speed_mbit_s=fact(None), esim=fact(None),
        audience=fact(audience), repeatable=fact(repeatable), sold_at=fact(None), notes=(),
    )  # fmt: skip


SOME = st.one_of(st.none(), st.integers(1, 10**12))
PLANS = st.lists(
    st.builds(
        a_plan, SOME, st.one_of(st.none(), st.integers(1, 400)), st.one_of(st.none(), st.integers(0, 10**6)),
        st.one_of(st.none(), st.booleans()), st.one_of(st.none(), st.sampled_from(Audience)),
    ),
    max_size=6,
)  # fmt: skip
AMOUNTS = st.one_of(st.none(), st.decimals(0, 1000, allow_nan=False, places=2))
HABITS = st.builds(Habits, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
MEASURED = st.dictionaries(
    st.sampled_from(Lane),
    st.builds(Measured, st.integers(0, 10**13), st.integers(DAY_NS, 90 * DAY_NS), st.integers(1, 99)),
)
DAYS = st.integers(1, 366)


@given(HABITS, MEASURED, DAYS, DAYS)
def test_more_days_never_need_less(
    habits: Habits, measured: dict[Lane, Measured], one: int, other: int
) -> None:
    parts = parts_of(habits, measured)
    short, long = need_of(parts, min(one, other)), need_of(parts, max(one, other))
    assert short.waiting_bytes <= long.waiting_bytes
    assert short.all_bytes <= long.all_bytes
    assert short.waiting_bytes <= short.all_bytes


@given(HABITS, MEASURED, st.sampled_from(["photos", "video_minutes", "call_hours", "own_use_mb"]))
def test_who_says_a_larger_figure_needs_no_less(
    habits: Habits, measured: dict[Lane, Measured], which: str
) -> None:
    fields = {name: getattr(habits, name) for name in ("photos", "video_minutes", "call_hours", "own_use_mb")}
    said = fields[which] or Decimal(0)
    needs = [
        need_of(parts_of(Habits(**{**fields, which: amount}), measured), 7).all_bytes
        for amount in (said, said + 1)
    ]
    assert needs[0] <= needs[1]


def test_what_is_said_goes_before_what_was_measured_and_that_before_guesses() -> None:
    measured = {Lane.PHOTOS: Measured(10**9, 10 * DAY_NS, 3), Lane.VIDEOS: Measured(10**10, 10 * DAY_NS, 3)}
    parts = {part.kind: part for part in parts_of(Habits(photos=Decimal(10)), measured)}
    assert (parts[PartKind.PHOTOS].origin, parts[PartKind.PHOTOS].bytes_a_day) == (Origin.SAID, 44 * 10**6)
    assert (parts[PartKind.VIDEOS].origin, parts[PartKind.VIDEOS].bytes_a_day) == (
        Origin.MEASURED,
        1_100_000_000,
    )
    assert parts[PartKind.SMALL].origin is Origin.ASSUMED
    assert PartKind.OTHER not in parts


def test_only_pictures_films_and_other_files_wait_for_wifi() -> None:
    parts = parts_of(Habits(), {Lane.OTHER: Measured(5, DAY_NS, 1)})
    assert {part.kind for part in parts if part.waits} == {PartKind.PHOTOS, PartKind.VIDEOS, PartKind.OTHER}


@given(PLANS, st.integers(0, 10**13), DAYS)
def test_a_plan_that_is_chosen_covers_the_need_and_one_fewer_would_not(
    plans: list[Plan], need: int, days: int
) -> None:
    offers = offers_for(plans, need, days)
    assert len(offers) == len(plans)
    for offer in offers:
        data, validity = offer.plan.data_bytes.value, offer.plan.validity_days.value
        assert offer.covers == (data is not None and not offer.once_only)
        if offer.count is None:
            continue
        assert data is not None
        assert offer.count * data >= need
        assert validity is None or offer.count * validity >= days
        fewer = offer.count - 1
        assert not fewer or fewer * data < need or (validity is not None and fewer * validity < days)
        assert offer.count == 1 or offer.plan.repeatable.value is not False


@given(PLANS, st.integers(0, 10**13), DAYS)
def test_what_covers_comes_first_and_the_cheapest_of_it(plans: list[Plan], need: int, days: int) -> None:
    offers = offers_for(plans, need, days)
    assert [offer.covers for offer in offers] == sorted((offer.covers for offer in offers), reverse=True)
    costs = [in_euro(offer.cost) for offer in offers if offer.covers and offer.cost is not None]
    assert costs == sorted(costs)


@given(PLANS, st.integers(0, 10**12), DAYS, DAYS)
def test_more_days_never_cost_less(plans: list[Plan], a_day: int, one: int, other: int) -> None:
    def costs(days: int) -> dict[int, Decimal | None]:
        offers = offers_for(plans, a_day * days, days)
        return {id(offer.plan): offer.cost.amount if offer.cost else None for offer in offers}

    short, long = costs(min(one, other)), costs(max(one, other))
    for plan, cost in long.items():
        before = short[plan]
        assert cost is None or (before is not None and before <= cost)


@pytest.mark.parametrize(
    ("plan", "count", "cost", "doubts"),
    [
        (a_plan(), 3, 3000, ()),
        (a_plan(days=5), 3, 3000, ()),
        (a_plan(days=2), 5, 5000, ()),
        (a_plan(price=None), 3, None, (Doubt.PRICE,)),
        (a_plan(data=None), None, None, (Doubt.DATA,)),
        (a_plan(repeatable=None), 3, 3000, (Doubt.REPEAT,)),
        (a_plan(repeatable=None, data=10**10), 1, 1000, ()),
        (a_plan(days=None, audience=None), 3, 3000, (Doubt.VALIDITY, Doubt.AUDIENCE)),
    ],
)
def test_what_is_not_on_record_is_a_doubt(
    plan: Plan, count: int | None, cost: int | None, doubts: tuple[Doubt, ...]
) -> None:
    (offer,) = offers_for([plan], 25 * 10**8, 9)
    assert (offer.count, offer.cost.amount if offer.cost else None, offer.doubts) == (count, cost, doubts)


def test_a_plan_that_is_sold_once_does_not_cover_what_needs_two() -> None:
    (offer,) = offers_for([a_plan(repeatable=False)], 2 * 10**9, 9)
    assert (offer.covers, offer.once_only, offer.cost) == (False, True, None)


def test_a_tourist_is_offered_no_plan_for_residents() -> None:
    plans = [a_plan(audience=who) for who in (Audience.RESIDENT, Audience.TOURIST, Audience.ANYONE, None)]
    assert open_to(plans, Audience.TOURIST) == tuple(plans[1:])
    assert open_to(plans, Audience.RESIDENT) == (plans[0], *plans[2:])
    assert open_to(plans, None) == tuple(plans)


@pytest.mark.parametrize(
    ("first_day", "days", "sentence"),
    [
        (TODAY, 0, "A trip of 0 days cannot be planned; give 1 to 366."),
        (TODAY, 367, "A trip of 367 days cannot be planned"),
        (TODAY, -1, "A trip of -1 days"),
        (TODAY - timedelta(1), 5, "would begin on 2026-11-26, which is past; today is 2026-11-27."),
        (TODAY + timedelta(MOST_AHEAD_DAYS + 1), 5, "too far ahead"),
        (date.max, 366, "too far ahead"),
    ],
)
def test_a_trip_that_cannot_be_is_refused(first_day: date, days: int, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        check_trip(Trip("NC", first_day, days, Audience.TOURIST), TODAY)


@pytest.mark.parametrize("days", [1, 366])
def test_a_trip_of_a_day_or_a_year_from_today_on_is_taken(days: int) -> None:
    trip = Trip("NC", TODAY, days, Audience.TOURIST)
    check_trip(trip, TODAY)
    assert (trip.last_day - trip.first_day).days == days - 1


def test_of_a_country_it_does_not_know_the_need_is_told_and_no_plan() -> None:
    made = plan_trip(Trip("FR", TODAY, 5, Audience.TOURIST), Habits(), Catalogue(plans=(a_plan(),)), [], None)
    assert not made.known
    assert made.offers_all == ()
    assert made.need.all_bytes > 0


def taken_on(day: int, lane: Lane = Lane.PHOTOS) -> Snapshot:
    at_ns = (date(2026, 11, day) - date(1970, 1, 1)).days * DAY_NS + 12 * 3600 * 10**9
    summary = {"data_added_packed": 70, "total_bytes_processed": 100}
    return Snapshot(at_ns, bytes(32), ("/home",), tags=lane_tags(lane, partial=False), summary=summary)


def standing(*snapshots: Snapshot, silent: int = 0, places: int = 2) -> Standing:
    named = [Place(f"/{number}", "away" if number < silent else "") for number in range(places)]
    return standing_of(named, snapshots)


@pytest.mark.parametrize(
    ("seen", "kind", "state"),
    [
        (standing(), StepKind.FIRST_BACKUP, State.TO_DO),
        (standing(taken_on(1)), StepKind.FIRST_BACKUP, State.DONE),
        (standing(taken_on(1)), StepKind.FRESH_BACKUP, State.TO_DO),
        (standing(taken_on(26)), StepKind.FRESH_BACKUP, State.DONE),
        (standing(), StepKind.FRESH_BACKUP, State.TO_DO),
        (standing(), StepKind.SECOND_PLACE, State.DONE),
        (standing(silent=1), StepKind.SECOND_PLACE, State.TO_DO),
        (standing(places=1), StepKind.SECOND_PLACE, State.TO_DO),
        (standing(silent=1, places=3), StepKind.SECOND_PLACE, State.TO_DO),
        (standing(taken_on(1)), StepKind.CODES_SAVED, State.TO_DO),
        (standing(taken_on(1, Lane.WALLET)), StepKind.CODES_SAVED, State.DONE),
        (standing(taken_on(26)), StepKind.KIT_PRINTED, State.UNKNOWN),
    ],
)
def test_a_step_is_done_when_the_vault_shows_it(seen: Standing, kind: StepKind, state: State) -> None:
    steps = {step.kind: step.state for step in steps_before(date(2026, 12, 1), seen)}
    assert steps[kind] is state


def test_without_a_vault_nothing_is_claimed() -> None:
    steps = steps_before(TODAY, None)
    assert [step.kind for step in steps] == list(StepKind)
    assert {step.state for step in steps} == {State.UNKNOWN}


def test_the_size_of_a_full_backup_is_that_of_its_newest_classes_together() -> None:
    seen = standing(taken_on(1), taken_on(2), taken_on(2, Lane.VIDEOS))
    assert seen.whole_bytes == 200
    assert seen.first is not None
    assert seen.first.bytes_stored == 140
