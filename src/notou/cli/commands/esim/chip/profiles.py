"""notou esim chip profiles: what is on the chip, and which numbers can be reached."""

from __future__ import annotations

import click

from notou.cli.chip_options import ChipOptions, revealing, wallet_of, with_chip, with_wallet
from notou.cli.chip_shapes import profile_fields, profile_lines
from notou.cli.options import Access, speaking
from notou.cli.screen import Screen
from notou.jobs.chip import read_profiles
from notou.jobs.chip_wallet import entry_of


@click.command()
@with_chip
@with_wallet
@revealing
@speaking
def profiles(where: ChipOptions, access: Access | None, reveal: bool, screen: Screen) -> None:
    """List the profiles on the chip, and which numbers can be reached; --vault adds what the wallet knows."""
    _, entries = wallet_of(access, screen.report)
    with where.chip() as chip:
        found = read_profiles(chip)
    if not screen.manner.json:
        screen.result("", {}, profile_lines(found, entries, reveal=reveal))
        return
    for each in found:
        screen.result("profile", profile_fields(each, entry_of(entries, each.iccid), reveal=reveal), [])
