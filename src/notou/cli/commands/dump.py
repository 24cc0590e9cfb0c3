"""notou dump: one item's bytes to standard output."""

from __future__ import annotations

import os
import sys
import time

import click

from notou.cli.language import lang_option, spoken
from notou.cli.options import Access, choosing_any_path, reading
from notou.cli.places import FILE
from notou.cli.screen import Manner, Screen
from notou.jobs.compare import dump_item
from notou.vault.selection import Filter


@click.command()
@click.argument("snapshot")
@click.argument("path", type=FILE)
@reading
@choosing_any_path
@lang_option()
def dump(snapshot: str, path: str, access: Access, conditions: Filter) -> None:
    """Write the file PATH of SNAPSHOT to standard output; a folder becomes a tar archive."""
    # everything said goes to stderr: stdout is the file's
    screen = Screen(Manner(), sys.stderr, sys.stderr, time.monotonic, spoken())
    where = os.fsencode(os.path.abspath(path))
    dump_item(
        access.locations, access.password(), snapshot, conditions, where, sys.stdout.buffer, screen.report
    )
