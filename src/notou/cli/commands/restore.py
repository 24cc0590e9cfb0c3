"""notou restore: bring files back."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from notou.cli.options import Access, choosing_any_path, reading, speaking
from notou.cli.places import FILE, FOLDER
from notou.cli.screen import Screen
from notou.cli.text import printable, size_text
from notou.errors import IncompleteError
from notou.jobs.restore import restore_snapshot
from notou.restore.options import Overwrite, RestoreOptions, RestoreResult
from notou.sentence import say, say_count
from notou.vault.selection import Filter


@click.command()
@click.argument("snapshot", metavar="SNAPSHOT[:FOLDER]")
@click.option(
    "-t", "--target", metavar="FOLDER", type=FOLDER, required=True, help="Where files go; made when absent."
)
@click.option("--path", "paths", metavar="PATH", type=FILE, multiple=True, help="Only this file or folder.")
@click.option("-i", "--include", metavar="PATTERN", multiple=True, help="Only what matches.")
@click.option("-e", "--exclude", metavar="PATTERN", multiple=True, help="Not what matches.")
@click.option("--ignore-case", is_flag=True, help="Patterns take upper and lower case as the same.")
@click.option(
    "--overwrite",
    type=click.Choice([each.value for each in Overwrite]),
    default=Overwrite.IF_CHANGED.value,
    show_default=True,
    help="What happens to files that are there already.",
)
@click.option("--verify", is_flag=True, help="Read every restored file back and compare.")
@click.option("-n", "--dry-run", is_flag=True, help="Only count what would be restored.")
@reading
@choosing_any_path
@speaking
def restore(
    snapshot: str,
    target: str,
    paths: tuple[str, ...],
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    ignore_case: bool,
    overwrite: str,
    verify: bool,
    dry_run: bool,
    access: Access,
    conditions: Filter,
    screen: Screen,
) -> None:
    """Restore SNAPSHOT (an id, latest, or latest~1) into a folder, with full paths below it.

    With :FOLDER only that folder's content is restored, right into the target.
    """
    wanted, _, base = snapshot.partition(":")
    options = RestoreOptions(
        paths=[os.fsencode(os.path.abspath(path)) for path in paths],
        base=os.fsencode(base or "/"),
        include=[os.fsencode(pattern) for pattern in include],
        exclude=[os.fsencode(pattern) for pattern in exclude],
        ignore_case=ignore_case,
        overwrite=Overwrite(overwrite),
        verify=verify,
        dry_run=dry_run,
    )
    result = restore_snapshot(
        access.locations, access.password(), wanted, conditions, os.fsencode(target), options, screen.report
    )
    screen.done(
        "restored",
        _fields(result, dry_run=dry_run),
        [_line(result, target, dry_run) if _came_to_anything(result, options) else _NOTHING],
    )
    _require_whole(result)


def _require_whole(result: RestoreResult) -> None:
    if result.failed:
        raise IncompleteError(
            say_count(
                result.failed,
                "{count} item was not restored wholly.",
                "{count} items were not restored wholly.",
            )
        )


_NOTHING = say("Nothing in the snapshot is meant by these patterns, so nothing was restored.")


def _came_to_anything(result: RestoreResult, options: RestoreOptions) -> bool:
    """False only where patterns left nothing at all."""
    counts = (result.folders, result.files, result.kept, result.links, result.specials, result.failed)
    return any(counts) or not (options.include or options.exclude)


def _fields(result: RestoreResult, *, dry_run: bool) -> dict[str, object]:
    return {**{name: value for name, value in asdict(result).items() if name != "faults"}, "dry_run": dry_run}


def _line(result: RestoreResult, target: str, dry_run: bool) -> str:
    files = say_count(
        result.files, "{count} file ({size})", "{count} files ({size})", size=size_text(result.bytes_written)
    )
    there = printable(target)
    if result.kept:
        kept = say_count(result.kept, "{count} file was there already", "{count} files were there already")
        there = say("{target}; {kept}", target=there, kept=kept)
    if dry_run:
        return say("Would restore {files} to {target}.", files=files, target=there)
    return say("Restored {files} to {target}.", files=files, target=there)
