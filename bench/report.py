"""Turns what was measured into a table of ratios and medians, and says which promises hold.

What may not enter: running anything.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from bench.measure import Measured
from bench.scenarios import SCENARIOS, DayOfChanges, Results, Scenario

BASE = "restic"
OURS = "notou"


def seconds(runs: Sequence[Measured]) -> float:
    """The median time."""
    return statistics.median(run.seconds for run in runs)


def peak_mib(runs: Sequence[Measured]) -> float:
    """The median peak memory in MiB."""
    return statistics.median(run.peak_bytes for run in runs) / 2**20


def scenario_lines(scenario: Scenario, results: Results, tools: Sequence[str]) -> Iterable[str]:
    """The table of one data set: per job and tool the median, the ratio to restic, the peak memory."""
    yield f"### {scenario.name}\n"
    yield "| job | tool | median s | times restic's speed | peak MiB | promised | holds |"
    yield "|---|---|--:|--:|--:|---|---|"
    for job in scenario.jobs:
        base = results.runs[scenario.name, job.name, BASE]
        for tool in tools:
            runs = results.runs.get((scenario.name, job.name, tool))
            if runs is None:
                continue
            ratio = seconds(base) / seconds(runs)
            row = f"| {job.name} | {tool} | {seconds(runs):.2f} | {ratio:.2f} | {peak_mib(runs):.0f} |"
            yield row + _promise(job.promised, ratio, peak_mib(runs), peak_mib(base), ours=tool == OURS)
    stored = ", ".join(f"{tool} {results.stored_bytes[scenario.name, tool] / 1e6:,.0f} MB" for tool in tools)
    yield f"\nStored after the run: {stored}.\n"


def _promise(promised: float | None, ratio: float, peak: float, base_peak: float, *, ours: bool) -> str:
    if not ours:
        return " | |"
    wanted = [f"≥ {promised:g}×" if promised else "", "memory ≤ restic's"]
    holds = (promised is None or ratio >= promised, peak <= base_peak)
    verdict = (
        "yes" if all(holds) else "NO: " + ", ".join(w for w, ok in zip(wanted, holds, strict=True) if not ok)
    )
    return f" {', '.join(filter(None, wanted))} | {verdict} |"


def day_lines(days: Sequence[DayOfChanges]) -> Iterable[str]:
    """The table of bytes for a day of changes."""
    base = next(day.beyond_bytes for day in days if day.tool == BASE)
    yield "### Bytes for a day of changes\n"
    yield f"New photos, which nobody can shrink: {days[0].incompressible_bytes / 1e6:.1f} MB.\n"
    yield "| tool | added MB | beyond the new photos, MB | of restic's | promised | holds |"
    yield "|---|--:|--:|--:|---|---|"
    for day in days:
        share = day.beyond_bytes / base
        verdict = f"≤ 1/6 | {'yes' if share <= 1 / 6 else 'NO'}" if day.tool == OURS else "|"
        added, beyond = day.added_bytes / 1e6, day.beyond_bytes / 1e6
        yield f"| {day.tool} | {added:.2f} | {beyond:.2f} | {share:.3f} | {verdict} |"
    yield ""


def start_lines(version: Sequence[Measured], backup: Sequence[Measured]) -> Iterable[str]:
    """How long the program takes to say hello."""
    yield "### Start\n"
    yield "| command | median ms | promised | holds |\n|---|--:|---|---|"
    for name, runs, promised_s in (
        ("notou --version", version, 0.1),
        ("notou backup, small folder, unchanged", backup, 0.5),
    ):
        verdict = "yes" if seconds(runs) <= promised_s else "NO"
        yield f"| {name} | {seconds(runs) * 1000:.0f} | ≤ {promised_s * 1000:.0f} | {verdict} |"


def document(
    results: Results,
    days: Sequence[DayOfChanges],
    start: tuple[Sequence[Measured], Sequence[Measured]],
    versions: dict[str, str],
    rounds: int,
    machine: str,
) -> str:
    """The whole page."""
    lines = [
        "# Benchmarks\n",
        "Written by `make bench`. Figures vary between machines: only ratios of one run count.\n",
    ]
    lines += [f"Machine: {machine}. Medians of {rounds} rounds; tools take turns on the same data.\n"]
    lines += [f"- {tool}: {version}" for tool, version in versions.items()] + [""]
    for scenario in SCENARIOS:
        lines += scenario_lines(scenario, results, list(versions))
    lines += [*day_lines(days), *start_lines(*start)]
    return "\n".join(lines) + "\n"
