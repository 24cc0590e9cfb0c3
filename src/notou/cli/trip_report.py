"""A trip's plan as a document: how much data, which plans, what to do before leaving.

What may not enter: planning (notou.esim.trip), JSON (trip_fields).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from notou.cli.document import Block, Document, Grid, Lines, Section, Ticks
from notou.cli.facts import UNKNOWN, Footnotes, data_text, value_text
from notou.cli.plans import AT_QUOTA, euro_text, money_text, seen_text
from notou.cli.trip_steps import step_text
from notou.esim.catalogue.records import Audience, Operator
from notou.esim.trip.checklist import State
from notou.esim.trip.needs import (
    CALL_HOUR_BYTES,
    OVERHEAD_PERCENT,
    PHOTO_BYTES,
    VIDEO_MINUTE_BYTES,
    Origin,
    Part,
    PartKind,
)
from notou.esim.trip.offers import Doubt, Offer
from notou.esim.trip.plan import TripPlan
from notou.sentence import Sentence, say, say_count, say_each

KINDS = {
    PartKind.OWN_USE: say("Maps, messages, the web"),
    PartKind.CALLS: say("Calls over the Internet"),
    PartKind.SMALL: say("Backup of contacts, messages, documents"),
    PartKind.PHOTOS: say("Backup of photos"),
    PartKind.VIDEOS: say("Backup of videos"),
    PartKind.OTHER: say("Backup of other files"),
}
DOUBTS = {
    Doubt.DATA: say("how much data it has"),
    Doubt.VALIDITY: say("how long it lasts"),
    Doubt.REPEAT: say("whether it can be bought again"),
    Doubt.AUDIENCE: say("who can have it"),
    Doubt.PRICE: say("its price"),
}
OFFER_HEADS = [
    say("Plan"), say("Data"), say("How many"), say("Cost"), say("In euro"), say("At the quota"), say("Seen"),
    say("Source"),
]  # fmt: skip
DONE = {State.DONE: True, State.TO_DO: False, State.UNKNOWN: None}


def trip_document(plan: TripPlan, countries: Sequence[str], today: date) -> Document:
    """The document. ``countries`` are those the catalogue knows."""
    notes = Footnotes(today)
    sections = [
        Section(say("How much mobile data"), [_parts(plan), Lines(list(_need(plan)))]),
        Section(say("Plans"), list(_plans(plan, countries, notes, today))),
        Section(say("Before leaving"), list(_steps(plan))),
    ]
    sources = list(notes.lines())
    if sources:  # of a country that the catalogue does not know there are none
        sections.append(Section(say("Sources"), [Lines(sources)]))
    return Document(_title(plan), sections)


def _title(plan: TripPlan) -> Sentence:
    trip = plan.trip
    fields = {
        "country": trip.country,
        "first": trip.first_day.isoformat(),
        "last": trip.last_day.isoformat(),
    }
    if trip.audience is Audience.RESIDENT:
        return say("Trip to {country}, {first} to {last}, as a resident", **fields)
    return say("Trip to {country}, {first} to {last}, as a tourist", **fields)


def _steps(plan: TripPlan) -> Iterator[Block]:
    yield Ticks([(DONE[step.state], step_text(step, plan.standing)) for step in plan.steps])
    if plan.standing is None:
        yield Lines([say("What is done already, Notou ticks where --vault names your vault.")])


def _parts(plan: TripPlan) -> Grid:
    days = plan.trip.days
    heads = [
        say("Use"),
        say("A day"),
        say_count(days, "In {count} day", "In {count} days"),
        say("Waits for Wi-Fi"),
        say("Known from"),
    ]
    rows = [
        [
            KINDS[part.kind],
            data_text(part.bytes_a_day),
            data_text(part.bytes_a_day * days),
            say("can wait") if part.waits else say("no"),
            _origin(part),
        ]
        for part in plan.parts
    ]
    return Grid(heads, rows)


def _origin(part: Part) -> Sentence:
    if part.measured is not None:
        return say(
            "measured in your vault: backups {backups}, days {days}",
            backups=part.measured.backups,
            days=part.measured.span_days,
        )
    if part.amount is None:
        return say("assumed")
    figure = _figure(part)
    said = part.origin is Origin.SAID
    return say("you say: {figure}", figure=figure) if said else say("assumed: {figure}", figure=figure)


def _figure(part: Part) -> Sentence:
    amount = part.amount
    match part.kind:
        case PartKind.PHOTOS:
            return say("{amount} × {size} a photo", amount=amount, size=data_text(PHOTO_BYTES))
        case PartKind.VIDEOS:
            return say("{amount} × {size} a minute", amount=amount, size=data_text(VIDEO_MINUTE_BYTES))
        case PartKind.CALLS:
            return say("{amount} × {size} an hour", amount=amount, size=data_text(CALL_HOUR_BYTES))
        case _:
            return say("{amount} MB", amount=amount)


def _need(plan: TripPlan) -> Iterator[Sentence]:
    yield say("If what can wait is sent over Wi-Fi only: {size}.", size=data_text(plan.need.waiting_bytes))
    yield say("If everything is sent at once: {size}.", size=data_text(plan.need.all_bytes))
    yield say("Backups count {percent} % more, for what the line adds.", percent=OVERHEAD_PERCENT)
    if any(part.origin is Origin.ASSUMED for part in plan.parts):
        yield say(
            "What is assumed is a guess: say your own with --photos-a-day, --video-minutes-a-day, "
            "--calls-hours-a-day and --mb-a-day, or let --vault measure it."
        )


def _plans(plan: TripPlan, countries: Sequence[str], notes: Footnotes, today: date) -> Iterator[Block]:
    if not plan.known:
        known = ", ".join(countries)
        yield Lines(
            [
                say(
                    "The catalogue knows nothing of {country}; it knows {countries}.",
                    country=plan.trip.country,
                    countries=known,
                )
            ]
        )
        return
    yield Lines([_esim(operator, notes) for operator in plan.operators])
    if not plan.offers_all:
        yield Lines([say("The catalogue knows no plan that you could have.")])
        return
    yield Lines([say("What can wait goes over Wi-Fi only, {size}:", size=data_text(plan.need.waiting_bytes))])
    yield _offers(plan.offers_waiting, notes, today)
    yield Lines([say("Everything goes at once, {size}:", size=data_text(plan.need.all_bytes))])
    yield _offers(plan.offers_all, notes, today)
    yield Lines(list(_doubts((*plan.offers_waiting, *plan.offers_all))))


def _esim(operator: Operator, notes: Footnotes) -> Sentence:
    fields = {"operator": str(operator.name.value), "mark": notes.mark(operator.esim)}
    if operator.esim.value is None:
        return say("Whether {operator} sells eSIM, nobody says: count on a SIM card. {mark}", **fields)
    if operator.esim.value:
        return say("{operator} sells eSIM. {mark}", **fields)
    return say("{operator} sells no eSIM: you need a SIM card. {mark}", **fields)


def _offers(offers: Sequence[Offer], notes: Footnotes, today: date) -> Grid:
    return Grid(OFFER_HEADS, [_offer(offer, notes, today) for offer in offers])


def _offer(offer: Offer, notes: Footnotes, today: date) -> list[str]:
    plan = offer.plan
    return [
        str(plan.name.value),
        value_text(plan.data_bytes, data_text),
        _count(offer),
        UNKNOWN if offer.cost is None else money_text(offer.cost),
        UNKNOWN if offer.cost is None else euro_text(offer.cost),
        value_text(plan.at_quota, lambda what: AT_QUOTA[what]),
        seen_text(plan, today),
        notes.mark(plan.price, plan.data_bytes, plan.validity_days),
    ]


def _doubts(offers: Sequence[Offer]) -> Iterator[Sentence]:
    """What is not known of each plan, whatever it is wanted for."""
    by_plan: dict[str, set[Doubt]] = {}
    for offer in offers:
        by_plan.setdefault(str(offer.plan.name.value), set()).update(offer.doubts)
    for name, doubts in by_plan.items():
        if doubts:
            parts = [text for doubt, text in DOUBTS.items() if doubt in doubts]
            yield say("Not on record of {plan}: {doubts}.", plan=name, doubts=say_each(parts))


def _count(offer: Offer) -> Sentence:
    if offer.once_only:
        return say("not enough, and sold once only")
    return UNKNOWN if offer.count is None else say("{count}", count=offer.count)
