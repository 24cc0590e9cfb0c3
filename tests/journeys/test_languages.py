"""Who reads French or Chinese meets no English on the way from the first vault to trouble with it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.words.catalogues import load

from notou.cli.main import COMMANDS
from notou.cli.options import CLASSES
from tests.support.program import Program

TYPED = {*CLASSES, *COMMANDS, "notou", "latest", "true", "password", "data", "packs", "keys"}


class Traveller:
    """Somebody with a letter, a picture, two disks and a language."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder, self.language = folder, language
        self.notou = Program(folder / "home")
        self.told: list[str] = []
        belongings = folder / "home" / "things"
        belongings.mkdir(parents=True)
        (belongings / "letter.txt").write_text("Dear Ana")
        (belongings / "IMG.jpg").write_bytes(b"\xff\xd8\xff\xda\x00\x02" + bytes(1000))
        if os.geteuid():
            (belongings / "locked.txt").touch(0)

    def run(self, *words: str, password: str = "") -> None:
        program = Program(self.notou.home, password) if password else self.notou
        done = program.attempt("--lang", self.language, *words)
        self.told += [done.stdout, done.stderr]

    def journey(self) -> str:
        """All that is told, without names of this run."""
        things, one, two = (str(self.folder / name) for name in ("home/things", "one", "two"))
        self.run("init", "--to", one, "--to", two)
        self.run("backup", things, "--to", one, "--to", two)
        self.run("backup", things, "--to", one, "--to", two, "--dry-run")
        self.run("snapshots", "--from", one)
        self.run("find", "*.txt", "--from", one)
        (self.folder / "home" / "things" / "letter.txt").write_text("Dear Ana, dear Bao")
        self.run("backup", things, "--to", one, "--to", two, "--quiet")
        self.run("diff", "--from", one)
        self.run("stats", "--from", one)
        self.run("check", "--from", one, "--from", two)
        self.run("check", "--read-data", "--from", one)
        self.run("restore", "latest", "--from", one, "--target", str(self.folder / "out"))
        self.run("forget", "--keep-last", "1", "--to", one, "--dry-run")
        self.run("prune", "--to", one)
        self.run("key", "list", "--from", one)
        self.run("snapshots", "--from", one, password="a wrong guess")
        self.run("snapshots", "--from", str(self.folder / "nowhere"))
        self.run("restore", "abcdef12", "--from", one, "--target", str(self.folder / "out"))
        for pack in sorted((self.folder / "one" / "data").glob("*/*"))[-1:]:
            pack.chmod(0o600)
            pack.write_bytes(bytes(40) + pack.read_bytes()[40:])
        self.run("check", "--read-data", "--from", one)
        self.run("repair", "heal", "--to", one, "--to", two)
        shutil.rmtree(self.folder / "two")
        self.run("backup", things, "--to", one, "--to", two)
        self.run("backup", things, "--to", one, "--keep-lats")
        self.run("unlock", "--to", one)
        self.run("doctor")
        self.run("esim", "operators", "NC")
        self.run("esim", "ask", "Orange")
        self.run("esim", "list", "--from", one)
        self.run("esim", "answer", "--from", one)
        return "\n".join(self.told).replace(str(self.folder), "")


def words(text: str) -> Iterator[str]:
    """What looks like words of Latin letters, without options and names of files."""
    for word in re.findall(r"[A-Za-z/._~*-]+[0-9]*", text):
        if re.fullmatch(r"[A-Za-z]{3,}[.:,]?", word):
            yield word.strip(".:,").lower()


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> str:
    return Traveller(tmp_path_factory.mktemp("en"), "en").journey()


@pytest.mark.parametrize("language", ["fr", "zh"])
def test_no_english_is_left_on_the_way(language: str, english: str, tmp_path: Path) -> None:
    catalogue = load(language)
    theirs = {word for message in catalogue for form in _forms(message.string) for word in words(form)}
    told = Traveller(tmp_path, language).journey()
    english_only = set(words(english)) - theirs - TYPED
    assert len(english_only) > 50
    assert sorted(english_only & set(words(told)) - _of_this_machine()) == [], told


def _forms(strings: object) -> tuple[str, ...]:
    return strings if isinstance(strings, tuple) else (str(strings),)


def _of_this_machine() -> set[str]:
    """What doctor and the snapshots call it."""
    import getpass
    import platform

    names = f"{platform.python_implementation()} {platform.system()} {platform.node()} {getpass.getuser()}"
    return set(words(names.replace("-", " "))) | {"native", "reference"}
