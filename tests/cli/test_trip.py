"""notou trip plan, as a person runs it: without a vault, with one, in JSON, and as a page."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from notou.cli.document import Block, Document, Grid, Lines, Section, Ticks, document_lines
from notou.cli.layout import laid_out
from notou.cli.page import page
from notou.esim.trip.checklist import StepKind
from tests.support.program import Program

SOON = (date.today() + timedelta(4)).isoformat()
TRIP = ["trip", "plan", "--to", "NC", "--from", SOON, "--days", "14"]
VOID = {"meta", "br", "hr", "img", "link", "input"}


@pytest.fixture
def notou(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


@pytest.fixture
def vault(notou: Program, tmp_path: Path) -> list[str]:
    """Options that name a vault at two places, with one backup of a letter and a picture."""
    places = [tmp_path / "a", tmp_path / "b"]
    (tmp_path / "things").mkdir()
    (tmp_path / "things/letter.txt").write_text("Dear Ana")
    (tmp_path / "things/IMG.jpg").write_bytes(b"\xff\xd8\xff\xda\x00\x02" + bytes(1000))
    notou.run("init", *(word for place in places for word in ("--to", str(place))))
    notou.run("backup", tmp_path / "things", *(word for place in places for word in ("--to", str(place))))
    return [word for place in places for word in ("--vault", str(place))]


def planned(notou: Program, *words: str | Path) -> dict[str, Any]:
    lines = notou.run(*TRIP, *words, "--json").stdout.splitlines()
    assert len(lines) == 1
    made: dict[str, Any] = json.loads(lines[0])
    assert made["event"] == "trip_planned"
    return made


def steps(made: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["state"] for step in made["steps"]}


class Page(HTMLParser):
    """Checks that elements close in order, and gathers text, attributes and names of elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_without_a_vault_figures_are_said_to_be_assumed_and_no_step_is_claimed(notou: Program) -> None:
    shown = notou.run(*TRIP).stdout
    assert "assumed: 20 × 4 MB a photo" in shown
    assert "let --vault measure it" in shown
    assert "[x]" not in shown
    assert "where --vault names your vault" in shown
    made = planned(notou)
    assert {part["origin"] for part in made["parts"]} == {"assumed"}
    assert set(steps(made).values()) == {"unknown"}
    assert made["vault"] is None


def test_what_a_person_says_is_reckoned_with(notou: Program) -> None:
    words = [
        "--photos-a-day",
        "50",
        "--video-minutes-a-day",
        "0",
        "--calls-hours-a-day",
        "2.5",
        "--mb-a-day",
        "100",
    ]
    made = planned(notou, *words)
    a_day = {part["kind"]: part["bytes_a_day"] for part in made["parts"]}
    assert a_day == {
        "own_use": 100_000_000, "calls": 125_000_000, "small": 11_000_000, "photos": 220_000_000, "videos": 0,
    }  # fmt: skip
    assert made["bytes_waiting_for_wifi"] == 14 * 236_000_000
    assert made["bytes_without_waiting"] == 14 * 456_000_000


def test_plans_are_counted_and_priced_and_what_is_unknown_is_said(notou: Program) -> None:
    offers = {offer["plan"]: offer for offer in planned(notou)["offers_waiting_for_wifi"]}
    assert (offers["forfait-m-1h"]["count"], offers["forfait-m-1h"]["cost"]) == (5, "9500")
    assert offers["forfait-m-largest"]["cost"] is None
    assert "price_unknown" in offers["forfait-m-largest"]["doubts"]
    assert offers["tourism-card"]["count"] is None
    shown = notou.run(*TRIP).stdout
    (line,) = (
        line for line in shown.splitlines() if line.startswith("Forfait M, 1 hour") and "9,500 XPF" in line
    )
    for part in ("1 GB", "79.61 EUR", "slowed", "2019-10-02 (old)"):
        assert part in line
    assert "Not on record of Tourism card: how much data it has, its price." in shown
    assert "Whether OPT-NC sells eSIM, nobody says" in shown
    assert "ask what is true today" in shown


def test_a_resident_is_offered_no_tourism_card(notou: Program) -> None:
    assert "Tourism card" in notou.run(*TRIP).stdout
    assert "Tourism card" not in notou.run(*TRIP, "--resident").stdout


def test_steps_that_the_vault_shows_to_be_done_are_ticked(notou: Program, vault: list[str]) -> None:
    made = planned(notou, *vault)
    assert steps(made) == {
        StepKind.FIRST_BACKUP: "done", StepKind.FRESH_BACKUP: "done", StepKind.SECOND_PLACE: "done",
        StepKind.CODES_SAVED: "to_do", StepKind.KIT_PRINTED: "unknown",
    }  # fmt: skip
    assert made["vault"]["whole_bytes"] == 1014
    assert made["vault"]["largest_run_bytes"] > 0
    shown = notou.run(*TRIP, *vault).stdout
    assert "[x]  The vault holds a full backup, 1 kB of files" in shown
    assert f"[x]  The last backup is of {date.today()}" in shown
    assert "[ ]  Save the activation codes" in shown


def test_a_place_that_is_away_is_named(notou: Program, vault: list[str]) -> None:
    shutil.rmtree(vault[3])
    made = planned(notou, *vault)
    assert steps(made)["second_place"] == "to_do"
    assert [place["failure"] is None for place in made["vault"]["places"]] == [True, False]
    assert f"{vault[1]} did, {vault[3]} did not" in notou.run(*TRIP, *vault).stdout


def test_a_vault_that_is_not_there_or_does_not_open_ends_as_elsewhere(
    notou: Program, vault: list[str], tmp_path: Path
) -> None:
    notou.run(*TRIP, "--vault", tmp_path / "none", expect=10)
    Program(tmp_path / "home", password="guessed").run(*TRIP, *vault, expect=12)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--to", "France"], "“France” is no country"),
        (["--from", "2020-01-01"], "which is past"),
        (["--from", "tomorrow"], "“tomorrow” is no day"),
        (["--days", "0"], "A trip of 0 days cannot be planned; give 1 to 366."),
        (["--days", "367"], "A trip of 367 days"),
        (["--photos-a-day", "-1"], "“-1” is no number from 0 to 10,000."),
        (["--photos-a-day", "nan"], "“nan” is no number"),
        (["--mb-a-day", "1e999999"], "is no number from 0 to 1,000,000."),
        (["--calls-hours-a-day", "25"], "is no number from 0 to 24."),
        (["--html", "{tmp}/none/page.html"], "cannot be written: No such file or directory."),
    ],
)
def test_bad_input_ends_in_one_sentence(
    words: list[str], sentence: str, notou: Program, tmp_path: Path
) -> None:
    done = notou.run(*TRIP, *(word.format(tmp=tmp_path) for word in words), expect=1)
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_country_without_plans_still_gets_its_need(notou: Program) -> None:
    shown = notou.run(*TRIP, "--to", "fr").stdout
    assert "The catalogue knows nothing of FR; it knows NC." in shown
    assert "If everything is sent at once: 9.6 GB." in shown


def test_the_page_holds_all_that_the_terminal_shows_and_fetches_nothing(
    notou: Program, vault: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "trip.html"
    assert notou.run(*TRIP, *vault, "--html", file).stdout == f"Wrote {file}.\n"
    parsed = Page(file.read_text(encoding="utf-8"))
    text = "\n".join(parsed.texts)
    for line in notou.run(*TRIP, *vault).stdout.splitlines():
        for cell in line.removeprefix("[x]").removeprefix("[ ]").removeprefix("[?]").split("  "):
            assert cell.strip() in text
    assert not {"script", "img", "link", "iframe"} & set(parsed.seen)
    assert {name for name, _ in parsed.attributes} == {"lang", "charset", "name", "content"}
    assert "url(" not in text


HOSTILE = "<script>alert('1')</script> & \"quotes\" </title></style>"


def test_no_text_becomes_part_of_the_page_s_own_code() -> None:
    blocks: list[Block] = [
        Lines([HOSTILE]),
        Grid([HOSTILE], [[HOSTILE]]),
        Ticks([(True, HOSTILE), (None, HOSTILE)]),
    ]
    parsed = Page(page(Document(HOSTILE, [Section(HOSTILE, blocks)]), "en", str))
    assert "script" not in parsed.seen
    assert parsed.texts.count(HOSTILE) == 8


def test_the_page_says_everything_in_the_language_it_is_given() -> None:
    document = Document("a", [Section("b", [Lines(["c"]), Grid(["d"], [["e"]]), Ticks([(False, "f")])])])
    parsed = Page(page(document, "fr", str.upper))
    assert [text for text in parsed.texts if text.strip().isalpha()] == ["A", "A", "B", "C", "D", "E", "F"]
    assert ("lang", "fr") in parsed.attributes


def test_a_document_on_a_terminal_marks_what_is_done() -> None:
    ticks = Ticks([(True, "packed"), (False, "paid"), (None, "happy")])
    lines = document_lines(Document("Trip", [Section("To do", [ticks])]))
    assert [text for line in lines for text in laid_out(line, str)] == [
        "Trip", "", "To do", "[x]  packed", "[ ]  paid", "[?]  happy",
    ]  # fmt: skip
