"""Nobody meets the wrong language: every text is translated, and none escapes the search for texts."""

from __future__ import annotations

import ast

import pytest
from babel.messages.catalog import Catalog
from tools.words.__main__ import check
from tools.words.bare import bare_texts
from tools.words.catalogues import faults, load, po_path, template_of
from tools.words.source import Text, all_texts, fact_texts, python_texts, rust_texts


def test_every_text_is_said_in_every_language() -> None:
    assert list(check()) == []


@pytest.mark.parametrize("language", ["fr", "zh"])
def test_what_runs_was_compiled_from_what_is_checked(language: str) -> None:
    from notou.words.catalogue import Words

    words = Words(language)
    for message in load(language):
        if message.id and message.string and isinstance(message.id, str):
            assert words.literal(message.id) == message.string, f"run 'make words': {po_path(language)}"


def texts_of(source: str) -> list[str | tuple[str, str]]:
    return [text.id for text in python_texts(ast.parse(source), "x.py")]


def test_texts_are_found_in_calls_help_and_docstrings_of_commands() -> None:
    source = '''
COMMANDS = {"x": ("module", "What x does.")}

@group.command("x")
@click.option("--x", help="An option.")
def x():
    """A command.

    Told at length."""
    say("{count} is " "plain", count=1)
    say_count(n, "{count} file", "{count} files")

def y():
    """No command."""
'''
    assert set(texts_of(source)) == {
        "What x does.",
        "An option.",
        "A command.\n\nTold at length.",
        "{count} is plain",
        ("{count} file", "{count} files"),
    }


def test_facts_in_sentences_are_found_alone_or_with_their_source() -> None:
    table = {
        "names": [{"id": "a", "truth": "So it is.", "evidence": [{"value": "Seen.", "source": "b"}, "Told."]}]
    }
    assert [text.one for text in fact_texts(table, "x.toml")] == ["So it is.", "Seen.", "Told."]


def test_the_kernels_texts_are_found_over_broken_lines() -> None:
    source = 'say!(\n    "The “{name}” is \\\n     gone: \\"{why}\\".", name = 1, why = 2)'
    assert [text.one for text in rust_texts(source, "x.rs")] == ['The “{name}” is gone: "{why}".']


@pytest.mark.parametrize(
    "source",
    [
        "raise UsageError('No.')",
        "raise StoreError(f'{place} is full.')",
        "raise click.BadParameter('No.' if x else say('y'))",
        "screen.say('done')",
        "screen.done('event', {}, [f'{x} done'])",
        "report(Note('so'))",
        "report(ItemFailed(path, 'gone'))",
        "reason = 'cannot be read at all'",
        "raise UsageError(say(template, place=place))",
        "line = say_count(count, f'{{count}} {what}', 'many')",
        "reason = f'cannot be read: {why}'",
    ],
)
def test_a_text_without_say_is_found(source: str) -> None:
    assert list(bare_texts(ast.parse(source), "x.py"))


@pytest.mark.parametrize(
    "source",
    [
        "raise UsageError(say('No such place.'))",
        "screen.done('backed_up', {'a': 'b'}, [say('All done now.')])",
        "x = click.option('--x', help='An option for all.')",
        "x = {'snapshot_id': f'{a}/{b}'}",
        "def f():\n    'What it is for.'",
        "raise UsageError(str(error))",
    ],
)
def test_what_is_said_or_nobody_is_shown_is_no_text_without_say(source: str) -> None:
    assert not list(bare_texts(ast.parse(source), "x.py"))


def faults_of(
    english: str | tuple[str, str], translation: str | tuple[str, str], flags: list[str]
) -> list[str]:
    catalogue = Catalog(locale="fr")
    catalogue.add(english, translation, flags=flags)
    one, many = english if isinstance(english, tuple) else (english, None)
    return list(faults(catalogue, template_of([Text(one, many, "src/x.py")])))


def test_a_translation_that_lost_or_invented_a_field_is_found() -> None:
    assert not faults_of("{place} is full.", "{place} est plein.", [])
    assert faults_of("{place} is full.", "Le lieu est plein.", [])
    assert faults_of("{place} is full.", "{lieu} est plein.", [])
    assert faults_of("{place} is full.", "{place est plein.", [])
    assert faults_of("{place} is full.", "", [])
    assert faults_of("{place} is full.", "{place} est plein.", ["fuzzy"])


def test_one_of_something_may_go_without_its_number() -> None:
    assert not faults_of(("{count} day", "{count} days"), ("un jour", "{count} jours"), [])
    assert faults_of(("{count} day", "{count} days"), ("un jour", ""), [])


def test_a_translation_of_what_nobody_says_any_more_is_found() -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add("gone", "parti")
    assert list(faults(catalogue, template_of([])))


def test_a_text_that_has_no_translation_is_found() -> None:
    template = template_of([Text("new", None, "src/new.py")])
    assert list(faults(Catalog(locale="fr"), template)) == ["no translation: new"]


def test_the_program_and_its_kernel_and_click_say_something() -> None:
    files = {text.file.split("/")[0] for text in all_texts()}
    assert {"src", "click"} <= files
