"""Runs one command of one tool and says what it took: seconds, peak memory, exit code.

What may not enter: which tools there are, what is done with the figures.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


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
    with log.open("ab") as output:
        started = time.monotonic()
        process = subprocess.Popen(list(argv), env={**os.environ, **env}, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        tail = log.read_text(errors="replace")[-2000:]
        raise CommandFailedError(f"{' '.join(argv)} exited with {process.returncode}:\n{tail}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def settle_disk() -> None:
    """Write out what earlier commands left in the page cache, so that the next one does not pay for it."""
    os.sync()


def tree_bytes(root: Path) -> int:
    """The sum of the sizes of all files below ``root``."""
    return sum(path.lstat().st_size for path in root.rglob("*") if path.is_file())
