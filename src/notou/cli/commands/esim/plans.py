"""notou esim plans: what operators sell, as far as it is on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import click

from notou.cli.facts import Footnotes, country_code, known_of
from notou.cli.layout import Line, Table
from notou.cli.options import speaking
from notou.cli.plans import PLAN_HEADS, plan_facts, plan_fields, plan_row
from notou.cli.screen import Screen
from notou.errors import UsageError
from notou.esim.catalogue.choosing import open_to
from notou.esim.catalogue.records import Audience, Fact, Plan
from notou.jobs.catalogue import load_catalogue
from notou.sentence import Sentence, say, say_apart


@click.command()
@click.argument("country", required=False, type=country_code)
@click.option("--resident", is_flag=True, help="Leave out plans that only tourists can have.")
@click.option("--tourist", is_flag=True, help="Leave out plans that only residents can have.")
@speaking
def plans(country: str | None, resident: bool, tourist: bool, screen: Screen) -> None:
    """Tell which plans are known in COUNTRY (two letters, such as NC), at what price, and since when."""
    if resident and tourist:
        raise UsageError(say("Both --resident and --tourist are given; keep one, or none for all plans."))
    today = date.today()
    wanted = Audience.RESIDENT if resident else Audience.TOURIST if tourist else None
    known = open_to(known_of(load_catalogue(today, screen.report), country).plans, wanted)
    if screen.manner.json:
        for plan in known:
            screen.result("plan", plan_fields(plan, today), [])
    else:
        screen.result("", {}, _lines(known, today))


def _lines(known: tuple[Plan, ...], today: date) -> list[Line]:
    if not known:
        return [say("The catalogue knows no such plan.")]
    notes = Footnotes(today)
    rows = [plan_row(plan, notes, today) for plan in known]
    return [Table(PLAN_HEADS, rows), "", *_remarks(known, notes), "", *notes.lines()]


def _remarks(known: Iterable[Plan], notes: Footnotes) -> Iterator[Sentence]:
    """What is said of plans beside the table; what is said of several, once."""
    by_remark: dict[Fact[Sentence], list[str]] = {}
    for plan in known:
        for fact in plan_facts(plan):
            by_remark.setdefault(fact, []).append(str(plan.name.value))
    for fact, names in by_remark.items():
        yield say(
            "{plans}: {remark} {mark}", plans=say_apart(names), remark=fact.value, mark=notes.mark(fact)
        )
