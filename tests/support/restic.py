"""Runs stock restic, the judge of everything Notou stores. Absent, tests fail: they never skip.

restic is found through NOTOU_RESTIC, else on PATH. What may not enter: Notou itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TIMEOUT_S = 600


def restic_program() -> str:
    """The path of restic. AssertionError when there is none."""
    named = os.environ.get("NOTOU_RESTIC") or shutil.which("restic")
    found = shutil.which(named) if named else None
    assert found, (
        "These tests need stock restic 0.18: install it, or name its program in NOTOU_RESTIC "
        f"(now {named!r}). `make test` fetches it."
    )
    return found


@dataclass(frozen=True)
class Restic:
    """restic on one repository, with no cache and nothing of the developer's environment."""

    repository: str | Path
    password: str
    env: Mapping[str, str] = field(default_factory=dict)
    """What a test adds to the environment, such as a TZ."""

    def run(
        self,
        *words: str | bytes | Path,
        check: bool = True,
        cwd: str | bytes | Path | None = None,
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end. AssertionError with what it said on a non-zero exit, if ``check``."""
        done = self._run(words, cwd, None if stdin is None else stdin.encode())
        text = subprocess.CompletedProcess(
            done.args,
            done.returncode,
            done.stdout.decode(errors="surrogateescape"),
            done.stderr.decode(errors="surrogateescape"),
        )
        if check:
            said = b" ".join(map(os.fsencode, words)).decode(errors="replace")
            assert text.returncode == 0, (
                f"restic {said}: exit {text.returncode}\n{text.stdout}\n{text.stderr}"
            )
        return text

    def output(self, *words: str | bytes | Path) -> bytes:
        """The raw bytes that a command prints. AssertionError on a non-zero exit."""
        done = self._run(words, None, None)
        assert done.returncode == 0, f"restic {words}: exit {done.returncode}\n{done.stderr!r}"
        return done.stdout

    def _run(
        self, words: tuple[str | bytes | Path, ...], cwd: str | bytes | Path | None, stdin: bytes | None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [restic_program(), "--no-cache", "--repo", str(self.repository), *words],
            env={
                "PATH": os.defpath,
                "HOME": "/nonexistent",
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                "RESTIC_PASSWORD": self.password,
                "RESTIC_PROGRESS_FPS": "0.01",
                **self.env,
            },
            cwd=cwd,
            input=stdin if stdin is not None else b"",
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
