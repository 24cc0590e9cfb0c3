"""Runs lpac, an LPA that others wrote, against a simulated chip inside a simulated modem.

lpac is found through NOTOU_LPAC, else where tools/peers.sh unpacks it. It is not to be had everywhere, so
that tests skip without it. It speaks AT commands here: its protocol on standard streams ends at once in
2.3.0, whose ``json_request`` returns true for success where its callers expect 0.
What may not enter: Notou itself.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_UNPACKED = Path(__file__).parents[2] / ".peers" / "lpac" / "usr"
_TIMEOUT_S = 120


class LpacRefusedError(Exception):
    """lpac ended with a failure: the function that failed, and what it said of it."""

    def __init__(self, function: str, said: Any) -> None:
        super().__init__(function, said)
        self.function, self.said = function, said


@dataclass(frozen=True)
class Lpac:
    """lpac on one modem."""

    serial_line: str

    def run(self, *arguments: str) -> Any:
        """Run one command; returns the data it ends with, or raises LpacRefusedError."""
        done = subprocess.run(
            [lpac_program(), *arguments],
            env={
                "LPAC_APDU": "at",
                "LPAC_APDU_AT_DEVICE": self.serial_line,
                "LPAC_HTTP": "curl",
                "LD_LIBRARY_PATH": ":".join(str(folder) for folder in _UNPACKED.glob("lib/*")),
            },
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        last = json.loads(done.stdout.splitlines()[-1])["payload"]
        if last["code"] != 0:
            raise LpacRefusedError(last["message"], last["data"])
        return last["data"]


def lpac_program() -> str:
    """The path of lpac; skips the test when there is none."""
    named = os.environ.get("NOTOU_LPAC") or str(_UNPACKED / "bin" / "lpac")
    if not os.access(named, os.X_OK):
        pytest.skip(
            "lpac is not at hand; tools/peers.sh fetches it from Debian sid, or name it in NOTOU_LPAC."
        )
    return named
