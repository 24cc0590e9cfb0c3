"""notou esim ask: what a name from an article or an advertisement really is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import click

from notou.cli.facts import Footnotes, fact_fields
from notou.cli.options import speaking
from notou.cli.screen import Screen
from notou.esim.catalogue.matching import Match, find_names
from notou.esim.catalogue.records import Catalogue, Fact, Name, NameKind, Operator
from notou.jobs.catalogue import load_catalogue
from notou.sentence import Sentence, say


@click.command()
@click.argument("question", nargs=-1, required=True)
@speaking
def ask(question: tuple[str, ...], screen: Screen) -> None:
    """Tell what a name that you read somewhere really is: notou esim ask Orange."""
    today = date.today()
    asked = " ".join(question)
    catalogue = load_catalogue(today, screen.report)
    found = find_names(catalogue, asked)
    notes = Footnotes(today)
    lines = [line for match in found for line in (*_lines(match, catalogue, notes), "")]
    answer = {"question": asked, "answers": [_fields(match) for match in found]}
    screen.result("answered", answer, [*lines, *notes.lines()] if found else [_nothing(asked, catalogue)])


def _nothing(asked: str, catalogue: Catalogue) -> Sentence:
    return say(
        "The catalogue knows nothing of “{asked}”, which does not say that it is not there. "
        "It knows names of {countries} only.",
        asked=asked,
        countries=", ".join(catalogue.countries),
    )


def _lines(match: Match, catalogue: Catalogue, notes: Footnotes) -> Iterator[Sentence]:
    if not match.exact:
        yield say("Did you mean {name}?", name=match.name)
    entry = match.entry
    if isinstance(entry, Operator):
        yield _operator_line(entry, notes)
        return
    yield _head(entry)
    yield _said(entry.truth, notes)
    for evidence in entry.evidence:
        yield _said(evidence, notes)
    operator = catalogue.of(entry.country).operator(entry.operator)
    if operator is not None and entry.kind not in (NameKind.OPERATOR, NameKind.BRAND):
        yield say(
            "  Turn to {operator} instead: 'notou esim plans {country}'.",
            operator=operator.name.value,
            country=entry.country,
        )


def _operator_line(operator: Operator, notes: Footnotes) -> Sentence:
    return say(
        "{name}: an operator in {country}; 'notou esim operators {country}' tells more. {mark}",
        name=operator.name.value,
        country=operator.country,
        mark=notes.mark(operator.name),
    )


def _said(fact: Fact[Sentence], notes: Footnotes) -> Sentence:
    return say("  {fact} {mark}", fact=fact.value, mark=notes.mark(fact))


def _head(name: Name) -> Sentence:
    fields = {"name": name.names[0], "country": name.country}
    match name.kind:
        case NameKind.OPERATOR:
            return say("{name}: an operator in {country}.", **fields)
        case NameKind.BRAND:
            return say("{name}: a brand of an operator in {country}.", **fields)
        case NameKind.FORMER_BRAND:
            return say("{name}: the former name of a brand in {country}.", **fields)
        case NameKind.OPERATOR_ELSEWHERE:
            return say("{name}: an operator of other countries, not of {country}.", **fields)
        case NameKind.NO_OPERATOR:
            return say("{name}: no operator of {country}.", **fields)
        case NameKind.NO_PRODUCT:
            return say("{name}: nothing that is sold in {country}.", **fields)


def _fields(match: Match) -> dict[str, Any]:
    entry = match.entry
    fields: dict[str, Any] = {
        "id": entry.id,
        "country": entry.country,
        "name": match.name,
        "exact": match.exact,
    }
    if isinstance(entry, Operator):
        return {**fields, "kind": "operator", "truth": None, "evidence": [], "operator": entry.id}
    return {
        **fields,
        "kind": entry.kind.value,
        "truth": fact_fields(entry.truth),
        "evidence": [fact_fields(each) for each in entry.evidence],
        "operator": entry.operator or None,
    }
