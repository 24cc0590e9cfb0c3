"""notou esim chip info: what the chip says of itself."""

from __future__ import annotations

import click

from notou.cli.chip_options import ChipOptions, revealing, with_chip
from notou.cli.chip_shapes import chip_fields, chip_lines
from notou.cli.options import speaking
from notou.cli.screen import Screen
from notou.jobs.chip import read_chip


@click.command()
@with_chip
@revealing
@speaking
def info(where: ChipOptions, reveal: bool, screen: Screen) -> None:
    """Tell what the chip says of itself: its number, its version, the room left, whom it trusts."""
    with where.chip() as chip:
        report = read_chip(chip)
    screen.result("chip", chip_fields(report, reveal), chip_lines(report, reveal))
