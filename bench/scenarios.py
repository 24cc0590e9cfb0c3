"""The measurements: what is made, which jobs run on it, in which order, and how often.

Every round runs the tools one after another on the same data, so that the machine's mood falls on all alike.
What may not enter: the tools' words, formatting.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench import homes
from bench.measure import Measured, run, settle_disk, tree_bytes
from bench.tools import Tool, Words


@dataclass(frozen=True, slots=True)
class Job:
    """One column of the table: what is done, and the ratio to restic that this project promises."""

    name: str
    promised: float | None


COLD = "first backup"
SAME = "nothing changed"
RESTORE = "restore"
CHECK = "check, all data read"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A data set and what is promised on it."""

    name: str
    make: Callable[[Path], int]
    jobs: tuple[Job, ...]


SCENARIOS = (
    Scenario(
        "1.6 GB of photos and films, 20,000 documents",
        homes.media_home,
        (Job(COLD, 4.0), Job(SAME, None), Job(RESTORE, 1.3), Job(CHECK, 1.5)),
    ),
    Scenario(
        "200,000 files of 2 KB",
        homes.small_files,
        (Job(COLD, 1.3), Job(SAME, 2.0), Job(RESTORE, 1.3), Job(CHECK, 1.5)),
    ),
)


@dataclass(slots=True)
class Results:
    """Everything measured: (scenario, job, tool) → runs; stored bytes by (scenario, tool)."""

    runs: dict[tuple[str, str, str], list[Measured]] = field(default_factory=dict)
    stored_bytes: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, scenario: str, job: str, tool: str, measured: Measured) -> None:
        """Note one run."""
        self.runs.setdefault((scenario, job, tool), []).append(measured)


def measure_scenario(
    scenario: Scenario,
    tools: list[Tool],
    rounds: int,
    work: Path,
    results: Results,
    say: Callable[[str], None],
) -> None:
    """Make the data once, then ``rounds`` times let every tool do every job on a fresh vault."""
    source = work / "source"
    say(f"{scenario.name}: making the data")
    scenario.make(source)
    for number in range(rounds):
        first = number % len(tools)  # who goes first pays for memory the system has yet to find
        for tool in tools[first:] + tools[:first]:
            say(f"{scenario.name}: round {number + 1}, {tool.name}")
            target = work / "targets" / f"{tool.name}-{number}"
            _round(scenario, tool, source, target, work, results)
    # not before: ext4 steps around numbers of files deleted in the last minutes, and that would count as
    # time of whoever restores next
    shutil.rmtree(work / "targets")
    shutil.rmtree(source)


def _round(scenario: Scenario, tool: Tool, source: Path, target: Path, work: Path, results: Results) -> None:
    vault, log = work / "vault", work / f"{tool.name}.log"
    words = {COLD: tool.backup, SAME: tool.backup, RESTORE: tool.restore, CHECK: tool.check}
    paths = {"vault": vault, "source": source, "target": target}
    run(tool.argv(tool.init, **paths), tool.env, log)
    for job in scenario.jobs:
        settle_disk()
        results.add(
            scenario.name, job.name, tool.name, run(tool.argv(words[job.name], **paths), tool.env, log)
        )
    results.stored_bytes[scenario.name, tool.name] = tree_bytes(vault)
    shutil.rmtree(vault)


@dataclass(frozen=True, slots=True)
class DayOfChanges:
    """Bytes a vault grew by over one day, beyond the new content nobody can shrink."""

    tool: str
    added_bytes: int
    incompressible_bytes: int

    @property
    def beyond_bytes(self) -> int:
        """What the day cost on top of the new photos."""
        return self.added_bytes - self.incompressible_bytes


def measure_day(tools: list[Tool], work: Path, say: Callable[[str], None]) -> list[DayOfChanges]:
    """Back up a home with every tool, live one day in it, back up again."""
    home = homes.LivingHome(work / "home")
    say("a day of changes: making the home")
    home.settle()
    for tool in tools:
        _run_day(tool, tool.init, home.root, work)
        _run_day(tool, tool.backup, home.root, work)
    before = {tool.name: tree_bytes(_day_vault(tool, work)) for tool in tools}
    new_bytes = home.live_a_day()
    grown = []
    for tool in tools:
        _run_day(tool, tool.backup, home.root, work)
        added = tree_bytes(_day_vault(tool, work)) - before[tool.name]
        grown.append(DayOfChanges(tool.name, added, new_bytes))
    return grown


def _day_vault(tool: Tool, work: Path) -> Path:
    return work / f"day-{tool.name}"


def _run_day(tool: Tool, words: Words, source: Path, work: Path) -> None:
    argv = tool.argv(words, vault=_day_vault(tool, work), source=source)
    run(argv, tool.env, work / f"{tool.name}.log")


def measure_start(tool: Tool, work: Path, rounds: int) -> tuple[list[Measured], list[Measured]]:
    """(``--version``, a backup of a small folder in which nothing changed), each ``rounds`` times."""
    paths = {"source": work / "few", "vault": work / "few-vault"}
    homes.media_home(paths["source"], scale=0.002)
    log = work / "start.log"
    for words in (tool.init, tool.backup):
        run(tool.argv(words, **paths), tool.env, log)
    version = [run(tool.argv(tool.version), tool.env, log) for _ in range(rounds)]
    backup = [run(tool.argv(tool.backup, **paths), tool.env, log) for _ in range(rounds)]
    return version, backup
