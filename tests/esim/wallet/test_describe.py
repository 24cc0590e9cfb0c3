"""What a person says of an entry, and which entry they mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notou.errors import NotFoundError, UsageError
from notou.esim.wallet.choose import choose, holder_of
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.describe import ENTRY_FIELDS, PROFILE_FIELDS, describe
from notou.esim.wallet.entry import Entry, Installed, ProfileState, Reusable
from notou.esim.wallet.entry_file import decode_entry, encode_entry

TODAY = date(2026, 12, 1)
BARE = Entry("abc123")
CODE = ActivationCode("a.example.com", "X-1")


def test_each_field_is_read_and_an_empty_text_takes_it_back() -> None:
    said = {
        "provider": " Truphone ",
        "valid_until": "2026-12-31",
        "reusable": "Yes",
        "number": "+687 12 34 56",
        "network": "54601",
        "pin": "1234",
        "device": "phone",
        "iccid": "8944 4765 0000 1224 158",
        "state": "disabled",
        "notification_addresses": "a.b, c.d",
    }
    entry = describe(BARE, said, TODAY)
    assert (entry.provider, entry.valid_until, entry.reusable) == (
        "Truphone",
        date(2026, 12, 31),
        Reusable.YES,
    )
    assert (entry.number, entry.network, entry.pin) == ("+687123456", "546-01", "1234")
    assert entry.installed == Installed(
        "phone",
        "",
        "8944476500001224158",
        state=ProfileState.DISABLED,
        since=TODAY,
        notification_addresses=("a.b", "c.d"),
    )
    back = describe(entry, {**dict.fromkeys(said, ""), "state": "disabled"}, TODAY)
    assert replace(back, installed=None) == BARE
    assert back.installed == Installed(state=ProfileState.DISABLED, since=TODAY)


def test_a_state_that_does_not_change_keeps_its_day() -> None:
    before = describe(BARE, {"device": "phone"}, date(2026, 1, 1))
    again = describe(before, {"device": "other phone"}, TODAY)
    gone = describe(before, {"state": "deleted"}, TODAY)
    assert again.installed is not None
    assert gone.installed is not None
    assert (again.installed.since, gone.installed.since) == (date(2026, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("valid_until", "31.12.2026", "is no day"),
        ("valid_until", "2026-02-30", "is no day"),
        ("reusable", "maybe", "is none of yes, no, unknown"),
        ("pin", "12", "4 to 8 digits"),
        ("puk", "123", "8 digits"),
        ("state", "on", "is none of enabled, disabled, deleted"),
        ("iccid", "8944476500001224159", "check digit"),
        ("eid", "89049032123451234512345678901236", "check digits"),
        ("number", "123456", "with + and"),
        ("note", "x" * 3000, "too long"),
        ("note", "\udcff", "not in UTF-8"),
        ("notification_addresses", "a.b " * 30, "too many"),
    ],
)
def test_what_a_field_cannot_be_is_refused_with_the_reason(field: str, text: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        describe(BARE, {field: text}, TODAY)
    assert why in str(refused.value)


@settings(deadline=None)  # the first look-up reads the tables of numbers
@given(st.dictionaries(st.sampled_from([*ENTRY_FIELDS, *PROFILE_FIELDS]), st.text()))
def test_whatever_is_said_is_refused_or_can_be_kept(said: dict[str, str]) -> None:
    try:
        entry = describe(BARE, said, TODAY)
    except UsageError:
        return
    assert decode_entry(entry.id, encode_entry(entry)) == entry


TRUPHONE = Entry("abc123", provider="Truphone", number="+687123456", code=CODE)
OTHER = Entry("abd456", provider="Other", installed=Installed(nickname="truphone trip"))


@pytest.mark.parametrize(
    ("word", "entry"),
    [
        ("abc", TRUPHONE),
        ("ABD4", OTHER),
        ("oth", OTHER),
        ("687123", TRUPHONE),
        ("trip", OTHER),
        ("truphone", TRUPHONE),
    ],
)
def test_an_entry_is_meant_by_its_id_or_any_name_it_has(word: str, entry: Entry) -> None:
    assert choose([TRUPHONE, OTHER], word) is entry


def test_what_means_none_or_several_is_said() -> None:
    for word in ("ab", "uphon"):
        with pytest.raises(UsageError, match="abc123, abd456"):
            choose([TRUPHONE, OTHER], word)
    for word in ("", "zzz"):
        with pytest.raises(NotFoundError, match="esim list"):
            choose([TRUPHONE, OTHER], word)


def test_a_code_is_the_same_whatever_is_appended_and_however_its_server_is_written() -> None:
    again = ActivationCode("A.Example.com", "X-1", "1.2.3", needs_confirmation=True)
    assert holder_of([OTHER, TRUPHONE], again) is TRUPHONE
    assert holder_of([OTHER, TRUPHONE], ActivationCode("a.example.com", "x-1")) is None
