"""--lang, and the system's language, reach everything the command line says."""

from __future__ import annotations

import inspect
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from notou.cli.language import translated
from notou.cli.main import COMMANDS, program
from notou.words.catalogue import Words
from tests.support.program import Program


@pytest.fixture
def notou(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_a_language_and_tells_its_help_in_it(name: str, notou: Program) -> None:
    told = notou.run(name, "--lang", "fr", "--help").stdout
    assert told == notou.run("--lang", "fr", name, "--help").stdout
    assert "Utilisation" in told
    assert "--lang" in told
    assert " ".join(Words("fr").literal("Show this message and exit.").split()) in " ".join(told.split())
    assert "Usage" not in told


def every_command(group: click.Group) -> Iterator[click.Command]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield command
        if isinstance(command, click.Group):
            yield from every_command(command)


@pytest.mark.parametrize("language", ["fr", "zh"])
def test_the_whole_help_of_every_command_is_translated(language: str) -> None:
    commands = [command for command in every_command(program()) if command.help]
    assert any("\n\n" in inspect.cleandoc(command.help or "") for command in commands)
    words = Words(language)
    english = {id(one): inspect.cleandoc(one.help or "") for one in commands}
    assert [one.name for one in commands if translated(one, words).help == english[id(one)]] == []


def test_a_mistake_is_told_in_the_language_asked_for(notou: Program) -> None:
    said = notou.run("snapshots", "--lang", "zh", expect=1).stderr
    assert said == "notou: 缺少选项 '--from'。请试试“notou snapshots --help”。\n"


def test_a_terminal_that_lacks_the_letters_gets_them_spelled_out(notou: Program) -> None:
    env = {**notou.env, "NOTOU_LANG": "zh", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(notou.argv("doctor"), env=env, capture_output=True, encoding="ascii")
    assert done.returncode == 0
    assert "\\u5185\\u6838" in done.stdout


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "Il n’y a rien"),
        ({"LANG": "zh_CN.UTF-8"}, "不存在"),
        ({"LANG": "fr_FR.UTF-8", "NOTOU_LANG": "en"}, "There is nothing"),
    ],
)
def test_the_systems_language_is_spoken_unless_notou_lang_says_otherwise(
    environ: dict[str, str], said: str, notou: Program, tmp_path: Path
) -> None:
    place = str(tmp_path / "vault")
    notou.run("init", "--to", place)
    env = {**notou.env, **environ}
    if "NOTOU_LANG" not in environ:
        del env["NOTOU_LANG"]
    words = notou.argv("backup", str(tmp_path / "absent"), "--to", place)
    done = subprocess.run(words, env=env, capture_output=True, encoding="utf-8")
    assert said in done.stderr


def test_a_language_that_notou_lacks_is_refused(notou: Program) -> None:
    said = notou.run("doctor", "--lang", "tlh", expect=1).stderr
    assert said.startswith("notou: --lang is “tlh”")


def test_json_stays_as_programs_read_it_whatever_the_language(notou: Program, tmp_path: Path) -> None:
    place = str(tmp_path / "vault")
    assert '"event":"initialized"' in notou.run("init", "--to", place, "--json", "--lang", "fr").stdout
