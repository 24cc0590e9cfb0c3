"""``python -m bench``: measure, print, write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from bench import report, scenarios
from bench.tools import present


def say(line: str) -> None:
    """Tell the person who waits what is being done."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Measure everything and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3, help="how often each tool does each job")
    options.add_argument("--work", type=Path, default=None, help="where the data goes: about 45 GB")
    options.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"), help="the page to write")
    given = options.parse_args()
    work = Path(tempfile.mkdtemp(prefix="notou-bench-", dir=given.work))
    try:
        page = measure(work, given.rounds)
    finally:
        shutil.rmtree(work)
    given.page.write_text(page)
    print(page)


def measure(work: Path, rounds: int) -> str:
    """All scenarios in one run; returns the page."""
    tools = present(work)
    versions = {tool.name: tool.version_line() for tool in tools}
    results = scenarios.Results()
    days = scenarios.measure_day(tools, work, say)
    start = scenarios.measure_start(tools[0], work, rounds=9)
    for scenario in scenarios.SCENARIOS:
        scenarios.measure_scenario(scenario, tools, rounds, work, results, say)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}"
    return report.document(results, days, start, versions, rounds, machine)


if __name__ == "__main__":
    main()
