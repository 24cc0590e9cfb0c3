"""Upkeep's folder to work in does not pile up, and no process takes another's away."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from notou.jobs.workspace import workspace


def dead_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_what_a_killed_process_left_goes_and_what_a_living_one_uses_stays(tmp_path: Path) -> None:
    left = tmp_path / "work" / f"{dead_pid()}-x"
    used = tmp_path / "work" / f"{os.getppid()}-x"
    for folder in (left, used):
        folder.mkdir(parents=True)
    with workspace({"NOTOU_OUTBOX": str(tmp_path)}) as given:
        assert os.listdir(given) == []
        assert not left.exists()
        assert used.exists()
    assert not os.path.exists(given)
