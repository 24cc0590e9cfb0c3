"""The file of one entry: nothing of it is lost, and no bytes are more than refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notou.errors import DamagedError
from notou.esim.wallet.entry import Entry
from notou.esim.wallet.entry_file import MOST_ENTRY_BYTES, decode_entry, encode_entry, entry_id_of, file_name
from tests.esim.wallet.entries import entries, plain


@given(entries)
def test_an_entry_read_again_is_the_same(entry: Entry) -> None:
    data = encode_entry(entry)
    assert decode_entry(entry.id, data) == entry
    assert encode_entry(decode_entry(entry.id, data)) == data


def test_fields_of_a_later_version_stay() -> None:
    fields = {"format": 1, "provider": "A", "later": {"x": [1, 2.5, None]}, "installed": {"y": 2**64}}
    data = json.dumps(fields).encode()
    assert json.loads(encode_entry(decode_entry("abc1", data))) == fields | {
        "reusable": "unknown",
        "installed": {"state": "enabled", "y": 2**64},
    }


@given(
    st.binary(max_size=200)
    | st.dictionaries(st.text(max_size=5), plain).map(lambda each: json.dumps(each).encode())
)
@example(b'{"format": 1, "x": ' + b"[" * 2000 + b"]" * 2000 + b"}")
@example(b'{"format": 1, "x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}")
@example(b'{"format": 1, "x": ' + b"9" * 5000 + b"}")
@example(b'{"format": 1, "note": "\\ud800"}')
@example(b'{"format": 1, "x": "\\ud800"}')
@example(b'{"format": 1, "x": NaN}')
@example(b'{"format": 1, "x": 1e999}')
@example(b" " * (MOST_ENTRY_BYTES + 1))
def test_no_bytes_are_more_than_refused(data: bytes) -> None:
    try:
        entry = decode_entry("abc1", data)
    except DamagedError:
        return
    assert decode_entry("abc1", encode_entry(entry)) == entry


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"format": 2},
        {"format": 1, "code": "LPA:1$x"},
        {"format": 1, "code": 1},
        {"format": 1, "note": "x" * 5000},
        {"format": 1, "number": "123456"},
        {"format": 1, "valid_until": "20261127"},
        {"format": 1, "valid_until": "2026-13-01"},
        {"format": 1, "reusable": "maybe"},
        {"format": 1, "reusable": []},
        {"format": 1, "installed": []},
        {"format": 1, "installed": {"eid": "1"}},
        {"format": 1, "installed": {"notification_addresses": "x"}},
    ],
)
def test_what_a_field_cannot_be_is_refused_in_a_sentence_without_its_value(fields: dict[str, Any]) -> None:
    with pytest.raises(DamagedError) as refused:
        decode_entry("abc1", json.dumps(fields).encode())
    assert str(refused.value).startswith("The entry abc1 of the wallet cannot be read.")
    assert "LPA:1" not in str(refused.value)


def test_secrets_are_not_in_what_a_log_would_show() -> None:
    data = (
        b'{"format": 1, "confirmation_code": "s3cret", "pin": "s3cret", "puk": "s3cret", "later": "s3cret"}'
    )
    assert "s3cret" not in repr(decode_entry("abc1", data))


def test_only_names_that_an_entry_can_have_are_entries() -> None:
    assert entry_id_of(file_name("abc123")) == "abc123"
    for name in ("abc123", "ABC123.json", "a/b123.json", ".json", "abc123.json.json", "abc\n.json"):
        assert entry_id_of(name) is None
