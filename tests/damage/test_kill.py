"""The process is killed at seeded random instants; nothing published is lost, and the next run completes.

The next run gets no help: the lock a killed process leaves must be seen for what it is.
"""

from __future__ import annotations

import json
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
LONGEST_S = {"backup": 0.4, "prune": 0.3, "repair index": 0.2, "repair packs": 0.2, "repair snapshots": 0.2}
"""The jobs that are killed, and how long after their first write at most."""
JOBS = ["backup", "backup", "prune", "repair index", "repair packs", "repair snapshots"]
LEAST_PACK_BYTES = 64 * 1024  # of random bytes: trees and notes, which many files need, are in smaller packs


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
        """The words of one of the jobs that are killed."""
        if name == "backup":
            return ["backup", str(self.source), *self.to()]
        if name == "prune":
            return ["prune", *self.to(), "--max-unused", "0"]
        if name == "repair snapshots":
            return ["repair", "snapshots", "--forget", *self.to()]
        return [*name.split(), *self.to()]

    def large_packs(self) -> list[Path]:
        """Packs that hold the content of files that share nothing."""
        packs = sorted(self.copies[0].glob("data/*/*"))
        return [pack for pack in packs if len(pack.name) == 64 and pack.stat().st_size >= LEAST_PACK_BYTES]

    def damage(self) -> str:
        """Flip one byte in a large pack, the same at both copies; returns the pack's id."""
        pack = self.rng.choice(self.large_packs())
        at = self.rng.randrange(pack.stat().st_size // 2)
        for copy in self.copies:
            path = copy / pack.relative_to(self.copies[0])
            data = bytearray(path.read_bytes())
            data[at] ^= 1
            path.chmod(0o600)
            path.write_bytes(data)
        return pack.name

    def files(self) -> set[str]:
        """The paths in the newest snapshot of every class."""
        lines = self.notou.run("ls", "latest", *self.to("--from"), "--json").stdout.splitlines()
        return {each["path"] for each in map(json.loads, lines) if each["type"] == "file"}

    def kill(self, name: str, *more: str) -> bool:
        """Run a job and kill it somewhere after its first write; whether it was still at work."""
        begun = partial(self.holds_other_locks_than, self.locks())  # not while Python is still starting
        after_s = self.rng.uniform(0, LONGEST_S[name])
        return self.notou.run_and_kill(*self.job(name), *more, once=begun, after_s=after_s) == -9

    def kill_while_mending(self, name: str) -> bool:
        """As ``kill``, a repair of damage; after it, repairing goes on, and one blob is all that was lost."""
        self.notou.run(*self.job("repair index"))  # an earlier kill may have left packs that none names
        before = self.files()
        pack = self.damage()
        if name == "repair snapshots":
            self.notou.run(*self.job("repair packs"), pack)
        killed = self.kill(name, *([pack] if name == "repair packs" else []))
        self.notou.run(*self.job("repair packs"))
        self.notou.run(*self.job("repair snapshots"))
        after = self.files()
        assert after <= before
        assert len(before - after) <= 1
        self.assert_published_is_clean()
        return killed

    def kill_while_well(self, name: str) -> bool:
        """As ``kill``, a job of a whole vault, which stays whole."""
        if name == "prune":
            self.notou.run("forget", *self.to(), "--keep-last", "1")
        killed = self.kill(name)
        if killed:
            self.assert_published_is_clean()
            self.notou.run(*self.job(name))
        return killed


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
        job = rng.choice(JOBS)
        if job not in ("repair packs", "repair snapshots"):
            killed += site.kill_while_well(job)
        elif site.large_packs():
            killed += site.kill_while_mending(job)
    site.notou.run(*site.job("backup"))
    site.assert_published_is_clean()
    site.notou.run("restore", "latest", *site.to("--from"), "--target", tmp_path / "out")
    assert_same_tree(site.source, tmp_path / "out" / site.source.relative_to("/"))
    shutil.rmtree(tmp_path)
