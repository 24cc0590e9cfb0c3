"""A card behind a wire: which APDUs go there, recorded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.card.logical import MOST_RESPONSE_BYTES, WireCard, class_byte, whole_response
from notou.errors import CardError, LimitError, NotOnCardError
from tests.support.wires import AnsweringWire, ScriptedWire

AID = bytes.fromhex("A0000005591010FFFFFFFF8900000100")
SELECT = "a4040010a0000005591010ffffffff890000010000"


def test_an_application_gets_a_channel_of_its_own_which_is_closed_at_the_end() -> None:
    wire = ScriptedWire(["019000", "6f009000", "aabb9000", "9000"])
    with WireCard("a reader", wire).application(AID) as channel:
        assert channel.transmit(bytes.fromhex("80e2910000")).hex() == "aabb9000"
    assert wire.commands == ["0070000001", "01" + SELECT, "81e2910000", "00708001"]


def test_channels_above_three_stand_in_the_class_byte_as_iso_7816_says() -> None:
    assert [class_byte(0x80, n) for n in (0, 1, 3, 4, 19)] == [0x80, 0x81, 0x83, 0xC0, 0xCF]
    assert [class_byte(0x00, n) for n in (0, 1, 3, 4, 19)] == [0x00, 0x01, 0x03, 0x40, 0x4F]
    wire = ScriptedWire(["059000", "9000", "6102", "aabb9000", "9000"])
    with WireCard("a reader", wire).application(AID) as channel:
        assert channel.transmit(bytes.fromhex("80e2910000")).hex() == "aabb9000"
    assert wire.commands[1:] == ["41" + SELECT, "c1e2910000", "41c0000002", "00708005"]


def test_a_channel_is_closed_when_the_application_is_not_there() -> None:
    wire = ScriptedWire(["019000", "6a82", "9000"])
    with pytest.raises(NotOnCardError), WireCard("a reader", wire).application(AID):
        pytest.fail("it was not there")
    assert wire.commands[-1] == "00708001"


def test_the_error_inside_is_told_and_not_that_closing_failed() -> None:
    wire = ScriptedWire(["019000", "9000"])
    with pytest.raises(ZeroDivisionError), WireCard("a reader", wire).application(AID):
        raise ZeroDivisionError


@pytest.mark.parametrize("answer", ["6a81", "9000", "009000", "209000", "01029000", "90"])
def test_a_card_that_opens_no_channel_says_so(answer: str) -> None:
    with pytest.raises(CardError), WireCard("a reader", ScriptedWire([answer])).application(AID):
        pytest.fail("no channel was opened")


def test_parts_that_a_card_holds_back_are_fetched_and_joined() -> None:
    wire = ScriptedWire(["6103", "0102036102", "04059000"])
    with WireCard("a reader", wire).basic() as channel:
        assert channel.transmit(bytes.fromhex("00b0000000")).hex() == "01020304059000"
    assert wire.commands[1:] == ["00c0000003", "00c0000002"]


def test_a_command_is_sent_again_with_the_length_that_the_card_wants() -> None:
    wire = ScriptedWire(["6c02", "aabb9000"])
    with WireCard("a reader", wire).basic() as channel:
        assert channel.transmit(bytes.fromhex("00b0000000")).hex() == "aabb9000"
    assert wire.commands == ["00b0000000", "00b0000002"]
    wire = ScriptedWire(["6c02", "aabb9000"])
    with WireCard("a reader", wire).basic() as channel:
        channel.transmit(bytes.fromhex("00a40004023f0000"))
    assert wire.commands[1] == "00a40004023f0002"


def test_a_card_that_never_stops_answering_is_stopped() -> None:
    endless = AnsweringWire(lambda _: bytes(255) + b"\x61\xff")
    with pytest.raises(LimitError):
        whole_response(endless.exchange, bytes.fromhex("00b0000000"), "a reader")
    assert len(endless.commands) <= MOST_RESPONSE_BYTES // 255 + 2
    empty = AnsweringWire(lambda _: b"\x61\xff")
    with pytest.raises(CardError):
        whole_response(empty.exchange, bytes.fromhex("00b0000000"), "a reader")


def test_a_card_that_gives_its_answer_byte_by_byte_for_ever_is_stopped_within_minutes() -> None:
    asked: list[bytes] = []

    def drip(command: bytes) -> bytes:
        asked.append(command)
        return b"a\x61\x01"

    with pytest.raises(LimitError):
        whole_response(drip, b"\x80\xe2\x91\x00\x00", "reader")
    assert len(asked) < 5000


@given(st.lists(st.binary(max_size=4), max_size=8))
def test_any_answers_are_a_response_or_a_typed_error(answers: list[bytes]) -> None:
    wire = ScriptedWire([answer.hex() for answer in answers])
    try:
        with WireCard("a reader", wire).application(AID) as channel:
            assert len(channel.transmit(bytes.fromhex("80e2910000"))) >= 2
    except (CardError, LimitError):
        pass
