"""A sentence is its English text and can be said again in another language."""

from __future__ import annotations

import copy
import pickle

import pytest

from notou.errors import NotouError
from notou.sentence import Sentence, mentions, say, say_count


def test_a_sentence_is_its_english_text() -> None:
    assert say("{place} is full.", place="/media/disk") == "/media/disk is full."


def test_an_error_keeps_what_its_sentence_was_made_of() -> None:
    told = str(NotouError(say("{place} is full.", place="/media/disk")))
    assert isinstance(told, Sentence)
    assert (told.template, told.values) == ("{place} is full.", {"place": "/media/disk"})


def test_one_is_counted_apart_and_thousands_are_grouped() -> None:
    texts = [say_count(count, "{count} file", "{count} files") for count in (0, 1, 1234)]
    assert texts == ["0 files", "1 file", "1,234 files"]


def test_a_sentence_mentions_what_it_was_made_of_and_not_what_its_letters_contain() -> None:
    name = say("The pack {pack} at {place}", pack="ab12", place="/media/disk2")
    told = say("{name} cannot be read.", name=name)
    assert mentions(told, "/media/disk2")
    assert not mentions(told, "/media/disk")


def test_braces_in_a_value_are_no_fields() -> None:
    assert say("{name} is gone.", name="{0}{secret}") == "{0}{secret} is gone."


def test_a_value_that_is_missing_is_a_fault_at_once() -> None:
    with pytest.raises(KeyError):
        say("{place} is full.")


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_copy_can_be_said_again_too(again: object) -> None:
    assert callable(again)
    made = again(say_count(2, "{count} file at {place}", "{count} files at {place}", place=say("home")))
    assert isinstance(made, Sentence)
    assert made == "2 files at home"
    assert made.many == "{count} files at {place}"
