"""Catalogue files put together: who comes later replaces entries of the same country and id.

What may not enter: where files are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from notou.esim.catalogue.records import Catalogue, Name, Operator, Plan
from notou.sentence import Sentence, say

Record = TypeVar("Record", Operator, Plan, Name)


def merge(catalogues: Iterable[Catalogue]) -> Catalogue:
    """All entries; a person's own, which come last, go before the shipped ones of the same id."""
    parts = list(catalogues)
    return Catalogue(
        _latest([each for part in parts for each in part.operators]),
        _latest([each for part in parts for each in part.plans]),
        _latest([each for part in parts for each in part.names]),
    )


def _latest(records: Sequence[Record]) -> tuple[Record, ...]:
    return tuple({(each.country, each.id): each for each in records}.values())


def without_strays(catalogue: Catalogue, file: str, known: Catalogue) -> tuple[Catalogue, list[Sentence]]:
    """The catalogue less what refers to operators that it and ``known`` lack; a fault for each."""
    operators = {(each.country, each.id) for part in (known, catalogue) for each in part.operators}
    faults: list[Sentence] = []

    def stands(entry: Plan | Name) -> bool:
        nobody = isinstance(entry, Name) and not entry.operator
        good = nobody or (entry.country, entry.operator) in operators
        if not good:
            faults.append(_stray(entry, file))
        return good

    plans = tuple(each for each in catalogue.plans if stands(each))
    names = tuple(each for each in catalogue.names if stands(each))
    return Catalogue(catalogue.operators, plans, names), faults


def _stray(entry: Plan | Name, file: str) -> Sentence:
    return say(
        "In {file}, entry {entry}, field “operator”: "
        "The catalogue has no operator “{operator}” in {country}.",
        file=file,
        entry=entry.id,
        operator=entry.operator,
        country=entry.country,
    )
