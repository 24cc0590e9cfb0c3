"""notou esim catalogue: check catalogue files, and take in a table of plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click

from notou.cli.groups import Group
from notou.cli.options import speaking
from notou.cli.places import FILE
from notou.cli.screen import Screen
from notou.errors import UsageError
from notou.jobs.catalogue import check_files, import_table, own_folder
from notou.sentence import Sentence, say, say_count


@click.group(cls=Group)
def catalogue() -> None:
    """Check files of operators and plans, and take in plans of your own."""


@catalogue.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=FILE)
@speaking
def check(files: tuple[str, ...], screen: Screen) -> None:
    """Check catalogue FILEs (TOML); without one, those that come with Notou and your own."""
    held, faults = check_files(files, date.today())
    _tell(faults, screen)
    counts = {"operators": len(held.operators), "plans": len(held.plans), "names": len(held.names)}
    screen.done(
        "catalogue_checked",
        {**counts, "faults": len(faults), "folder": own_folder()},
        [
            say("In order: operators {operators}, plans {plans}, names {names}.", **counts),
            say("Files of your own go into {folder}.", folder=own_folder()),
        ],
    )
    _end(faults)


@catalogue.command("import")
@click.argument("file", metavar="FILE.csv", type=FILE)
@click.option("--replace", is_flag=True, help="Replace what an earlier import of a table of this name left.")
@speaking
def import_(file: str, replace: bool, screen: Screen) -> None:
    """Take the plans of a table (CSV, see the documentation for its columns) into your own catalogue."""
    made, faults = import_table(file, date.today(), replace=replace)
    _tell(faults, screen)
    _end(faults)
    screen.done(
        "catalogue_imported",
        {"files": made},
        [say("Wrote {file}; 'notou esim plans' shows its plans.", file=each) for each in made],
    )


def _tell(faults: Sequence[Sentence], screen: Screen) -> None:
    for fault in faults:
        screen.warn("catalogue_fault", {"text": fault}, fault)


def _end(faults: Sequence[Sentence]) -> None:
    if faults:
        raise UsageError(
            say_count(
                len(faults),
                "{count} fault was found; put it right, and run this again.",
                "{count} faults were found; put them right, and run this again.",
            )
        )
