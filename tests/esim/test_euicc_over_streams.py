"""The simulated eUICC can be driven from another process: by lpac's lines of JSON, and over a socket."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from notou.card.socket import simulated_card
from notou.errors import CardError
from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import chip_of
from tests.support.euicc.isdr import AID
from tests.support.euicc.lines import CutLine, is_store_data
from tests.support.euicc.serve import served
from tests.support.euicc.stdio import driven, pumped
from tests.support.euicc.terminal import Terminal
from tests.support.plain_lpa import PlainLpa
from tests.support.rsp.certificates import TEST_EID, make_world
from tests.support.rsp.der import tlv

EID_COMMAND = tlv(0xBF3E, tlv(0x5C, b"\x5a"))
PROGRAM = f"""
import json
def ask(func, param=None):
    print(json.dumps({{"type": "apdu", "payload": {{"func": func, "param": param}}}}), flush=True)
    return json.loads(input())["payload"]
ask("connect")
channel = ask("logic_channel_open", "{AID.hex()}")["ecode"]
length = ask("transmit", f"{{0x80 | channel:02x}}e2910006{EID_COMMAND.hex()}")["data"][2:]
eid = ask("transmit", f"{{channel:02x}}c00000{{length}}")["data"]
ask("logic_channel_close", f"{{channel:02x}}")
print(json.dumps({{"type": "lpa", "payload": {{"data": eid}}}}), flush=True)
"""


@pytest.fixture
def card() -> EuiccCard:
    return EuiccCard(chip_of(make_world()))


def spoken(card: EuiccCard, *requests: tuple[str, str | None]) -> list[dict[str, object]]:
    lines = [json.dumps({"type": "apdu", "payload": {"func": func, "param": at}}) for func, at in requests]
    answers = io.StringIO()
    assert pumped(card, io.StringIO("\n".join(lines)), answers) == []
    return [json.loads(line)["payload"] for line in answers.getvalue().splitlines()]


def test_a_program_reads_the_eid_in_lines_of_json(card: EuiccCard) -> None:
    (message,) = driven(card, [sys.executable, "-c", PROGRAM], {})
    assert message["type"] == "lpa"
    assert message["payload"]["data"].lower() == f"bf3e125a10{TEST_EID}9000"


def test_an_application_that_is_not_there_and_a_cut_line_are_failures_by_code(card: EuiccCard) -> None:
    card.line = CutLine(before=1, counts=is_store_data)
    connected, absent, opened, cut, again = spoken(
        card,
        ("connect", None),
        ("logic_channel_open", "A0" * 8),
        ("logic_channel_open", AID.hex()),
        ("transmit", "81E2910003BF2E00"),
        ("transmit", "81E2910003BF2E00"),
    )
    assert [connected, absent, opened] == [{"ecode": code, "data": ""} for code in (0, -1, 1)]
    assert cut == {"ecode": -1, "data": ""}
    assert again["data"] == "6115"


def test_the_module_answers_on_its_own_streams() -> None:
    request = {"type": "apdu", "payload": {"func": "logic_channel_open", "param": AID.hex()}}
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.euicc.stdio"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == {"type": "apdu", "payload": {"ecode": 1, "data": ""}}


def test_one_program_after_another_reads_the_card_over_a_socket(card: EuiccCard, tmp_path: Path) -> None:
    with served(card, tmp_path / "card") as reader:
        for _ in range(2):
            with simulated_card(reader.removeprefix("sim:")) as seam, seam.application(AID) as channel:
                assert Terminal(channel).ask(EID_COMMAND).need(0x5A).value.hex() == TEST_EID


def test_a_cut_line_ends_the_connection_and_the_next_one_begins_with_a_reset(
    card: EuiccCard, tmp_path: Path
) -> None:
    card.line = CutLine(after=1, counts=is_store_data)
    path = tmp_path / "card"
    with served(card, path):
        with (
            pytest.raises(CardError),
            simulated_card(str(path)) as seam,
            seam.application(AID) as channel,
        ):
            Terminal(channel).ask(tlv(0xBF2E))
        assert card.chip.session is not None
        with simulated_card(str(path)) as seam, seam.application(AID) as channel:
            Terminal(channel).ask(EID_COMMAND)
        assert card.chip.session is None


def test_the_module_that_serves_by_hand_offers_a_chip_and_a_download_for_it(tmp_path: Path) -> None:
    path = tmp_path / "card"
    command = [sys.executable, "-m", "tests.support.euicc.serve", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        told = dict(program.stdout.readline().rstrip().split(": ") for _ in range(3))
        try:
            world_root = Path(told["CI root"]).read_text()
            _, address, matching_id = told["code"].split("$")
            with simulated_card(str(path)) as seam, seam.application(AID) as channel:
                lpa = PlainLpa(Terminal(channel), world_root, address)
                lpa.download(matching_id)
                assert len(lpa.terminal.ask(tlv(0xBF2D)).need(0xA0).children()) == 2
        finally:
            program.send_signal(signal.SIGINT)
    assert not path.exists()
