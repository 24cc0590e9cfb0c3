"""Catalogue files: what is read, and the sentence for each fault."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.esim.catalogue.reading import MOST_FILE_BYTES, read_catalogue

TODAY = date(2026, 11, 27)
HEAD = """
format = 1
country = "NC"
[sources.shop]
title = "The shop's window"
observed_on = 2026-05-01
certainty = "confirmed"
"""
PLAN = """
[[plans]]
id = "small"
operator = "opt-nc"
source = "shop"
name = "Small"
"""


def faults(text: str) -> list[str]:
    return [str(fault) for fault in read_catalogue(text.encode(), "own.toml", TODAY).faults]


def test_a_field_that_is_missing_is_unknown_and_still_has_a_source_and_a_day() -> None:
    (plan,) = read_catalogue((HEAD + PLAN).encode(), "own.toml", TODAY).catalogue.plans
    assert [fact.value for fact in plan.facts] == ["Small", *[None] * 9]
    assert {(fact.source.title, fact.observed_on.text) for fact in plan.facts} == {
        ("The shop's window", "2026-05-01")
    }


def test_a_field_may_have_a_source_a_day_and_a_certainty_of_its_own() -> None:
    text = (
        HEAD + '[sources.friend]\ntitle = "A friend"\nobserved_on = "2025"\ncertainty = "reported"\n' + PLAN
    )
    text += 'esim = { value = "yes", source = "friend", observed_on = "2026-02", certainty = "inferred" }\n'
    (plan,) = read_catalogue(text.encode(), "own.toml", TODAY).catalogue.plans
    fact = plan.esim
    assert (fact.value, fact.source.title, fact.observed_on.text, fact.certainty) == (
        True, "A friend", "2026-02", "inferred",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("price = -5", "“-5” is no number from 0 to 1,000,000,000."),
        ("price = 5.5", "“5.5” cannot be paid in XPF: it is too fine."),
        ("price = true", "“True” is no number."),
        ("price = nan", "“NaN” is no number from 0"),
        ("price = 1e999999999", "is no number from 0"),
        ('data = "many"', "“many” is no amount of data; write it like 500 MB or 15 GB."),
        ('data = "0 GB"', "“0 GB” is no amount of data"),
        ("validity_days = 0", "“0” is no whole number from 1 to 3,660."),
        ('at_quota = "explodes"', "“explodes” is none of: slowed, stopped, charged."),
        ('esim = "maybe"', "“maybe” is not yes, no or unknown."),
        ("esim = true", "“True” is not yes, no or unknown."),
        ('price = { value = 5, source = "nobody" }', "The file's [sources] has no “nobody”."),
        ('price = { value = 5, observed_on = "2027-01-01" }', "is still to come"),
        ('price = { value = 5, observed_on = "2026-13" }', "“2026-13” is no day"),
        ('price = { value = 5, seen = "2026" }', "It has no part “seen”."),
        ("price = { }", "Its value is missing."),
        ("prize = 5", "No entry of this kind has such a field."),
        ('currency = "USD"', "“USD” is no currency with a fixed rate to the euro"),
        ('notes = "one"', "It is no list of at most 50."),
        ('notes = ["a\\nb"]', "is not one line of 1 to 1,000 characters."),
    ],
)
def test_a_fault_names_file_entry_and_field(line: str, sentence: str) -> None:
    (told,) = faults(HEAD + PLAN + line)
    assert told.startswith("In own.toml, entry plans 1 (small), field “")
    assert line.split(" ")[0] in told
    assert sentence in told


def test_a_faulty_entry_is_left_out_and_the_others_stay() -> None:
    text = HEAD + PLAN + "price = -1\n" + PLAN.replace("small", "large")
    reading = read_catalogue(text.encode(), "own.toml", TODAY)
    assert [plan.id for plan in reading.catalogue.plans] == ["large"]
    assert len(reading.faults) == 1


def test_an_id_counts_once() -> None:
    assert faults(HEAD + PLAN + PLAN) == [
        "In own.toml, entry plans 2 (small), field “id”: Another entry has it already."
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "field “format”: It is missing."),
        ("format = 2\ncountry = 'NC'", "“2” is no whole number from 1 to 1."),
        ("format = 1\ncountry = 'nc'", "two capital letters of ISO 3166"),
        ("format = 1\ncountry = 'NC'\nspeed = 1", "field “speed”: No entry of this kind has such a field."),
        ("format = 1\ncountry = 'NC'\nplans = 3", "[[plans]] is no list of at most 1,000 entries."),
        ("format = 1\ncountry = 'NC'\nsources = 3", "[sources] is no table of sources."),
        ("not toml", "own.toml is not TOML: "),
        ("a = " + "[" * 100_000, "own.toml is TOML that goes beyond"),
        ("a" + ".a" * 100_000 + " = 1", "own.toml is TOML that goes beyond"),
        ("a = " + "1" * 100_000, "own.toml is TOML that goes beyond"),
        ("#" * (MOST_FILE_BYTES + 1), "so it is no catalogue."),
    ],
)
def test_a_file_that_is_no_catalogue_is_told_as_that(text: str, sentence: str) -> None:
    assert sentence in faults(text)[0]


def test_bytes_that_are_no_text_are_told_as_that() -> None:
    assert [*read_catalogue(b"\xff", "own.toml", TODAY).faults] == ["own.toml is not UTF-8 text."]


VALUES = st.recursive(
    st.one_of(
        st.integers(-5, 10**9).map(str),
        st.floats().map(str),
        st.booleans().map(lambda each: str(each).lower()),
        st.sampled_from(
            ['"yes"', '"unknown"', '"shop"', '"15 GB"', '"2026"', "2026-05-01", '"a\\nb"', '"tourist"']
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
        st.dictionaries(st.sampled_from(["value", "source", "observed_on", "certainty", "x"]), inner).map(
            lambda each: "{" + ", ".join(f"{name} = {value}" for name, value in each.items()) + "}"
        ),
    ),
    max_leaves=6,
)
FIELDS = st.dictionaries(
    st.sampled_from(
        [
            "id",
            "operator",
            "source",
            "name",
            "names",
            "price",
            "data",
            "esim",
            "notes",
            "truth",
            "kind",
            "evidence",
        ]
    ),
    VALUES,
)


@given(st.sampled_from(["operators", "plans", "names"]), FIELDS)
def test_whatever_an_entry_says_it_is_read_or_told_and_never_both(kind: str, fields: dict[str, str]) -> None:
    text = HEAD + f"[[{kind}]]\n" + "\n".join(f"{name} = {value}" for name, value in fields.items())
    reading = read_catalogue(text.encode(), "own.toml", TODAY)
    held = (*reading.catalogue.operators, *reading.catalogue.plans, *reading.catalogue.names)
    assert len(held) == (0 if reading.faults else 1)


def test_of_thousands_of_strange_fields_a_few_are_told() -> None:
    assert len(faults(HEAD + PLAN + "".join(f"f{number} = 1\n" for number in range(9000)))) == 10


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_nothing_is_raised(data: bytes) -> None:
    assert read_catalogue(data, "own.toml", TODAY).faults


@pytest.mark.parametrize("written", ["5 GB", "5 Go", "5Go", "5000 MB", "5000 Mo"])
def test_data_is_taken_as_it_is_written_in_english_and_french(written: str) -> None:
    text = HEAD + PLAN + f'data = "{written}"\n'
    (plan,) = read_catalogue(text.encode(), "own.toml", TODAY).catalogue.plans
    assert plan.data_bytes.value == 5 * 10**9
