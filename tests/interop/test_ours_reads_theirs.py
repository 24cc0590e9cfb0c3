"""Vaults written by restic and rustic, opened, listed, checked, restored and written on by Notou."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from tests.support.compare import assert_same_tree
from tests.support.odd_tree import make_odd_tree
from tests.support.program import PASSWORD, Program
from tests.support.restic import Restic

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(params=["1", "2"], ids=["format1", "format2"])
def theirs(request: pytest.FixtureRequest, tmp_path: Path) -> Restic:
    """A repository made by stock restic from an odd folder."""
    make_odd_tree(tmp_path / "source")
    restic = Restic(tmp_path / "theirs", PASSWORD)
    restic.run("init", "--repository-version", request.param)
    restic.run("backup", str(tmp_path / "source"))
    return restic


def test_a_repository_made_by_restic_is_listed_checked_and_restored(theirs: Restic, tmp_path: Path) -> None:
    notou = Program(tmp_path / "home")
    source, vault = tmp_path / "source", ["--from", str(tmp_path / "theirs")]
    listed = [json.loads(line) for line in notou.run("snapshots", *vault, "--json").stdout.splitlines()]
    assert [entry["id"] for entry in listed] == [
        s["id"] for s in json.loads(theirs.run("snapshots", "--json").stdout)
    ]
    notou.run("check", *vault, "--read-data")
    notou.run("restore", "latest", *vault, "--target", tmp_path / "out")
    assert_same_tree(source, tmp_path / "out" / source.relative_to("/"))


def test_restic_still_owns_its_repository_after_notou_wrote_to_it(tmp_path: Path) -> None:
    make_odd_tree(tmp_path / "source")
    restic = Restic(tmp_path / "theirs", PASSWORD)
    restic.run("init")
    restic.run("backup", str(tmp_path / "source"))
    notou = Program(tmp_path / "home")
    notou.run("backup", tmp_path / "source", "--to", tmp_path / "theirs")
    restic.run("check", "--read-data")
    restic.run("backup", str(tmp_path / "source"))
    restic.run("forget", "--keep-last", "1", "--prune")
    restic.run("check", "--read-data")
    notou.run("check", "--from", tmp_path / "theirs", "--read-data")


@pytest.mark.parametrize("name", ["rustic-0.11-repo", "restic-0.18-repo"])
def test_a_vault_of_another_program_kept_as_a_fixture_reads(name: str, tmp_path: Path) -> None:
    with tarfile.open(FIXTURES / f"{name}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    vault = ["--from", str(next(path for path in tmp_path.iterdir() if path.is_dir()))]
    notou = Program(tmp_path / "home", password="geheim")
    listed = [json.loads(line) for line in notou.run("snapshots", *vault, "--json").stdout.splitlines()]
    assert len(listed) == 2
    notou.run("check", *vault, "--read-data")
    notou.run("restore", listed[0]["id"], *vault, "--target", tmp_path / "out")
    restored = next((tmp_path / "out").rglob("a.txt"))
    assert restored.read_text().startswith("hello\n")
    assert (restored.parent / "link").readlink() == Path("a.txt")
