"""A card in a modem behind a pseudo-terminal: what is said on the line, and what a bad line costs."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.card.modem import ModemCard, modem_card
from notou.card.serial import MOST_ANSWER_BYTES, serial_line
from notou.errors import CardError, CardLostError, NotOnCardError, UsageError
from tests.support.modem import Modem, Spoil, plugged_in
from tests.support.wires import ScriptedWire

AID = bytes.fromhex("A0000005591010FFFFFFFF8900000100")
STORE = bytes.fromhex("80e2910000")


def modem(answers: list[str], spoil: Spoil | None = None) -> Modem:
    return Modem(ScriptedWire(answers).exchange, spoil)


def test_an_application_is_opened_used_and_closed_by_the_commands_of_ts_27_007() -> None:
    there = modem(["029000", "9000", "aabb9000", "9000"])
    with plugged_in(there) as path, modem_card(path, time.monotonic) as card:
        with card.application(AID) as channel:
            assert channel.transmit(STORE).hex() == "aabb9000"
        assert card.name == path
    assert there.heard == [
        "ATE0",
        'AT+CCHO="A0000005591010FFFFFFFF8900000100"',
        'AT+CGLA=2,10,"82E2910000"',
        "AT+CCHC=2",
    ]


def test_the_basic_channel_goes_by_csim_and_parts_held_back_are_fetched() -> None:
    there = modem(["6102", "aabb9000"])
    with plugged_in(there) as path, modem_card(path, time.monotonic) as card, card.basic() as channel:
        assert channel.transmit(bytes.fromhex("00a4000c023f00")).hex() == "aabb9000"
    assert there.heard[1:] == ['AT+CSIM=14,"00A4000C023F00"', 'AT+CSIM=10,"00C0000002"']


def test_an_application_that_is_not_there_is_told_as_such() -> None:
    there = modem(["019000", "6a82", "9000"])
    with (
        plugged_in(there) as path,
        modem_card(path, time.monotonic) as card,
        pytest.raises(NotOnCardError),
        card.application(AID),
    ):
        pytest.fail("it was not there")


def without_channels(line: str, right: bytes) -> bytes:
    return b"\r\nERROR\r\n" if "CCHO" in line else right


def test_a_modem_that_knows_no_channels_is_asked_for_one_by_csim() -> None:
    unheard = ["029000", "9000"]  # what +CCHO did in the card, before the modem was made to refuse it
    there = modem([*unheard, "019000", "9000", "aabb9000", "9000"], without_channels)
    with (
        plugged_in(there) as path,
        modem_card(path, time.monotonic) as card,
        card.application(AID) as channel,
    ):
        assert channel.transmit(STORE).hex() == "aabb9000"
    assert there.heard[2:] == [
        'AT+CSIM=10,"0070000001"',
        'AT+CSIM=42,"01A4040010A0000005591010FFFFFFFF8900000100"',
        'AT+CSIM=10,"81E2910000"',
        'AT+CSIM=8,"00708001"',
    ]
    there = modem([*unheard, "019000", "6a82", "9000"], without_channels)
    with (
        plugged_in(there) as path,
        modem_card(path, time.monotonic) as card,
        pytest.raises(NotOnCardError),
        card.application(AID),
    ):
        pytest.fail("it was not there")


SPOILED: dict[str, Spoil] = {
    "an answer of another length": lambda line, right: (
        right.replace(b"8,", b"6,") if "CGLA" in line else right
    ),
    "no answer line": lambda line, right: b"\r\nOK\r\n" if "CGLA" in line else right,
    "two answer lines": lambda line, right: right[:-6] + right if "CGLA" in line else right,
    "digits cut off": lambda line, right: right.replace(b'9000"', b'900"') if "CGLA" in line else right,
    "an error": lambda line, right: b"\r\n+CME ERROR: 13\r\n" if "CGLA" in line else right,
    "noise for ever": lambda line, right: b"\x00" * (MOST_ANSWER_BYTES + 9) if "CGLA" in line else right,
    "lines for ever": lambda line, right: (
        b"RING\r\n" * (MOST_ANSWER_BYTES // 4 + 9) if "CGLA" in line else right
    ),
    "no channel number": lambda line, right: b"\r\n+CCHO: x\r\n\r\nOK\r\n" if "CCHO" in line else right,
    "a channel no card has": lambda line, right: b"\r\n+CCHO: 99\r\n\r\nOK\r\n" if "CCHO" in line else right,
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_modem_that_answers_wrongly_is_an_error_and_never_data(spoil: Spoil) -> None:
    there = modem(["019000", "9000", "aabb9000", "9000"], spoil)
    with (
        plugged_in(there) as path,
        modem_card(path, time.monotonic) as card,
        pytest.raises(CardError),
        card.application(AID) as channel,
    ):
        channel.transmit(STORE)


def test_lines_that_nobody_asked_for_are_passed_over() -> None:
    there = modem(["019000", "9000", "aabb9000", "9000"], lambda _, right: b"\r\n+CREG: 1\r\n" + right)
    with (
        plugged_in(there) as path,
        modem_card(path, time.monotonic) as card,
        card.application(AID) as channel,
    ):
        assert channel.transmit(STORE).hex() == "aabb9000"


def test_after_an_answer_that_stayed_away_the_line_is_not_used_again() -> None:
    silent = modem([], lambda _, __: None)
    ticks = itertools.chain([0, 0, 0], itertools.count(1000))
    with plugged_in(silent) as path, serial_line(path, lambda: float(next(ticks))) as line:
        with pytest.raises(CardError, match="no answer"):
            line.ask("AT")
        with pytest.raises(CardLostError, match="no answer"):
            line.ask("AT+CCHC=1")
    assert "AT+CCHC=1" not in silent.heard


def test_what_is_no_serial_line_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(UsageError, match="no serial line"),
        serial_line(str(tmp_path / "file"), time.monotonic),
    ):
        pytest.fail("it is a file")
    with pytest.raises(UsageError, match=os.strerror(2)), serial_line(str(tmp_path / "none"), time.monotonic):
        pytest.fail("it is not there")


class SaidLine:
    """Answers every command with the same lines."""

    path = "a modem"

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def ask(self, command: str) -> list[str]:
        return self.lines


@given(st.lists(st.sampled_from(["+CCHO: 1", '+CGLA: 4,"9000"', "1"]) | st.text(max_size=20), max_size=4))
def test_any_lines_are_a_response_or_a_typed_error(lines: list[str]) -> None:
    try:
        with ModemCard(SaidLine(lines)).application(AID) as channel:
            assert len(channel.transmit(STORE)) >= 2
    except CardError:
        pass
