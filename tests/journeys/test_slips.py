"""What people type by mistake, and machines that misbehave at the wrong moment, cost no backup."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.restic import Restic


@pytest.fixture
def notou(tmp_path: Path) -> Program:
    program = Program(tmp_path / "home")
    program.run("init", "--to", tmp_path / "one", "--to", tmp_path / "two")
    (tmp_path / "home" / "letter.txt").write_text("precious")
    program.run("backup", tmp_path / "home", "--to", tmp_path / "one", "--to", tmp_path / "two")
    return program


def test_a_vault_that_lost_its_config_is_not_made_another_vault(notou: Program, tmp_path: Path) -> None:
    (tmp_path / "one" / "config").unlink()
    said = notou.run("init", "--to", tmp_path / "one", expect=1).stderr
    assert "lost its config" in said
    notou.run("repair", "heal", "--to", tmp_path / "one", "--to", tmp_path / "two")
    assert (tmp_path / "one" / "config").read_bytes() == (tmp_path / "two" / "config").read_bytes()


def test_keys_and_config_of_another_vault_at_one_copy_do_not_spread(notou: Program, tmp_path: Path) -> None:
    notou.run("init", "--to", tmp_path / "strange")
    true_config = (tmp_path / "two" / "config").read_bytes()
    for key in (tmp_path / "strange" / "keys").iterdir():
        shutil.copy(key, tmp_path / "one" / "keys")
    (tmp_path / "one" / "config").unlink()
    shutil.copy(tmp_path / "strange" / "config", tmp_path / "one")
    for words in (["check"], ["repair", "heal"]):
        option = "--from" if words == ["check"] else "--to"
        places: list[str | Path] = [option, tmp_path / "one", option, tmp_path / "two"]
        assert "different vaults" in notou.run(*words, *places, expect=1).stderr
    assert (tmp_path / "two" / "config").read_bytes() == true_config
    Restic(tmp_path / "two", notou.password).run("check")


def test_a_backup_outlives_whoever_listened_to_it(notou: Program, tmp_path: Path) -> None:
    (tmp_path / "home" / "second.txt").write_text("new")
    words = notou.argv("backup", tmp_path / "home", tmp_path / "absent", "--to", tmp_path / "one")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as deaf:
        done = subprocess.run(words, env=notou.env, stderr=deaf, stdout=subprocess.DEVNULL, check=False)
    assert done.returncode in (1, 3)
    assert "second.txt" in notou.run("find", "second.txt", "--from", tmp_path / "one").stdout


@pytest.mark.parametrize("tags", ["", ",", "typo"])
def test_a_tag_that_nothing_bears_forgets_nothing(notou: Program, tmp_path: Path, tags: str) -> None:
    before = notou.run("snapshots", "--json", "--from", tmp_path / "one").stdout
    done = notou.attempt("forget", "--keep-tag", tags, "--to", tmp_path / "one")
    assert done.returncode != 0
    assert notou.run("snapshots", "--json", "--from", tmp_path / "one").stdout == before


def test_tags_that_notou_reads_are_not_a_persons_to_give(notou: Program, tmp_path: Path) -> None:
    for tag in ("notou:partial", "notou:photos"):
        said = notou.run("backup", tmp_path / "home", "--tag", tag, "--to", tmp_path / "one", expect=1).stderr
        assert tag in said


def test_a_restore_into_the_vault_itself_is_refused(notou: Program, tmp_path: Path) -> None:
    before = sorted((tmp_path / "one").rglob("*"))
    for target in (tmp_path / "one", tmp_path / "one" / "data" / "x"):
        notou.run("restore", "latest", "--from", tmp_path / "one", "--target", target, expect=1)
    assert sorted((tmp_path / "one").rglob("*")) == before
