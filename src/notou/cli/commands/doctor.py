"""notou doctor: how Notou runs on this machine."""

from __future__ import annotations

import os
import time
from dataclasses import asdict

import click

from notou.cli.layout import Cell, Line, Row
from notou.cli.options import speaking
from notou.cli.screen import Screen
from notou.cli.text import printable, size_text
from notou.jobs.doctor import diagnose
from notou.sentence import say


@click.command()
@speaking
def doctor(screen: Screen) -> None:
    """Tell which kernel runs and what that costs, and where things are kept on this machine."""
    found = diagnose(os.environ, time.perf_counter)
    lines: list[Line] = [
        _line(
            say("Notou"),
            say(
                "{version} on {python}, {system}",
                version=found.version,
                python=found.python,
                system=found.system,
            ),
        ),
        _line(
            say("Kernel"),
            say("{kernel}, cutting by {path}", kernel=found.kernel, path=found.cpu_path),
        ),
        _line(say("Cutting"), _speed(found.cut_bytes_per_s)),
        _line(say("Sealing"), _speed(found.seal_bytes_per_s)),
        _line(say("Outbox"), printable(found.outbox)),
        *(found.advice or [say("All is well.")]),
    ]
    screen.result("doctor", asdict(found), lines)


def _line(head: str, told: str) -> Row:
    return Row([Cell(head, 7), told])


def _speed(bytes_per_s: float) -> str:
    return say("{size}/s on one core", size=size_text(bytes_per_s))
