"""Tables of plans (CSV) become catalogue files that read back as what the table says."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.esim.catalogue.reading import read_catalogue
from notou.esim.catalogue.records import AtQuota, Audience, Money, Plan
from notou.esim.catalogue.table import COLUMNS, catalogues_of

TODAY = date(2026, 11, 27)
HEADS = "country,id,operator,name,price,data,validity_days,at_quota,audience,esim,source,observed_on"
ROW = "NC,week,opt-nc,A week,2500,5 GB,7,stopped,tourist,no,The shop,2026-11"


def faults(text: str) -> list[str]:
    made, told = catalogues_of(text.encode(), "found.csv", TODAY)
    assert bool(made) != bool(told)
    return [str(each) for each in told]


def plans(text: str) -> list[Plan]:
    made, told = catalogues_of(text.encode(), "found.csv", TODAY)
    assert told == []
    readings = [read_catalogue(data, "made.toml", TODAY) for data in made.values()]
    assert [reading.faults for reading in readings] == [()] * len(readings)
    return [plan for reading in readings for plan in reading.catalogue.plans]


def test_a_row_becomes_a_plan_with_its_source() -> None:
    (plan,) = plans(f"{HEADS}\n{ROW}\n")
    assert (plan.id, plan.name.value, plan.price.value) == ("week", "A week", Money(Decimal(2500), "XPF"))
    assert (plan.data_bytes.value, plan.validity_days.value) == (5 * 10**9, 7)
    assert (plan.at_quota.value, plan.audience.value, plan.esim.value) == (
        AtQuota.STOPPED, Audience.TOURIST, False,
    )  # fmt: skip
    assert {(fact.source.title, fact.observed_on.text, fact.certainty) for fact in plan.facts} == {
        ("The shop", "2026-11", "reported")
    }


def test_an_empty_cell_is_unknown() -> None:
    (plan,) = plans(f"{HEADS}\nNC,week,opt-nc,A week,,,,,,,The shop,2026\n")
    assert [fact.value for fact in plan.facts] == ["A week", *[None] * 9]


def test_what_spreadsheets_write_is_read() -> None:
    table = (
        f"\ufeff{HEADS},currency\n{ROW},EUR\n".replace(",", ";")
        .replace("2500", "20,50")
        .replace("\n", "\r\n")
    )
    (plan,) = plans(table)
    assert plan.price.value == Money(Decimal("20.50"), "EUR")


def test_rows_of_two_countries_become_two_files() -> None:
    made, _ = catalogues_of(f"{HEADS}\n{ROW}\n{ROW.replace('NC', 'FJ')}\n".encode(), "found.csv", TODAY)
    assert list(made) == ["NC", "FJ"]


def test_an_operator_that_is_named_is_made() -> None:
    made, _ = catalogues_of(f"{HEADS},operator_name\n{ROW},Someone\n".encode(), "found.csv", TODAY)
    (operator,) = read_catalogue(made["NC"], "made.toml", TODAY).catalogue.operators
    assert (operator.id, operator.name.value) == ("opt-nc", "Someone")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The column “country” is missing."),
        ("country,id", "The column “operator” is missing."),
        (f"{HEADS},colour\n", "“colour” is no column"),
        (f"{HEADS},id\n", "“id” is no column, or one of two"),
        (f"{HEADS}\n{ROW},\n{ROW},more\n", "entry line 3 (week), field “column 13”"),
        (
            f"{HEADS}\n{ROW.replace('2500', 'much')}",
            "entry line 2 (week), field “price”: “much” is no number.",
        ),
        (f"{HEADS}\n{ROW.replace('2500', '-1')}", "“-1” is no number."),
        (f"{HEADS}\n{ROW}\n{ROW}", "entry line 3 (week), field “id”: Another entry has it already."),
        (f"{HEADS}\n{ROW.replace('NC', 'Caledonia')}", "field “country”"),
        (f"{HEADS}\n{ROW.replace('The shop', '')}", "field “source”: It is missing."),
        (f'{HEADS}\n"{ROW}', "found.csv: It is no table: "),
        (f"{HEADS}\n" + f"{ROW}\n" * 1001, "Another entry has it already."),
    ],
)
def test_a_fault_names_its_line_and_nothing_is_made(text: str, sentence: str) -> None:
    assert any(sentence in told for told in faults(text)), faults(text)


def test_bytes_that_are_no_text_are_told_as_that() -> None:
    assert [str(each) for each in catalogues_of(b"\xff\xfe", "found.csv", TODAY)[1]] == [
        "found.csv: It is not UTF-8 text."
    ]


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["NC", "week", "opt-nc", "2026", "2500", "5 GB", "slowed", "yes", "XPF", "1e9"]),
)  # fmt: skip


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELLS)), min_size=1, max_size=3))
def test_whatever_a_table_says_what_is_made_of_it_reads_back(rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    made, told = catalogues_of(text.getvalue().encode("utf-8", "replace"), "found.csv", TODAY)
    held = [read_catalogue(data, "made.toml", TODAY) for data in made.values()]
    assert [reading.faults for reading in held] == [()] * len(held)
    blank = [row for row in rows if not any(cell.strip() for cell in row.values())]
    assert told or sum(len(reading.catalogue.plans) for reading in held) == len(rows) - len(blank)


NAMES = st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]), min_size=1, max_size=30)


@given(NAMES, st.integers(0, 10**9), NAMES)
def test_a_name_of_any_letters_and_any_price_comes_through_exactly(
    name: str, price: int, source: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["country", "id", "operator", "name", "price", "source", "observed_on"])
    writer.writerow(["NC", "one", "opt-nc", name, price, source, "2026"])
    if "unknown" in (name, source):
        return
    (plan,) = plans(text.getvalue())
    assert (plan.name.value, plan.price.value, str(plan.name.source.title)) == (
        name.strip(), Money(Decimal(price), "XPF"), source.strip(),
    )  # fmt: skip
