"""Days known to the year, the month or the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.esim.catalogue.observed import OLD_AFTER_DAYS, observed


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2019", date(2019, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2019-10-02", date(2019, 10, 2)),
    ],
)
def test_what_is_known_to_the_year_may_have_been_on_its_last_day(text: str, last: date) -> None:
    assert observed(text).last_day == last


@pytest.mark.parametrize(
    "text", ["", "19", "2019-", "2019-13", "2019-02-30", "0000", "2019-10-02T12", "٢٠١٩"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"month|day|year"):
        observed(text)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_it_grows_old_after_a_year_and_not_before(day: date) -> None:
    seen = observed(day.isoformat())
    assert not seen.old(day + timedelta(OLD_AFTER_DAYS))
    assert seen.old(day + timedelta(OLD_AFTER_DAYS + 1))
