"""What the catalogue holds: facts with their sources, operators, plans, and names that people look for.

What may not enter: reading files, wording for the screen, arithmetic with prices (money).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from notou.esim.catalogue.observed import Observed
from notou.sentence import Sentence

T = TypeVar("T", covariant=True)


class Certainty(StrEnum):
    """How sure a fact is: who says so."""

    CONFIRMED = "confirmed"  # the operator itself, the state, a standard
    REPORTED = "reported"  # somebody else, such as a newspaper or a travel agency
    INFERRED = "inferred"  # nobody says it; it follows from other facts


class AtQuota(StrEnum):
    """What happens when a plan's data is used up."""

    SLOWED = "slowed"
    STOPPED = "stopped"
    CHARGED = "charged"


class Audience(StrEnum):
    """Who can have a plan."""

    RESIDENT = "resident"
    TOURIST = "tourist"
    ANYONE = "anyone"


class NameKind(StrEnum):
    """What a name that people look for turns out to be."""

    OPERATOR = "operator"
    BRAND = "brand"
    FORMER_BRAND = "former_brand"
    OPERATOR_ELSEWHERE = "operator_elsewhere"
    NO_OPERATOR = "no_operator"
    NO_PRODUCT = "no_product"


@dataclass(frozen=True, slots=True)
class Source:
    """Who says something: ``url`` is "" where there is none."""

    title: Sentence
    url: str
    observed_on: Observed
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One field of an entry. ``value`` is None where the sources do not say, which is a fact too."""

    value: T | None
    source: Source
    observed_on: Observed
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount; ``currency`` is an ISO 4217 code that money knows a rate of."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs or sells mobile service in a country."""

    id: str
    country: str  # ISO 3166-1 alpha-2
    name: Fact[Sentence]
    brand: Fact[str]
    former_brand: Fact[str]
    role: Fact[Sentence]  # such as "a public monopoly"
    network_code: Fact[str]  # MCC-MNC, such as 546-01
    calling_code: Fact[str]  # such as +687
    number_digits: Fact[int]  # after the calling code
    esim: Fact[bool]
    notes: tuple[Fact[Sentence], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operator sells."""

    id: str
    country: str
    operator: str  # an Operator's id
    name: Fact[Sentence]
    price: Fact[Money]
    data_bytes: Fact[int]
    validity_days: Fact[int]
    at_quota: Fact[AtQuota]
    speed_mbit_s: Fact[Decimal]
    esim: Fact[bool]
    audience: Fact[Audience]
    repeatable: Fact[bool]  # whether it can be bought again, or topped up, while it runs
    sold_at: Fact[Sentence]
    notes: tuple[Fact[Sentence], ...]

    @property
    def facts(self) -> tuple[Fact[object], ...]:
        """All that is said of it, but for the notes."""
        return (
            self.name, self.price, self.data_bytes, self.validity_days, self.at_quota, self.speed_mbit_s,
            self.esim, self.audience, self.repeatable, self.sold_at,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name that people look for, and what is true about it."""

    id: str
    country: str
    names: tuple[str, ...]  # how it is written, the usual way first
    kind: NameKind
    truth: Fact[Sentence]
    evidence: tuple[Fact[Sentence], ...]
    operator: str  # the id of the Operator to turn to; "" where the catalogue knows none


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Entries of any number of countries, in the order of their files."""

    operators: tuple[Operator, ...] = ()
    plans: tuple[Plan, ...] = ()
    names: tuple[Name, ...] = ()

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries it knows something of, in alphabetical order."""
        entries: tuple[Operator | Plan | Name, ...] = (*self.operators, *self.plans, *self.names)
        return tuple(sorted({entry.country for entry in entries}))

    def of(self, country: str) -> Catalogue:
        """What it knows of one country."""
        return Catalogue(
            tuple(each for each in self.operators if each.country == country),
            tuple(each for each in self.plans if each.country == country),
            tuple(each for each in self.names if each.country == country),
        )

    def operator(self, operator_id: str) -> Operator | None:
        """The operator of this id."""
        return next((each for each in self.operators if each.id == operator_id), None)
