"""notou esim operators: who runs mobile service in a country."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import click

from notou.cli.facts import ANSWERS, Footnotes, country_code, fact_fields, known_of, value_text
from notou.cli.options import speaking
from notou.cli.screen import Screen
from notou.esim.catalogue.records import Operator
from notou.jobs.catalogue import load_catalogue
from notou.sentence import Sentence, say


@click.command()
@click.argument("country", required=False, type=country_code)
@speaking
def operators(country: str | None, screen: Screen) -> None:
    """Tell which operators there are in COUNTRY (two letters, such as NC), or in all the catalogue knows."""
    today = date.today()
    known = known_of(load_catalogue(today, screen.report), country)
    notes = Footnotes(today)
    if screen.manner.json:
        for operator in known.operators:
            screen.result("operator", _fields(operator), [])
    else:
        lines = [line for operator in known.operators for line in (*_lines(operator, notes), "")]
        screen.result("", {}, [*lines, *notes.lines()])


def _lines(operator: Operator, notes: Footnotes) -> Iterator[Sentence]:
    yield say(
        "{name} ({country}) {mark}",
        name=operator.name.value, country=operator.country, mark=notes.mark(operator.name),
    )  # fmt: skip
    for label, fact, value in _rows(operator):
        yield say("  {label}: {value} {mark}", label=label, value=value, mark=notes.mark(fact))
    for note in operator.notes:
        yield say("  {note} {mark}", note=note.value, mark=notes.mark(note))


def _rows(operator: Operator) -> Iterator[tuple[Sentence, Any, str]]:
    yield say("Role"), operator.role, value_text(operator.role)
    yield say("Mobile service is called"), operator.brand, value_text(operator.brand)
    yield say("Formerly called"), operator.former_brand, value_text(operator.former_brand)
    yield say("Network code"), operator.network_code, value_text(operator.network_code)
    yield say("Numbers"), operator.calling_code, _numbers(operator)
    yield say("Sells eSIM"), operator.esim, value_text(operator.esim, lambda sells: ANSWERS[sells])


def _numbers(operator: Operator) -> str:
    code, digits = operator.calling_code.value, operator.number_digits.value
    if code is None or digits is None:
        return value_text(operator.calling_code)
    return say("{code} and {digits} digits", code=code, digits=digits)


def _fields(operator: Operator) -> dict[str, Any]:
    return {
        "id": operator.id,
        "country": operator.country,
        "name": fact_fields(operator.name),
        "brand": fact_fields(operator.brand),
        "former_brand": fact_fields(operator.former_brand),
        "role": fact_fields(operator.role),
        "network_code": fact_fields(operator.network_code),
        "calling_code": fact_fields(operator.calling_code),
        "number_digits": fact_fields(operator.number_digits, int),
        "esim": fact_fields(operator.esim, bool),
        "notes": [fact_fields(note) for note in operator.notes],
    }
