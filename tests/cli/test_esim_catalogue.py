"""notou esim operators, plans, ask and catalogue, as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Program

OWN = """
format = 1
country = "FJ"
[sources.shop]
title = "The shop's window"
observed_on = "2026"
certainty = "confirmed"
[[operators]]
id = "someone"
source = "shop"
name = "Someone"
[[plans]]
id = "small"
operator = "someone"
source = "shop"
name = "Small"
price = 20.50
currency = "EUR"
"""
TABLE = """country,id,operator,name,price,data,source,observed_on
NC,week,opt-nc,A week,2500,5 GB,The shop,2025
"""


@pytest.fixture
def notou(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


def own_folder(notou: Program) -> Path:
    folder = notou.home / ".local/share/notou/catalogue"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_plan_is_shown_in_francs_and_euro_with_the_age_of_its_price(notou: Program) -> None:
    shown = notou.run("esim", "plans", "nc").stdout
    (line,) = (line for line in shown.splitlines() if line.startswith("Forfait M, 5 hours  "))
    for part in ("5,900 XPF", "49.44 EUR", "15 GB", "slowed", "unknown", "2019 (old)"):
        assert part in line
    assert "ask what is true today" in shown
    plan = objects(notou.run("esim", "plans", "NC", "--json").stdout)[2]
    assert (plan["price"]["value"], plan["currency"], plan["price_eur"]) == ("5900", "XPF", "49.44")
    assert plan["esim"]["value"] is None
    assert plan["price"]["url"] == "https://gouv.nc/node/7762"


def test_every_fact_of_every_line_of_json_has_source_day_and_certainty(notou: Program) -> None:
    lines = objects(
        notou.run("esim", "plans", "--json").stdout + notou.run("esim", "operators", "--json").stdout
    )
    facts = [each for line in lines for each in [*line.values(), *line["notes"]] if isinstance(each, dict)]
    assert len(facts) > 60
    for fact in facts:
        assert fact["source"]
        assert fact["observed_on"]
        assert fact["certainty"] in ("confirmed", "reported", "inferred")


def test_plans_are_called_what_they_are_called_in_the_persons_language(notou: Program) -> None:
    shown = notou.run("esim", "plans", "NC", "--lang", "fr").stdout
    assert "Forfait M, 5 heures" in shown
    assert "Tourism card" not in shown
    assert '"value":"Tourism card"' in notou.run("esim", "plans", "NC", "--lang", "fr", "--json").stdout


def test_a_plan_for_tourists_is_none_for_residents(notou: Program) -> None:
    assert "Tourism card" in notou.run("esim", "plans", "NC", "--tourist").stdout
    assert "Tourism card" not in notou.run("esim", "plans", "NC", "--resident").stdout
    assert "keep one" in notou.run("esim", "plans", "--resident", "--tourist", expect=1).stderr


def test_a_country_it_does_not_know_is_said_to_be_that(notou: Program) -> None:
    assert "knows nothing of FR; it knows NC." in notou.run("esim", "operators", "FR", expect=1).stderr
    assert "is no country" in notou.run("esim", "plans", "France", expect=1).stderr


def test_orange_is_no_operator_there_and_why_is_said(notou: Program) -> None:
    said = notou.run("esim", "ask", "Orange").stdout
    assert "Orange: an operator of other countries, not of NC." in said
    assert "works there by roaming" in said
    assert "https://www.operatorwatch.com/2024/09/" in said
    assert "'notou esim plans NC'" in said


def test_what_it_does_not_know_it_says(notou: Program) -> None:
    assert "knows nothing of “xyzzy”" in notou.run("esim", "ask", "xyzzy").stdout
    assert objects(notou.run("esim", "ask", "xyzzy", "--json").stdout)[0]["answers"] == []


def test_an_own_file_adds_a_country(notou: Program) -> None:
    (own_folder(notou) / "fiji.toml").write_text(OWN)
    assert "20.50 EUR" in notou.run("esim", "plans", "FJ").stdout
    assert "Someone: an operator in FJ" in notou.run("esim", "ask", "someone").stdout


def test_an_own_entry_replaces_the_shipped_one_of_its_id(notou: Program) -> None:
    newer = OWN.replace("FJ", "NC").replace("small", "forfait-m-5h").replace("20.50", "40")
    (own_folder(notou) / "nc.toml").write_text(newer)
    plans = objects(notou.run("esim", "plans", "NC", "--json").stdout)
    assert [plan["price_eur"] for plan in plans if plan["id"] == "forfait-m-5h"] == ["40.00"]


def test_a_fault_in_an_own_file_is_told_and_the_rest_counts(notou: Program) -> None:
    (own_folder(notou) / "fiji.toml").write_text(
        OWN.replace('name = "Small"', 'name = "Small"\nesim = "maybe"')
    )
    done = notou.run("esim", "operators", "FJ")
    assert "Someone" in done.stdout
    assert "field “esim”: “maybe” is not yes, no or unknown." in done.stderr
    told = notou.run("esim", "catalogue", "check", expect=1)
    assert "field “esim”" in told.stderr
    assert "1 fault was found" in told.stderr


def test_a_plan_of_nobody_is_a_fault(notou: Program, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN.replace('operator = "someone"', 'operator = "nobody"'))
    told = notou.run("esim", "catalogue", "check", file, expect=1)
    assert "The catalogue has no operator “nobody” in FJ." in told.stderr


def test_a_file_that_is_not_there_is_told_as_that(notou: Program, tmp_path: Path) -> None:
    told = notou.run("esim", "catalogue", "check", tmp_path / "none.toml", expect=1)
    assert (
        told.stderr
        == f"notou: The catalogue file {tmp_path}/none.toml cannot be read: No such file or directory.\n"
    )


def test_a_table_is_taken_in_once_and_replaced_when_asked(notou: Program, tmp_path: Path) -> None:
    table = tmp_path / "found.csv"
    table.write_text(TABLE)
    notou.run("esim", "catalogue", "import", table)
    assert "2,500 XPF" in notou.run("esim", "plans", "NC").stdout
    notou.run("esim", "catalogue", "check")
    table.write_text(TABLE.replace("2500", "2600"))
    assert "with --replace" in notou.run("esim", "catalogue", "import", table, expect=1).stderr
    notou.run("esim", "catalogue", "import", "--replace", table)
    assert "2,600 XPF" in notou.run("esim", "plans", "NC").stdout


def test_a_table_with_a_fault_leaves_nothing(notou: Program, tmp_path: Path) -> None:
    table = tmp_path / "found.csv"
    table.write_text(TABLE + "NC,month,nobody,A month,9000,20 GB,The shop,2025\n")
    told = notou.run("esim", "catalogue", "import", table, expect=1)
    assert "no operator “nobody” in NC" in told.stderr
    assert list(own_folder(notou).iterdir()) == []
