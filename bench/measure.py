"""Runs one command of one tool and says what it took: seconds, peak memory, exit code.

What may not enter: which tools there are, what is done with the figures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


class CommandFailedError(Exception):
    """A measured command did not succeed, so its figures mean nothing."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run of one command took."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def run(argv: Sequence[str], env: Mapping[str, str], log: Path) -> Measured:
    """Run the command to its end, its output going to ``log``; CommandFailedError when it exits non-zero.

    Peak memory is the largest resident set of the command or of any child it waited for.
    """
    answer = log.with_suffix(".json")
    with log.open("ab") as output:
        launch = [sys.executable, "-I", "-S", str(LAUNCHER), str(answer), *argv]
        subprocess.run(launch, env={**os.environ, **env}, stdout=output, stderr=output, check=True)
    took = json.loads(answer.read_text())
    if took.pop("exit_code") != 0:
        tail = log.read_text(errors="replace")[-2000:]
        raise CommandFailedError(f"{' '.join(argv)} failed:\n{tail}")
    return Measured(**took)


def settle_disk() -> None:
    """Write out what earlier commands left in the page cache, so that the next one does not pay for it."""
    os.sync()


def tree_bytes(root: Path) -> int:
    """The sum of the sizes of all files below ``root``."""
    return sum(path.lstat().st_size for path in root.rglob("*") if path.is_file())
