"""Names in a question found in the catalogue, however they are spelt there.

Case, accents and what is neither letter nor digit do not count; a slip of the keyboard is forgiven.
What may not enter: what is said about what was found.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from notou.esim.catalogue.records import Catalogue, Name, Operator

MOST_QUESTION_CHARS = 200
_CLOSE_ENOUGH = 0.8
_LEAST_FORGIVEN_CHARS = 5
"""A slip in a shorter name makes another name: OPT is not OTP."""

Entry = Name | Operator
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """An entry meant; ``name`` is how the catalogue writes it, ``exact`` whether the question does too."""

    entry: Entry
    name: str
    exact: bool


def find_names(catalogue: Catalogue, question: str) -> list[Match]:
    """What the question names: the longest names that stand in it, else those it comes close to.

    An operator that no Name entry speaks of is found by its own name and brands.
    """
    asked = words(question[:MOST_QUESTION_CHARS])
    spelt = [(words(name), name, entry) for entry, names in _spellings(catalogue) for name in names]
    inside = [(each, name, entry) for each, name, entry in spelt if _holds(asked, each)]
    longest = [
        (each, name, entry)
        for each, name, entry in inside
        if not any(len(other) > len(each) and _holds(other, each) for other, _, _ in inside)
    ]
    return _once(Match(entry, name, exact=True) for _, name, entry in longest) or _close(asked, spelt)


def words(text: str) -> Words:
    """``("helia", "by", "opt", "nc")`` of ``Hélia by OPT-NC``."""
    plain = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return tuple("".join(char if char.isalnum() else " " for char in plain).casefold().split())


def _spellings(catalogue: Catalogue) -> list[tuple[Entry, tuple[str, ...]]]:
    named: list[tuple[Entry, tuple[str, ...]]] = [(each, each.names) for each in catalogue.names]
    taken = {words(name) for _, names in named for name in names}
    for operator in catalogue.operators:
        facts = (operator.name, operator.brand, operator.former_brand)
        own = tuple(fact.value for fact in facts if fact.value is not None and words(fact.value) not in taken)
        named.append((operator, own))
    return named


def _holds(text: Words, name: Words) -> bool:
    """Whether the words of the name stand in the text side by side, or the two are one apart from blanks."""
    steps = range(len(text) - len(name) + 1) if name else ()
    return any(text[step : step + len(name)] == name for step in steps) or (
        bool(name) and "".join(text) == "".join(name)
    )


def _close(asked: Words, spelt: list[tuple[Words, str, Entry]]) -> list[Match]:
    joined = "".join(asked)
    likely = [
        (difflib.SequenceMatcher(None, joined, "".join(each)).ratio(), name, entry)
        for each, name, entry in spelt
        if min(len(joined), len("".join(each))) >= _LEAST_FORGIVEN_CHARS
    ]
    likely = [each for each in likely if each[0] >= _CLOSE_ENOUGH]
    best = max((ratio for ratio, _, _ in likely), default=0.0)
    return _once(Match(entry, name, exact=False) for ratio, name, entry in likely if ratio == best)


def _once(matches: Iterable[Match]) -> list[Match]:
    found: dict[tuple[str, str], Match] = {}
    for match in matches:
        found.setdefault((match.entry.country, match.entry.id), match)
    return list(found.values())
