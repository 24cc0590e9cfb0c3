"""A person with a SIM card: reads it, keeps it in a vault, loses it, and writes it to a new one."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.card_server import offered
from tests.support.program import Program
from tests.support.restic import Restic
from tests.support.simcard.card import SimCard
from tests.support.simcard.cards import ICCID, IMSI, file_of, plain_sim, usim, write
from tests.support.simcard.records import adn, alpha, deliver, sms
from tests.support.terminal import at_terminal

OTHER = "8968709999999999999"
FILES = (0x4F3A, 0x4F12, 0x4F13, 0x6F3B, 0x6F3C)


class Desk:
    """A vault at two places, PINs in files, and a card in the reader."""

    def __init__(self, tmp: Path) -> None:
        self.tmp = tmp
        self.notou = Program(tmp / "home")
        self.places = [str(tmp / "a"), str(tmp / "b")]
        self.to = ["--to", self.places[0], "--to", self.places[1]]
        self.notou.run("init", *self.to)
        self._cards = 0
        (tmp / "pin").write_text("1234\n")
        (tmp / "pin2").write_text("9876\n")

    @property
    def pins(self) -> list[str]:
        return ["--pin-file", str(self.tmp / "pin"), "--pin2-file", str(self.tmp / "pin2")]

    @contextmanager
    def reader(self, card: SimCard) -> Iterator[list[str]]:
        self._cards += 1
        with offered(card, self.tmp / f"card{self._cards}") as word:
            yield ["--reader", word]

    def attempt(self, card: SimCard, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """``notou sim …`` with this card."""
        pins = self.pins if words[0] == "restore" else self.pins[:2]
        with self.reader(card) as reader:
            argv = self.notou.argv("sim", *words, *reader, *pins)
            return subprocess.run(
                argv, env=self.notou.env, input=typed, capture_output=True, text=True, timeout=120
            )

    def sim(self, card: SimCard, *words: str, typed: str = "", expect: int = 0) -> str:
        """What it said on both streams."""
        done = self.attempt(card, *words, typed=typed)
        said = done.stdout + done.stderr
        assert done.returncode == expect, said
        assert "Traceback" not in said
        return said

    def objects(self, card: SimCard, *words: str, **kind: Any) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.sim(card, *words, "--json", **kind).splitlines()]

    def answer(self, card: SimCard | None, *words: str) -> str:
        if card is None:
            return self.notou.run("esim", "answer", "--reader", "sim:/nowhere", *words).stdout
        with self.reader(card) as reader:
            return self.notou.run("esim", "answer", *reader, *words).stdout


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def filled() -> SimCard:
    card = usim()
    write(card, 0x4F3A, 2, adn("Ana", "+687123456"))
    write(card, 0x4F3A, 5, adn("伟", "5551234"))
    write(card, 0x4F12, 5, b"\x02")
    write(card, 0x4F13, 2, alpha("wei@example.org", 30) + b"\x01\x05")
    write(card, 0x6F3B, 1, adn("Office", "251234"))
    write(card, 0x6F3C, 3, sms(1, deliver("+687111222", "See you at the lagoon")))
    return card


def records(card: SimCard) -> list[list[bytes]]:
    return [list(file_of(card, each).records) for each in FILES]


def test_reading_shows_what_the_card_holds_and_hides_what_others_could_misuse(desk: Desk) -> None:
    said = desk.sim(filled(), "read")
    for told in ("Helia", "Ana", "+687123456", "wei@example.org", "Office", "See you at the lagoon"):
        assert told in said
    assert ICCID not in said
    assert IMSI not in said
    assert f"Card number (ICCID): {ICCID}" in desk.sim(filled(), "read", "--reveal")


def test_reading_speaks_json_lines(desk: Desk) -> None:
    card, *rest = desk.objects(filled(), "read")
    assert (card["event"], card["provider"], card["contacts"], card["messages"]) == (
        "sim_card",
        "Helia",
        2,
        1,
    )
    assert (card["iccid"], card["iccid_end"], card["imsi_end"]) == (None, ICCID[-4:], IMSI[-4:])
    assert desk.objects(filled(), "read", "--reveal")[0]["imsi"] == IMSI
    assert [each["event"] for each in rest] == ["sim_entry"] * 3 + ["sim_message"]
    assert rest[1]["addresses"] == ["wei@example.org"]


def test_a_lost_card_comes_back_on_a_new_one_record_for_record(desk: Desk) -> None:
    assert "Kept 2 contacts" in desk.sim(filled(), "save", *desk.to)
    new = usim(iccid=OTHER)
    said = desk.sim(new, "restore", "--from", desk.places[1], typed="y\n")
    assert re.search(r"^add +contact +2 +Ana$", said, re.MULTILINE)
    assert "PIN2" in said
    assert records(new) == records(filled())
    again = desk.sim(new, "restore", "--from", desk.places[0])
    assert "There is nothing to write." in again


def test_what_is_kept_can_be_read_with_any_tool(desk: Desk, tmp_path: Path) -> None:
    desk.sim(filled(), "save", *desk.to)
    for place in desk.places:
        Restic(place, desk.notou.password).run("check", "--read-data")
    desk.notou.run("restore", "latest", "--from", desk.places[0], "--target", tmp_path / "out")
    root = tmp_path / "out" / "sim" / ICCID
    cards = (root / "contacts.vcf").read_text(encoding="utf-8")
    assert "FN:Ana" in cards
    assert "EMAIL:wei@example.org" in cards
    (message,) = map(json.loads, (root / "messages.jsonl").read_text(encoding="utf-8").splitlines())
    assert message["text"] == "See you at the lagoon"
    assert json.loads((root / "card.json").read_text())["imsi"] == IMSI


def test_saving_an_unchanged_card_again_adds_nothing(desk: Desk) -> None:
    desk.sim(filled(), "save", *desk.to)
    assert "Nothing changed" in desk.sim(filled(), "save", *desk.to)


def test_messages_that_the_card_refused_stay_as_they_were_kept(desk: Desk) -> None:
    desk.sim(filled(), "save", *desk.to)
    card = filled()
    card.refusals[(0x6F3C, 0xB2)] = "6985"
    assert "messages stays as it was" in desk.sim(card, "save", *desk.to)
    new = usim(iccid=OTHER)
    desk.sim(new, "restore", "--from", desk.places[0], typed="y\n")
    assert records(new) == records(filled())


def test_saving_an_emptied_card_does_not_empty_what_is_kept_of_it(desk: Desk) -> None:
    desk.sim(filled(), "save", *desk.to)
    said = desk.sim(usim(), "save", *desk.to)
    assert "The card holds nothing of the class messages now" in said
    new = usim()
    desk.sim(new, "restore", "--from", desk.places[0], typed="y\n")
    assert records(new) == records(filled())


def test_each_change_made_is_told_in_the_persons_language(desk: Desk) -> None:
    desk.sim(filled(), "save", *desk.to)
    words = ("restore", "--verbose", "--lang", "fr", "--from", desk.places[0])
    said = desk.attempt(usim(iccid=OTHER), *words, typed="y\n")
    assert said.returncode == 0
    assert "Ana" in said.stderr
    assert not re.search(r"\badd\b", said.stderr)


@pytest.mark.parametrize("typed", ["", "n\n", "perhaps\n"])
def test_nothing_is_written_unless_the_person_says_yes(desk: Desk, typed: str) -> None:
    desk.sim(filled(), "save", *desk.to)
    new = usim(iccid=OTHER)
    assert "Nothing was written." in desk.sim(new, "restore", "--from", desk.places[0], typed=typed)
    assert records(new) == records(usim())


def test_a_dry_run_writes_nothing_and_asks_nothing(desk: Desk) -> None:
    desk.sim(filled(), "save", *desk.to)
    new = usim(iccid=OTHER)
    steps = desk.objects(new, "restore", "--dry-run", "--from", desk.places[0])
    assert {step["event"] for step in steps} == {"sim_step"}
    assert [step["verdict"] for step in steps] == ["add"] * 4
    assert records(new) == records(usim())


def test_a_smaller_card_takes_what_fits_and_ends_with_3(desk: Desk) -> None:
    desk.sim(filled(), "save", *desk.to)
    new = plain_sim(contacts=1, iccid=OTHER)
    said = desk.sim(new, "restore", "--from", desk.places[0], typed="y\n", expect=3)
    assert re.search(r"^does not fit +contact +伟 +This card has no", said, re.MULTILINE)
    assert "1 kept entry does not fit" in said
    assert file_of(new, 0x6F3A).records == [adn("Ana", "+687123456")]


def test_what_a_damaged_vault_has_lost_is_said_and_the_rest_is_planned(desk: Desk) -> None:
    desk.sim(filled(), "save", *desk.to)
    told = []
    for pack in sorted(Path(desk.places[0]).glob("data/*/*")):
        content = pack.read_bytes()
        pack.unlink()
        done = desk.attempt(usim(iccid=OTHER), "restore", "-n", "--from", desk.places[0])
        told.append((done.returncode, "could not be read" in done.stderr, done.stdout.count("\nadd")))
        pack.write_bytes(content)
    assert {each for each in told if each[0] == 0} <= {(0, False, 4)}
    assert (3, True, 3) in told  # without the messages


def test_of_several_kept_cards_the_one_in_the_reader_is_meant_or_the_one_named(desk: Desk) -> None:
    desk.sim(filled(), "save", *desk.to)
    second = plain_sim(iccid=OTHER)
    write(second, 0x6F3A, 1, adn("Second", "2"))
    desk.sim(second, "save", *desk.to)
    new = plain_sim(iccid="8968701111111111111")
    assert "say which with --iccid" in desk.sim(new, "restore", "--from", desk.places[0], expect=1)
    named = desk.sim(new, "restore", "-n", "--iccid", OTHER[-4:], "--from", desk.places[0])
    assert "Second" in named
    own = plain_sim(iccid=OTHER)
    assert "Second" in desk.sim(own, "restore", "-n", "--from", desk.places[0])


def test_a_wrong_pin_ends_at_once_and_never_shows(desk: Desk) -> None:
    (desk.tmp / "pin").write_text("4321")
    card = filled()
    said = desk.sim(card, "read", expect=1)
    assert "The PIN is wrong; 2 tries are left" in said
    assert "4321" not in said
    assert card.pins[1].asked == 1


def test_the_last_try_is_only_used_when_the_person_says_so(desk: Desk) -> None:
    card = filled()
    card.pins[1].tries = 1
    said = desk.sim(card, "read", expect=1)
    assert "One try is left" in said
    assert "nothing was tried" in said
    assert card.pins[1].asked == 0
    assert "Ana" in desk.sim(card, "read", typed="y\n")


def test_at_a_terminal_the_tries_stand_beside_the_question_and_the_pin_is_not_echoed(desk: Desk) -> None:
    with desk.reader(filled()) as reader:
        said = at_terminal(
            desk.notou.argv("sim", "read", *reader), desk.notou.env, {"(3 tries left): ": "1234\n"}
        )
    assert "PIN of the card (3 tries left): " in said
    assert "(3 tries left): 1234" not in said
    assert "Ana" in said


def test_the_answer_for_a_card_whose_contents_are_kept(desk: Desk) -> None:
    desk.sim(filled(), "save", *desk.to)
    said = desk.answer(filled(), "--from", desk.places[0])
    assert "a profile never leaves the chip" in said
    assert "2 contacts, 1 fixed dialling number, 1 message" in said
    assert "notou sim save" not in said


def test_the_answer_without_card_and_vault_is_general_and_says_so(desk: Desk) -> None:
    said = desk.answer(None)
    assert "No card was seen" in said
    assert "No vault was named" in said
    assert "notou sim save" in said


def test_the_answer_asks_for_no_pin_and_writes_nothing(desk: Desk) -> None:
    card = filled()
    desk.answer(card)
    assert {command[1] for command in card.commands} <= {0xA4, 0xB0, 0xC0}
