"""Killed while the wallet changes, at seeded random instants: what was kept before stays, at every copy."""

from __future__ import annotations

import json
import random
from functools import partial
from pathlib import Path

import pytest

from tests.support.program import PASSWORD, Program
from tests.support.restic import Restic

ROUNDS = 3
KILLS_A_ROUND = 5
LONGEST_S = 0.3


def servers(notou: Program, copy: Path) -> set[str]:
    """The servers of the codes that one copy alone holds."""
    lines = notou.run("esim", "list", "--json", "--from", copy).stdout.splitlines()
    return {json.loads(line)["server"] for line in lines}


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_kill_while_a_code_is_kept_costs_none_that_was_kept(seed: int, tmp_path: Path) -> None:
    print(f"seed {seed}")
    rng = random.Random(seed)
    notou, copies = Program(tmp_path / "home"), (tmp_path / "a", tmp_path / "b")
    to = [word for copy in copies for word in ("--to", str(copy))]
    notou.run("init", *to)

    def locks() -> set[Path]:
        return {path for copy in copies for path in (copy / "locks").iterdir()}

    def begun(before: set[Path]) -> bool:
        return locks() != before

    kept: set[str] = set()
    killed = number = 0
    while killed < KILLS_A_ROUND:
        number += 1
        server = f"s{number}.example.com"
        words = ["esim", "add", f"LPA:1${server}$X", *to]
        after_s = rng.uniform(0, LONGEST_S)
        killed += notou.run_and_kill(*words, once=partial(begun, locks()), after_s=after_s) == -9
        for copy in copies:
            assert kept <= servers(notou, copy) <= kept | {server}
        again = notou.attempt(*words)
        assert again.returncode == 0 or "holds this code already" in again.stderr
        kept.add(server)
    for copy in copies:
        assert servers(notou, copy) == kept
        Restic(copy, PASSWORD).run("check", "--read-data", "--no-lock")
