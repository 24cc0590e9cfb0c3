"""Runs the installed ``notou`` as a person would: a process with a home of its own.

What may not enter: knowledge of what any command does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "seven pigeons over the lagoon"


@dataclass(frozen=True)
class Program:
    """``notou`` with ``home`` as HOME and nothing of the developer's own environment that could leak in."""

    home: Path
    password: str = PASSWORD

    @property
    def env(self) -> dict[str, str]:
        """The whole environment of the process."""
        inherited = {
            name: os.environ[name] for name in ("PATH", "LANG", "NOTOU_KERNEL") if name in os.environ
        }
        own = {"HOME": str(self.home), "NOTOU_PASSWORD": self.password, "NOTOU_LANG": "en"}
        return {**inherited, **own}

    def argv(self, *words: str | Path) -> list[str]:
        """The argument list that starts the program beside this interpreter."""
        return [str(Path(sys.executable).with_name("notou")), *map(str, words)]

    def run(
        self, *words: str | Path, expect: int = 0, typed: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end; AssertionError with what it printed when the exit code is another."""
        done = self.attempt(*words, typed=typed)
        said = f"notou {' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == expect, f"exit {done.returncode}, not {expect}: {said}"
        return done

    def attempt(self, *words: str | Path, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run to the end, whatever the exit code; AssertionError only for a traceback.

        ``typed``: what comes on its standard input.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            self.argv(*words),
            env=self.env,
            input=typed,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=600,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def run_and_kill(self, *words: str | Path, once: Callable[[], bool], after_s: float) -> int:
        """Start, and SIGKILL so many seconds after ``once`` holds; returns the exit code (-9 when killed)."""
        process = self._start_until(once, words, subprocess.DEVNULL)
        try:
            return process.wait(after_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()

    def run_and_signal(
        self, *words: str | Path, once: Callable[[], bool], number: signal.Signals
    ) -> subprocess.CompletedProcess[str]:
        """Start, send the signal as soon as ``once`` holds, and wait for the end."""
        before = signal.signal(number, signal.SIG_DFL)  # whoever started the tests may have had it ignored
        try:
            process = self._start_until(once, words, subprocess.PIPE)
        finally:
            signal.signal(number, before)
        process.send_signal(number)
        out, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def _start_until(
        self, once: Callable[[], bool], words: Sequence[str | Path], output: int
    ) -> subprocess.Popen[str]:
        self.home.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            self.argv(*words), env=self.env, stdout=output, stderr=output, text=True, start_new_session=True
        )
        while process.poll() is None and not once():
            pass  # the moment matters more than the processor's time
        return process
