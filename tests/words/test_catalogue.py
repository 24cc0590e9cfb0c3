"""A sentence said in another language."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from notou.errors import NotouError
from notou.sentence import say, say_all, say_count
from notou.words.catalogue import ENGLISH_WORDS, Words

BUG = "{place} is full: {reason}"


@pytest.fixture
def french(tmp_path: Path) -> Words:
    catalogue = Catalog(locale="fr")
    catalogue.mime_headers = [("Plural-Forms", "nplurals=2; plural=(n > 1);")]
    catalogue.add("{place} is full.", "Plus de place à {place}.")
    catalogue.add(("{count} file", "{count} files"), ("{count} fichier", "{count} fichiers"))
    catalogue.add("{first} and {last}", "{first} et {last}")
    catalogue.add("{error} Try again.", "{error} Réessayez.")
    catalogue.add(BUG, "{lieu} est plein")
    catalogue.add("{number} {unit}", "{number} {unit}")
    catalogue.add("brace", "{")
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "notou.mo").open("wb") as file:
        write_mo(file, catalogue)
    return Words("fr", tmp_path)


def test_values_stand_where_the_other_language_wants_them(french: Words) -> None:
    assert french(say("{place} is full.", place="/disk")) == "Plus de place à /disk."


def test_a_sentence_inside_a_sentence_is_said_too(french: Words) -> None:
    error = NotouError(say("{place} is full.", place=say_all(["/a", "/b"])))
    assert french(say("{error} Try again.", error=str(error))) == "Plus de place à /a et /b. Réessayez."


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 fichier"), (1, "1 fichier"), (1234567, "1\u202f234\u202f567 fichiers")]
)
def test_counts_follow_the_languages_own_rule(count: int, said: str, french: Words) -> None:
    assert french(say_count(count, "{count} file", "{count} files")) == said


def test_decimals_have_the_languages_mark(french: Words) -> None:
    size = say("{number} {unit}", number=Decimal("1023.5"), unit="Go")
    assert french(size) == "1023,5 Go"
    assert ENGLISH_WORDS(size) == str(size) == "1023.5 Go"


@pytest.mark.parametrize(
    "sentence",
    [say(BUG, place="/disk", reason="no room"), say("not in the catalogue"), say("brace"), say("")],
)
def test_a_broken_or_missing_translation_leaves_the_english(sentence: str, french: Words) -> None:
    assert french(sentence) == sentence


def test_braces_in_a_value_are_no_fields(french: Words) -> None:
    assert french(say("{place} is full.", place="{0}{x}")) == "Plus de place à {0}{x}."


def test_what_is_no_sentence_comes_back_as_it_is(french: Words) -> None:
    assert french("/home/ana") == "/home/ana"


def test_without_a_catalogue_english_is_said(tmp_path: Path) -> None:
    assert Words("zh", tmp_path)(say_count(2, "{count} file", "{count} files")) == "2 files"
