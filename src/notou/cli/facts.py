"""Facts of the catalogue as people and programs read them: the value with its source, day and certainty.

What may not enter: which facts are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import click

from notou.errors import NotFoundError
from notou.esim.catalogue.records import Catalogue, Certainty, Fact, Source
from notou.sentence import Sentence, say

T = TypeVar("T")
_UNITS = ((say("TB"), 10**12), (say("GB"), 10**9), (say("MB"), 10**6), (say("kB"), 10**3))

UNKNOWN = say("unknown")
ANSWERS = {True: say("yes"), False: say("no")}
CERTAINTIES = {
    Certainty.CONFIRMED: say("confirmed"),
    Certainty.REPORTED: say("reported"),
    Certainty.INFERRED: say("inferred"),
}


def country_code(text: str) -> str:
    """Two letters of ISO 3166, in either case. For click's ``type=``."""
    code = text.upper()
    if len(code) != 2 or not (code.isascii() and code.isalpha()):
        raise click.BadParameter(
            say("“{text}” is no country: give two letters of ISO 3166, such as NC.", text=text)
        )
    return code


def known_of(catalogue: Catalogue, country: str | None) -> Catalogue:
    """What the catalogue knows of a country, or all of it. NotFoundError when that is nothing."""
    if country is None:
        return catalogue
    if country not in catalogue.countries:
        raise NotFoundError(
            say(
                "The catalogue knows nothing of {country}; it knows {countries}. "
                "A file of your own can add to it: 'notou esim catalogue check' tells where it goes.",
                country=country,
                countries=", ".join(catalogue.countries),
            )
        )
    return catalogue.of(country)


def data_text(size: int) -> Sentence:
    """Bytes as operators count them, in thousands: ``500 MB``, ``1.5 GB``."""
    unit, factor = next(((unit, factor) for unit, factor in _UNITS if size >= factor), _UNITS[-1])
    tenths = round(size * 10 / factor)
    number = Decimal(tenths) / 10 if tenths % 10 else tenths // 10
    return say("{number} {unit}", number=number, unit=unit)


def value_text(fact: Fact[T], text: Callable[[T], str] = str) -> str:
    """The value, or that it is unknown."""
    return UNKNOWN if fact.value is None else text(fact.value)


def fact_fields(fact: Fact[T], value: Callable[[T], Any] = str) -> dict[str, Any]:
    """One fact for a JSON line; the value is null where it is unknown."""
    return {
        "value": None if fact.value is None else value(fact.value),
        "source": fact.source.title,
        "url": fact.source.url or None,
        "observed_on": fact.observed_on.text,
        "certainty": fact.certainty.value,
    }


class Footnotes:
    """Numbers for the sources of what is shown, each listed once below it."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._seen: dict[tuple[Source, str, Certainty], int] = {}
        self.any_old = False

    def mark(self, *facts: Fact[Any]) -> str:
        """``[1]`` or ``[1][3]``: where the facts are from."""
        numbers = {self._number(fact) for fact in facts}
        return "".join(f"[{number}]" for number in sorted(numbers))

    def _number(self, fact: Fact[Any]) -> int:
        self.any_old = self.any_old or fact.observed_on.old(self._today)
        key = fact.source, fact.observed_on.text, fact.certainty
        return self._seen.setdefault(key, len(self._seen) + 1)

    def lines(self) -> Iterable[Sentence]:
        """The list of sources, and what to think of old ones."""
        for (source, seen, certainty), number in self._seen.items():
            line = say(
                "[{number}] {title}; seen {seen}, {certainty}.",
                number=number,
                title=source.title,
                seen=seen,
                certainty=CERTAINTIES[certainty],
            )
            yield say("{source} {url}", source=line, url=source.url) if source.url else line
        if self.any_old:
            yield say(
                "Some of this was seen more than a year ago: ask what is true today before you rely on it."
            )
