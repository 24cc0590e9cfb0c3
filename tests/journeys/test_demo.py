"""The demo that the README promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_demo_brings_everything_back() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tools.demo"], cwd=root, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("are the same") == 2
