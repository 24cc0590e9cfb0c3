"""Which entry a question names, however it is spelt."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.esim.catalogue.matching import find_names
from notou.esim.catalogue.merging import merge
from notou.esim.catalogue.reading import read_catalogue
from notou.esim.catalogue.records import NameKind
from notou.esim.catalogue.shipped import shipped_files

CATALOGUE = merge(read_catalogue(data, name, date(2026, 11, 27)).catalogue for name, data in shipped_files())


def found(question: str) -> list[tuple[str, bool]]:
    return [(match.entry.id, match.exact) for match in find_names(CATALOGUE, question)]


@pytest.mark.parametrize(
    ("question", "entries"),
    [
        ("Orange", ["orange"]),
        ("orange", ["orange"]),
        ("NCT", ["nct"]),
        ("New Caledonia Telecom", ["nct"]),
        ("New Caledonia Telecom (NCT)", ["nct"]),
        ("newcaledoniatelecom", ["nct"]),
        ("DIGICEL!", ["digicel"]),
        ("Orange Cloud", ["orange-cloud"]),
        ("does Orange have eSIM there?", ["orange"]),
        ("Mobilis", ["mobilis"]),
        ("Hélia", ["helia"]),
        ("helia by opt nc", ["helia"]),
        ("OPT", ["opt"]),
        ("opt-nc", ["opt"]),
        ("Orange or Digicel", ["orange", "digicel"]),
    ],
)
def test_case_accents_and_words_around_a_name_do_not_count(question: str, entries: list[str]) -> None:
    assert found(question) == [(entry, True) for entry in entries]


@pytest.mark.parametrize(
    ("question", "entry"), [("Mobiliss", "mobilis"), ("digicell", "digicel"), ("ornage", "orange")]
)
def test_a_slip_is_forgiven_and_said(question: str, entry: str) -> None:
    assert found(question) == [(entry, False)]


@pytest.mark.parametrize("question", ["", "  ", "xyzzy", "OTP", "or", "orang-utan park", "!?", "cloud"])
def test_what_it_does_not_know_it_does_not_guess(question: str) -> None:
    assert found(question) == []


def test_what_each_name_of_the_articles_is() -> None:
    kinds = {entry.id: entry.kind for entry in CATALOGUE.names}
    assert kinds == {
        "orange": NameKind.OPERATOR_ELSEWHERE,
        "nct": NameKind.NO_OPERATOR,
        "digicel": NameKind.OPERATOR_ELSEWHERE,
        "orange-cloud": NameKind.NO_PRODUCT,
        "mobilis": NameKind.FORMER_BRAND,
        "helia": NameKind.BRAND,
        "opt": NameKind.OPERATOR,
    }
    assert all(entry.evidence for entry in CATALOGUE.names)


@given(st.sampled_from([name for entry in CATALOGUE.names for name in entry.names]), st.text(max_size=20))
def test_every_name_is_found_alone_whatever_its_case(name: str, around: str) -> None:
    assert [exact for _, exact in found(name.upper())] == [True]
    find_names(CATALOGUE, around + name + around)
