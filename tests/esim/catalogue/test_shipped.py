"""The catalogue that comes with Notou: what it must say, and what it must not."""

from __future__ import annotations

from datetime import date

import pytest

from notou.esim.catalogue.merging import merge, without_strays
from notou.esim.catalogue.reading import read_catalogue
from notou.esim.catalogue.records import Audience, Catalogue, Money
from notou.esim.catalogue.shipped import shipped_files

TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return merge(read_catalogue(data, name, TODAY).catalogue for name, data in shipped_files())


def test_the_shipped_files_are_faultless() -> None:
    for name, data in shipped_files():
        reading = read_catalogue(data, name, TODAY)
        assert reading.faults == ()
        assert without_strays(reading.catalogue, name, Catalogue())[1] == []


def test_new_caledonia_has_one_operator_and_nobody_knows_whether_it_sells_esim(catalogue: Catalogue) -> None:
    (operator,) = catalogue.of("NC").operators
    assert (operator.name.value, operator.network_code.value) == ("OPT-NC", "546-01")
    assert (operator.calling_code.value, operator.number_digits.value) == ("+687", 6)
    assert operator.esim.value is None
    assert all(plan.esim.value is None for plan in catalogue.plans)


def test_the_plans_are_those_on_record_and_no_other(catalogue: Catalogue) -> None:
    def row(price: int | None, data: int | None) -> tuple[Money | None, int | None]:
        return None if price is None else Money(price, "XPF"), data  # type: ignore[arg-type]  # an int equals its Decimal

    assert [(plan.id, (plan.price.value, plan.data_bytes.value)) for plan in catalogue.of("NC").plans] == [
        ("forfait-m-30min", row(990, 500 * 10**6)),
        ("forfait-m-1h", row(1900, 10**9)),
        ("forfait-m-5h", row(5900, 15 * 10**9)),
        ("forfait-m-largest", row(None, 60 * 10**9)),
        ("tourism-card", row(None, None)),
    ]


def test_only_the_tourism_card_is_said_to_be_for_tourists(catalogue: Catalogue) -> None:
    assert {plan.id for plan in catalogue.plans if plan.audience.value is Audience.TOURIST} == {
        "tourism-card"
    }
    assert {plan.audience.value for plan in catalogue.plans} == {Audience.TOURIST, None}


def test_prices_of_2019_are_old(catalogue: Catalogue) -> None:
    priced = [plan.price for plan in catalogue.plans if plan.price.value is not None]
    assert len(priced) == 3
    assert all(price.observed_on.old(TODAY) for price in priced)
