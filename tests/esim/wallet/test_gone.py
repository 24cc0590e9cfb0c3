"""What a person is told to do when the phone is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry, Installed, ProfileState, Reusable
from notou.esim.wallet.gone import steps_when_gone
from tests.esim.wallet.entries import entries

TODAY = date(2026, 12, 1)
CODE = ActivationCode("a.example.com", "SECRET-1", needs_confirmation=True)
HERE = Installed("phone", "89" * 16, "8944476500001224158", state=ProfileState.DISABLED)
ENTRY = Entry(
    "abc123", code=CODE, provider="Truphone", number="+687123456", installed=HERE, order_number="77"
)


def said(entry: Entry) -> str:
    return "\n".join(steps_when_gone(entry, TODAY))


def test_the_line_is_blocked_first_and_the_proof_is_last() -> None:
    steps = steps_when_gone(ENTRY, TODAY)
    assert steps[0].startswith("Have +687 123456 blocked by Truphone")
    assert "order number is 77" in steps[-2]
    assert "ICCID" in steps[-1]


@pytest.mark.parametrize(
    ("reusable", "told", "not_told"),
    [
        (Reusable.YES, "ask Truphone to release it", "works once"),
        (Reusable.NO, "this one works once, and was used", "esim show abc123 --qr"),
        (Reusable.UNKNOWN, "may be refused, since most codes work once", "release"),
    ],
)
def test_what_to_do_with_the_code_follows_from_whether_it_works_again(
    reusable: Reusable, told: str, not_told: str
) -> None:
    text = said(replace(ENTRY, reusable=reusable))
    assert told in text
    assert not_told not in text


def test_a_code_that_is_installed_nowhere_is_scanned_and_nothing_is_blocked() -> None:
    text = said(replace(ENTRY, installed=None))
    assert "nothing is lost with the phone" in text
    assert "esim show abc123 --qr" in text
    assert "blocked" not in text


def test_a_code_past_its_day_or_none_at_all_is_asked_for() -> None:
    assert "valid until 2026-11-30" in said(replace(ENTRY, valid_until=date(2026, 11, 30)))
    assert "valid until" not in said(replace(ENTRY, valid_until=TODAY))
    assert "the wallet holds none" in said(replace(ENTRY, code=None))
    assert "esim edit abc123 --code -" in said(replace(ENTRY, code=None, installed=None))


def test_a_deleted_profile_needs_no_blocking_but_a_code_again() -> None:
    text = said(replace(ENTRY, installed=replace(HERE, state=ProfileState.DELETED)))
    assert "was deleted from its chip" in text
    assert "blocked" not in text


def test_a_confirmation_code_is_told_of() -> None:
    assert "--reveal" in said(replace(ENTRY, confirmation_code="s3cret"))
    assert "gave it to you apart" in said(ENTRY)


@given(entries)
def test_every_entry_has_steps_and_none_gives_a_secret_away(entry: Entry) -> None:
    marked = replace(
        entry,
        confirmation_code="s3cret",
        pin="s3cret",
        puk="s3cret",
        code=entry.code and replace(entry.code, matching_id="S3CRET"),
        provider="P",
        order_number="",
        number="",
    )
    text = said(marked)
    assert text
    assert "s3cret" not in text.casefold()
