"""The process is killed at seeded random instants; nothing published is lost, and the next run completes.

The next run gets no help: the lock a killed process leaves must be seen for what it is.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.support.compare import assert_same_tree
from tests.support.program import PASSWORD, Program
from tests.support.restic import Restic

MIB = 2**20
ROUNDS = 8  # tests, so that they share out over the cores
KILLS_A_ROUND = 25  # 8 × 25 = 200 instants


@dataclass(frozen=True)
class Site:
    """Two copies of one vault, the folder that is backed up, and the instants' source of chance."""

    notou: Program
    source: Path
    copies: tuple[Path, Path]
    rng: random.Random

    def to(self, word: str = "--to") -> list[str]:
        """``--to`` (or ``--from``) both copies."""
        return [part for copy in self.copies for part in (word, str(copy))]

    def live(self) -> None:
        """Something new, something changed, something gone."""
        number = self.rng.randrange(10**9)
        (self.source / f"new{number}.bin").write_bytes(self.rng.randbytes(self.rng.randrange(3 * MIB)))
        for path in self.rng.sample(sorted(self.source.glob("new*.bin")), 1):
            path.write_bytes(path.read_bytes()[: MIB // 2] + self.rng.randbytes(1000))
        (self.source / f"note{number % 40}.txt").write_bytes(b"a note " * self.rng.randrange(20_000))
        for path in sorted(self.source.glob("new*.bin"))[:-6]:
            path.unlink()

    def locks(self) -> set[Path]:
        """The lock files at both copies: a job's first write, and the last it takes away."""
        return {path for copy in self.copies for path in (copy / "locks").iterdir()}

    def holds_other_locks_than(self, before: set[Path]) -> bool:
        """Whether a job has begun since."""
        return self.locks() != before

    def assert_published_is_clean(self) -> None:
        """At every copy, restic checks all that any snapshot refers to."""
        for copy in self.copies:
            Restic(copy, PASSWORD).run("check", "--read-data", "--no-lock")

    def job(self, name: str) -> list[str]:
        """The words of one of the three jobs that are killed."""
        if name == "backup":
            return ["backup", str(self.source), *self.to()]
        if name == "prune":
            return ["prune", *self.to(), "--max-unused", "0"]
        return ["repair", "index", *self.to()]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_kill_at_any_instant_costs_nothing_that_was_published(seed: int, tmp_path: Path) -> None:
    print(f"seed {seed}")
    rng = random.Random(seed)
    site = Site(Program(tmp_path / "home"), tmp_path / "source", (tmp_path / "a", tmp_path / "b"), rng)
    site.source.mkdir()
    site.notou.run("init", *site.to())
    site.live()
    site.notou.run(*site.job("backup"))
    killed = 0
    while killed < KILLS_A_ROUND:
        site.live()
        job = rng.choice(["backup", "backup", "prune", "repair"])
        if job == "prune":
            site.notou.run("forget", *site.to(), "--keep-last", "1")
        at_work = partial(site.holds_other_locks_than, site.locks())  # not while Python is still starting
        if site.notou.run_and_kill(*site.job(job), once=at_work, after_s=rng.uniform(0, 0.4)) != -9:
            continue
        killed += 1
        site.assert_published_is_clean()
        site.notou.run(*site.job(job))
    site.notou.run(*site.job("backup"))
    site.assert_published_is_clean()
    site.notou.run("restore", "latest", *site.to("--from"), "--target", tmp_path / "out")
    assert_same_tree(site.source, tmp_path / "out" / site.source.relative_to("/"))
    shutil.rmtree(tmp_path)
