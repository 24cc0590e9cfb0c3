"""notou doctor: how Notou runs on this machine."""

from __future__ import annotations

import os
import time
from dataclasses import asdict

import click

from notou.cli.options import speaking
from notou.cli.screen import Screen
from notou.cli.text import printable, size_text
from notou.jobs.doctor import diagnose


@click.command()
@speaking
def doctor(screen: Screen) -> None:
    """Tell which kernel runs and what that costs, and where things are kept on this machine."""
    found = diagnose(os.environ, time.perf_counter)
    lines = [
        f"Notou    {found.version} on {found.python}, {found.system}",
        f"Kernel   {found.kernel}, cutting by {found.cpu_path}",
        f"Cutting  {size_text(found.cut_bytes_per_s)}/s on one core",
        f"Sealing  {size_text(found.seal_bytes_per_s)}/s on one core",
        f"Outbox   {printable(found.outbox)}",
        *(map(printable, found.advice) if found.advice else ["All is well."]),
    ]
    screen.result("doctor", asdict(found), lines)
