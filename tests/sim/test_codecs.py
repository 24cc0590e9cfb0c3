"""Codecs of a card: what is printed reads so, what is written reads back, no bytes crash a reader."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.errors import DamagedError
from notou.sim.alpha import alpha_bytes, alpha_text
from notou.sim.entry import entries
from notou.sim.fcp import FileInfo, Structure, sim_file, uicc_file
from notou.sim.image import CardImage, FileImage, NumberList
from notou.sim.message import messages
from notou.sim.number import card_number, number_text, subscriber_number
from notou.sim.phone_book import assembly
from notou.sim.tpdu import Coding, Tpdu, coding_of, read_tpdu, time_text
from tests.support.simcard.cards import reference
from tests.support.simcard.records import GSM7, GSM7_MORE, alpha, concatenated, deliver, submit

GSM_TEXT = st.text(alphabet=sorted({*GSM7, *GSM7_MORE} - {"\x1b"}), max_size=70)
ANY_TEXT = st.text(alphabet=st.characters(max_codepoint=0xFFFE, exclude_categories=["Cs"]), max_size=30)
PEER = st.one_of(st.from_regex(r"\A\+?[0-9]{1,20}\Z"), st.from_regex(r"\A[A-Z][a-z]{1,8}\Z"))


def tpdu(pdu: str) -> Tpdu:
    """A message with its service centre before it, in hex."""
    octets = bytes.fromhex(pdu)
    return read_tpdu(octets[1 + octets[0] :])


def test_messages_that_are_printed_wherever_the_format_is_explained() -> None:
    received = tpdu("07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07")
    assert (received.peer, received.text) == ("+31641600986", "How are you?")
    assert received.time == "2002-08-26T19:37:41+00:00"
    local = tpdu("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37")
    assert (local.peer, local.text, local.time) == ("27838890001", "hellohello", "1999-03-29T15:16:59+02:00")
    sent = tpdu("0011000B916407281553F80000AA0AE8329BFD4697D9EC37")
    assert (sent.sent, sent.peer, sent.text) == (True, "+46708251358", "hellohello")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("800058FFFF", "X"),
        ("8105135395A6FFFF", "Sকদ"),
        ("820505302D82D32D31", "-\u0532\u0583-1"),
        ("1B65FFFF", "€"),
        ("FFFF", ""),
    ],
)
def test_alpha_identifiers_as_the_specification_prints_them(field: str, text: str) -> None:
    assert alpha_text(bytes.fromhex(field))[: len(text)] == text


@given(ANY_TEXT, st.sampled_from(["", "80"]))
def test_a_name_comes_back_whatever_its_coding(text: str, coding: str) -> None:
    text = text.replace("\x1b", "").replace("\uffff", "")
    field = alpha(text, 90, coding)
    assert alpha_text(field) == text
    assert alpha_text(alpha_bytes(field)) == text


@given(st.text(alphabet="АБВГабвг -1", min_size=1, max_size=20), st.sampled_from(["81", "82"]))
def test_a_name_on_one_page_of_ucs2_comes_back(text: str, coding: str) -> None:
    field = alpha(text, 40, coding)
    assert alpha_text(field) == text
    assert alpha_text(alpha_bytes(field)) == text


@given(PEER, st.one_of(GSM_TEXT, ANY_TEXT), st.booleans())
def test_a_message_comes_back(peer: str, text: str, split: bool) -> None:
    text = text.replace("\x1b", "")
    header = concatenated(7, 2, 1) if split else b""
    for written in (deliver(peer, text, header=header), submit(peer, text, header=header)):
        found = tpdu(written.hex())
        assert (found.peer, found.text, found.part is not None) == (peer, text, split)


@pytest.mark.parametrize(
    ("scheme", "coding"),
    [(0x00, "gsm7"), (0x04, "data"), (0x08, "ucs2"), (0x18, "ucs2"), (0x20, "data"), (0x4C, "gsm7"),
     (0x90, "gsm7"), (0xC0, "gsm7"), (0xD8, "gsm7"), (0xE0, "ucs2"), (0xF1, "gsm7"), (0xF6, "data")],
)  # fmt: skip
def test_data_coding_schemes(scheme: int, coding: str) -> None:
    assert coding_of(scheme) is Coding(coding)


def test_times_before_and_behind_greenwich_and_such_as_are_none() -> None:
    assert time_text(bytes.fromhex("62117201610044")) == "2026-11-27T10:16:00+11:00"
    assert time_text(bytes.fromhex("6211720161004A")) == "2026-11-27T10:16:00-06:00"
    assert time_text(b"\xff" * 7) is None
    assert time_text(bytes(7)) is None


def test_numbers_of_cards_and_subscribers() -> None:
    assert card_number(bytes.fromhex("988607214365870921F3")) == "8968701234567890123"
    assert subscriber_number(bytes.fromhex("085906214365870921")) == "560123456789012"
    assert (number_text(0x91, "687"), number_text(0x81, "687"), number_text(0x91, "")) == ("+687", "687", "")


def test_files_of_both_kinds_of_card() -> None:
    assert uicc_file(bytes.fromhex("620F82054221001C0A8002011883026F3A")) == FileInfo(
        Structure.LINEAR_FIXED, 0x118, 0x1C, 10
    )
    assert uicc_file(bytes.fromhex("62088202782183023F00")).structure is Structure.FOLDER
    assert sim_file(bytes.fromhex("000001186F3A040011FFFF0102011C")) == FileInfo(
        Structure.LINEAR_FIXED, 0x118, 0x1C, 10
    )


def test_a_phone_book_of_the_specification_is_put_together() -> None:
    found = assembly(reference(), 0)
    assert found is not None
    assert found.numbers == NumberList(
        "adn.0", "ext1.0", ("anr.0.0", "sne.0.0"), "iap.0", ("email.0.0",), short_id=1
    )
    assert found.files["email.0.0"] == 0x4F13


@given(st.binary(max_size=300))
def test_no_answer_about_a_file_crashes(octets: bytes) -> None:
    assert uicc_file(octets).records >= 0
    assert sim_file(octets).records >= 0
    assert uicc_file(bytes([0x62, len(octets) & 0x7F]) + octets).records >= 0
    assembly(octets, 0)


@given(st.binary(max_size=200))
def test_no_octets_crash_a_codec(octets: bytes) -> None:
    alpha_text(octets)
    assert len(alpha_bytes(octets)) <= len(octets)
    card_number(octets)
    subscriber_number(octets)
    with suppress(DamagedError):
        read_tpdu(octets)


@given(st.lists(st.binary(min_size=176, max_size=176), max_size=6))
def test_no_messages_crash_a_reader_and_each_record_is_in_one(records: list[bytes]) -> None:
    found = messages(FileImage("sms", (), 176, tuple(records)))
    told = sorted(number for message in found for number in message.records)
    assert told == [n for n, one in enumerate(records, 1) if one[0] & 1 and one.strip(b"\xff")]


def files_of(main: list[bytes], others: list[bytes]) -> CardImage:
    numbers = NumberList("adn.0", "ext1.0", ("anr.0.0",), "iap.0", ("email.0.0", "sne.0.0"), short_id=1)
    roles = {"adn.0": main, **dict.fromkeys(["ext1.0", "anr.0.0", "iap.0", "email.0.0", "sne.0.0"], others)}
    files = {role: FileImage(role, (), len(held[0]), tuple(held)) for role, held in roles.items() if held}
    return CardImage("", (numbers,), files)


@given(
    st.lists(st.binary(min_size=20, max_size=20), min_size=1, max_size=5),
    st.integers(1, 30).flatmap(
        lambda size: st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=5)
    ),
)
def test_no_phone_book_crashes_a_reader(main: list[bytes], others: list[bytes]) -> None:
    image = files_of(main, others)
    for entry in entries(image, image.lists[0]):
        assert entry.record <= len(main)
