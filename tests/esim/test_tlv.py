"""The TLV layer against pyasn1 as an oracle, and against any bytes at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyasn1.codec.der.decoder import decode as reading_oracle  # type: ignore[import-untyped]
from pyasn1.codec.der.encoder import encode as oracle  # type: ignore[import-untyped]  # pyasn1 has no types
from pyasn1.type import char, tag, univ  # type: ignore[import-untyped]

from notou.errors import DamagedError, LimitError
from notou.esim.tlv import (
    MOST_BYTES,
    MOST_CHILDREN,
    Tlv,
    encode,
    encode_integer,
    parse,
    parse_all,
    tag_text,
)


def tagged(value: Any, number: int) -> bytes:
    """What pyasn1 makes of the value under the context tag of this number."""
    return bytes(oracle(context(value, number)))


def context(value: Any, number: int) -> Any:
    return value.subtype(implicitTag=tag.Tag(tag.tagClassContext, tag.tagFormatSimple, number))


@given(st.integers(1 - 2**63, 2**63 - 1))
@example(-128)  # the oracle writes a byte more than DER has, here and at its like
def test_integers_are_read_by_the_oracle_and_read_as_the_oracle_writes_them(number: int) -> None:
    written, theirs = encode_integer(0x80, number), tagged(univ.Integer(number), 0)
    assert reading_oracle(written, context(univ.Integer(), 0)) == (number, b"")
    assert len(written) <= len(theirs)
    assert parse(theirs, 0x80).integer() == number


@given(st.text(max_size=300))
def test_texts_of_any_length_are_written_and_read_as_the_oracle_does(text: str) -> None:
    expected = tagged(char.UTF8String(text), 16)
    assert encode(0x90, text.encode()) == expected
    assert parse(expected).text() == text


@given(st.frozensets(st.integers(0, 40)))
def test_named_bits_are_read_as_the_oracle_writes_them(bits: frozenset[int]) -> None:
    word = "".join("1" if bit in bits else "0" for bit in range(max(bits, default=-1) + 1))
    expected = tagged(univ.BitString(f"'{word}'B" if word else ()), 1)
    assert parse(expected).bits() == bits


@given(st.integers(0, 70_000), st.sampled_from([0x5A, 0xBF2D, 0x9F70, 0xE3]))
def test_lengths_of_every_form_come_back(length: int, number: int) -> None:
    data = encode(number, bytes(length))
    found = parse(data, number)
    assert (found.raw, len(found.value), found.header + found.value) == (data, length, data)


@given(st.binary(max_size=200))
def test_any_bytes_are_fields_that_keep_them_or_a_typed_error(data: bytes) -> None:
    try:
        found = parse_all(data)
    except DamagedError:
        return
    assert b"".join(each.raw for each in found) == data
    for each in found:
        read_in_every_way(each)


def read_in_every_way(each: Tlv) -> None:
    for way in (each.children, each.integer, each.text, each.bits, lambda: each.one(0x5A)):
        try:
            way()
        except DamagedError:
            continue


def test_a_length_longer_than_it_must_be_is_kept_as_it_came() -> None:
    received = bytes.fromhex("bf2d 8103 800101".replace(" ", ""))
    assert parse(received).raw == received
    assert parse(received).one(0x80).integer() == 1


@pytest.mark.parametrize(
    "damaged",
    ["", "bf", "bf2d", "bf2d05", "bf2d0280", "8080", "8085ffffffffff", "1f81818101", "0000", "800100ff"],
)
def test_what_is_no_field_is_refused(damaged: str) -> None:
    with pytest.raises(DamagedError):
        parse(bytes.fromhex(damaged))


def test_another_field_than_is_due_is_named_in_the_sentence() -> None:
    with pytest.raises(DamagedError, match="BF2D was received where BF2E"):
        parse(encode(0xBF2D), 0xBF2E)
    with pytest.raises(DamagedError, match="5A is missing in the field E3"):
        parse(encode(0xE3)).one(0x5A)


def test_a_field_received_twice_is_refused_where_one_is_due() -> None:
    twice = parse(encode(0xE3, encode(0x90), encode(0x90)))
    with pytest.raises(DamagedError, match="twice"):
        twice.maybe(0x90)
    assert len(twice.every(0x90)) == 2


def test_fields_do_not_nest_in_a_primitive_one() -> None:
    with pytest.raises(DamagedError):
        parse(encode(0x80, encode(0x81))).children()


def test_more_than_any_message_has_is_refused() -> None:
    with pytest.raises(LimitError):
        parse(encode(0x80, bytes(MOST_BYTES)))
    with pytest.raises(LimitError):
        parse_all(encode(0x80) * (MOST_CHILDREN + 1))


def test_a_tag_is_written_as_specifications_write_it() -> None:
    assert tag_text(0xBF2D) == "BF2D"
    assert tag_text(0x5A) == "5A"
