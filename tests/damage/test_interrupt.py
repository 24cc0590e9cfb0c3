"""Whoever breaks a backup off, by Ctrl-C or by ending its process, loses nothing that landed."""

from __future__ import annotations

import json
import random
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.compare import assert_same_tree
from tests.support.program import PASSWORD, Program
from tests.support.restic import Restic

MIB = 2**20
PARTIALS_AT_EVERY_CHANCE = """
from functools import partial
from notou.cli import main
from notou.cli.commands import backup
backup.BackupOptions = partial(backup.BackupOptions, partial_every_ns=0)
main.main()
"""


@dataclass(frozen=True)
class Hasty(Program):
    """``notou`` but for the ten minutes between partial snapshots, which no test can wait for."""

    def argv(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-c", PARTIALS_AT_EVERY_CHANCE, *map(str, words)]


@dataclass(frozen=True)
class Site:
    """A folder, and two places that hold a vault."""

    base: Path

    @property
    def notou(self) -> Program:
        return Program(self.base / "home")

    @property
    def source(self) -> Path:
        return self.base / "source"

    @property
    def copies(self) -> tuple[Path, Path]:
        return self.base / "a", self.base / "b"

    @property
    def backup(self) -> list[str]:
        """The words of the backup that is broken off."""
        return ["backup", str(self.source), *(part for copy in self.copies for part in ("--to", str(copy)))]

    def init(self) -> None:
        self.source.mkdir()
        self.notou.run("init", *self.backup[2:])

    def restic(self, copy: int) -> Restic:
        return Restic(self.copies[copy], PASSWORD)

    def has_published(self) -> bool:
        """Whether each copy has a snapshot under its final name."""
        names = [[path.name for path in (copy / "snapshots").iterdir()] for copy in self.copies]
        return all(any(len(name) == 64 for name in each) for each in names)

    def complete(self) -> dict[str, int]:
        """The next run, and that what it leaves is whole at both copies; the counts of the class other."""
        said = self.notou.run(*self.backup, "--json").stdout.splitlines()[-1]
        for copy in (0, 1):
            self.restic(copy).run("check", "--read-data", "--no-lock")
            (snapshot,) = json.loads(self.restic(copy).run("snapshots", "--json", "--no-lock").stdout)
            assert snapshot["tags"] == ["notou:other"]
        self.restic(1).run("restore", "latest", "--no-lock", "--target", self.base / "out")
        assert_same_tree(self.source, self.base / "out" / self.source.relative_to("/"))
        counts: dict[str, int] = json.loads(said)["classes"]["other"]
        return counts


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.init()
    return made


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_backup_asked_to_end_says_so_unlocks_and_the_next_takes_over_what_landed(
    site: Site, number: signal.Signals
) -> None:
    rng = random.Random(number)
    files = 24
    for name in range(files):
        (site.source / f"{name}.bin").write_bytes(rng.randbytes(8 * MIB))
    landed = site.copies[1] / "data"
    done = site.notou.run_and_signal(*site.backup, once=lambda: any(landed.glob("*/*")), number=number)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip() == "notou: Interrupted; what was confirmed so far is kept."
    for copy in site.copies:
        assert not list((copy / "locks").iterdir())
        assert not list((copy / "snapshots").iterdir())
    assert 0 < site.complete()["data_added"] < files * 8 * MIB


def test_a_partial_snapshot_outlives_a_kill_is_sound_for_restic_and_is_completed(site: Site) -> None:
    rng = random.Random(3)
    folders = 24
    for folder in range(folders):
        (site.source / str(folder)).mkdir()
        for name in range(500):
            (site.source / str(folder) / f"{name}.bin").write_bytes(rng.randbytes(200))
    code = Hasty(site.base / "home").run_and_kill(*site.backup, once=site.has_published, after_s=0)
    assert code == -9
    for copy in (0, 1):
        site.restic(copy).run("check", "--read-data", "--no-lock")
        listed = site.restic(copy).run("snapshots", "--json", "--no-lock", "--tag", "notou:partial").stdout
        assert json.loads(listed)
    counts = site.complete()
    assert counts["files_unmodified"] >= 4096
    assert counts["files_unmodified"] + counts["files_new"] == folders * 500
