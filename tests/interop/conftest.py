"""A person's folder, two copies of a vault, and stock restic as the judge."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.belongings import BELONGINGS
from tests.support.odd_tree import make_odd_tree
from tests.support.program import PASSWORD, Program
from tests.support.restic import Restic


@dataclass(frozen=True)
class Bench:
    """Where one test works: the program, the folder it backs up, the two copies and restic on each."""

    notou: Program
    source: Path
    copies: tuple[Path, Path]
    restics: tuple[Restic, Restic]
    tmp: Path

    @property
    def to(self) -> list[str]:
        """``--to`` both copies."""
        return [word for copy in self.copies for word in ("--to", str(copy))]

    @property
    def frm(self) -> list[str]:
        """``--from`` both copies."""
        return [word for copy in self.copies for word in ("--from", str(copy))]

    def backup(self, *words: str) -> None:
        """Back up the folder to both copies."""
        self.notou.run("backup", str(self.source), *self.to, *words)

    def assert_clean(self) -> None:
        """restic reads every byte of every copy and finds nothing wrong."""
        for restic in self.restics:
            restic.run("check", "--read-data")

    def snapshots(self) -> list[dict[str, object]]:
        """What restic lists at the first copy."""
        listed: list[dict[str, object]] = json.loads(self.restics[0].run("snapshots", "--json").stdout)
        return listed


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Two fresh copies and a folder with every kind of entry and items of several classes."""
    source = tmp_path / "belongings"
    source.mkdir()
    make_odd_tree(source / "odd")
    for name, content in BELONGINGS.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    copies = (tmp_path / "first", tmp_path / "second")
    work = Bench(
        notou=Program(tmp_path / "home"),
        source=source,
        copies=copies,
        restics=(Restic(copies[0], PASSWORD), Restic(copies[1], PASSWORD)),
        tmp=tmp_path,
    )
    work.notou.run("init", *work.to)
    return work
