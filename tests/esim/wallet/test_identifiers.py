"""Check digits, numbers and networks as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notou.errors import UsageError
from notou.esim.wallet.identifiers import (
    ending,
    network_name,
    number_text,
    read_eid,
    read_iccid,
    read_network,
    read_number,
)

ICCID, EID = "8944476500001224158", "89049032123451234512345678901235"


@pytest.mark.parametrize(
    "text", [ICCID, "8944 4765 0000 1224 158", "\uff18\uff19444765000012-24158", ICCID + "F"]
)
def test_an_iccid_is_read_however_it_is_grouped(text: str) -> None:
    assert read_iccid(text) == ICCID


@given(st.integers(0, len(ICCID) - 1), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_iccid_or_eid_is_noticed(place: int, digit: str) -> None:
    for number, read in ((ICCID, read_iccid), (EID, read_eid)):
        wrong = number[:place] + digit + number[place + 1 :]
        if wrong == number:
            assert read(number) == number
            continue
        with pytest.raises(UsageError):
            read(wrong)


@pytest.mark.parametrize("read", [read_iccid, read_eid, read_number, read_network])
@pytest.mark.parametrize("text", ["", "x", "8", "²²", "+", "89" * 40])
def test_what_is_none_of_them_is_refused(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(UsageError):
        read(text)


@pytest.mark.parametrize("text", ["+687 12 34 56", "00687123456", "\uff0b687123456"])
def test_a_number_of_new_caledonia_becomes_e164(text: str) -> None:
    assert read_number(text) == "+687123456"


def test_a_number_without_its_country_says_how_to_write_it() -> None:
    with pytest.raises(UsageError, match=r"with \+ and the country's code"):
        read_number("123456")


def test_a_network_is_named_from_its_digits() -> None:
    assert read_network("54601") == read_network("546/01") == "546-01"
    assert network_name("546-01").startswith("OPT New Caledonia")
    assert network_name("546-99") == ""
    assert network_name("") == ""


def test_of_a_card_only_the_last_digits_are_shown() -> None:
    assert ending(ICCID) == "••••4158"
    assert ending("1234") == "••••"


@settings(deadline=None)  # the first look-up reads the tables of numbers
@given(st.text())
def test_no_text_is_more_than_refused(text: str) -> None:
    for read in (read_iccid, read_eid, read_number, read_network):
        try:
            read(text)
        except UsageError:
            continue
    number_text(text)
    network_name(text)
