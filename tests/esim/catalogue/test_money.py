"""Francs and euros."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.esim.catalogue.money import XPF_PER_EUR, in_euro, times
from notou.esim.catalogue.records import Money


@pytest.mark.parametrize(
    ("francs", "euros"),
    [(0, "0.00"), (990, "8.30"), (5900, "49.44"), (11933, "100.00"), (10**9, "8380122.35")],
)
def test_the_rate_is_the_one_fixed_by_law(francs: int, euros: str) -> None:
    assert str(in_euro(Money(Decimal(francs), "XPF"))) == euros


@given(st.integers(0, 10**9))
def test_going_to_euro_loses_less_than_half_a_cent(francs: int) -> None:
    euros = in_euro(Money(Decimal(francs), "XPF"))
    assert abs(euros * XPF_PER_EUR - francs) <= XPF_PER_EUR * Decimal("0.005")


def test_several_of_one_cost_exactly_so_many_times_as_much() -> None:
    assert times(Money(Decimal("0.1"), "EUR"), 3) == Money(Decimal("0.3"), "EUR")
