"""notou backup: to every copy of a vault."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

import click

from notou.backup.options import BackupOptions, BackupResult, Counts, Rehearsal
from notou.cli.exclude_options import excluding
from notou.cli.options import CLASSES, Access, speaking, writing
from notou.cli.places import FILE
from notou.cli.screen import Screen
from notou.cli.shapes import snapshot_fields
from notou.cli.text import count_text, size_text
from notou.errors import IncompleteError, StoreError
from notou.jobs.backup import BackupRequest, back_up_paths, rehearse_paths
from notou.model import Lane
from notou.sources.excludes import ExcludeRules

_FORECAST_AFTER_S = 2.0  # what is done sooner needs no time left, and pays nothing for it


@click.command()
@click.argument("paths", type=FILE, nargs=-1, required=True)
@writing
@excluding
@click.option("--class", "only_class", type=click.Choice(CLASSES), help="Put everything into this one class.")
@click.option("--tag", "tags", metavar="TAG[,TAG…]", multiple=True, help="Mark the snapshots with tags.")
@click.option("--host", metavar="NAME", help="Take this for the machine's name.")
@click.option("--force", is_flag=True, help="Read every file, also those that seem unchanged.")
@click.option("--skip-if-unchanged", is_flag=True, help="No snapshot of a class in which nothing changed.")
@click.option("-n", "--dry-run", is_flag=True, help="Only count what would be read; write nothing.")
@speaking
def backup(
    paths: tuple[str, ...],
    access: Access,
    rules: ExcludeRules,
    only_class: str | None,
    tags: tuple[str, ...],
    host: str | None,
    force: bool,
    skip_if_unchanged: bool,
    dry_run: bool,
    screen: Screen,
) -> None:
    """Back up PATHS to every place named with --to; read and encrypted once, the same objects at each."""
    options = BackupOptions(
        only_lane=Lane[only_class.upper()] if only_class else None,
        tags=tuple(tag for group in tags for tag in group.split(",") if tag),
        force=force,
        skip_if_unchanged=skip_if_unchanged,
        forecast_after_s=None if screen.manner.quiet else _FORECAST_AFTER_S,
    )
    request = BackupRequest([os.fsencode(path) for path in paths], rules, options, host)
    (_rehearse if dry_run else _back_up)(access, request, screen)


def _back_up(access: Access, request: BackupRequest, screen: Screen) -> None:
    result = back_up_paths(access.locations, access.password(), request, os.environ, screen.report)
    screen.done("backed_up", _fields(result), _lines(result))
    late = [copy.location for copy in result.copies if not copy.complete]
    if late:
        raise StoreError(f"Not everything arrived at {' and '.join(late)}; the next backup goes on there.")
    if result.faults:
        items = count_text(result.faults, "item was", "items were")
        raise IncompleteError(f"{items} not read and not backed up; all else is.")


def _rehearse(access: Access, request: BackupRequest, screen: Screen) -> None:
    result = rehearse_paths(access.locations, access.password(), request, os.environ, screen.report)
    screen.done("would_back_up", _rehearsal_fields(result), _rehearsal_lines(result))
    if result.late:
        raise StoreError(f"{' and '.join(result.late)} cannot be reached; a backup would leave it behind.")
    if result.faults:
        items = count_text(result.faults, "item", "items")
        raise IncompleteError(f"{items} cannot be read and would not be backed up; all else would be.")


def _rehearsal_fields(result: Rehearsal) -> dict[str, Any]:
    return {
        "classes": {
            lane.label: {
                "files_new": counts.files_new,
                "files_changed": counts.files_changed,
                "files_unmodified": counts.files_unmodified,
                "bytes_to_read": result.bytes_to_read.get(lane, 0),
            }
            for lane, counts in result.counts.items()
        },
        "items_failed": result.faults,
        "late": list(result.late),
    }


def _rehearsal_lines(result: Rehearsal) -> list[str]:
    lines = []
    for lane, counts in result.counts.items():
        size = result.bytes_to_read.get(lane, 0)
        reading = f"{size_text(size)} to read" if size else "nothing to read"
        lines.append(f"{lane.label + ':':<11} {_files_text(counts)}; {reading}")
    return [*lines, "Nothing was written: this was a dry run."]


def _fields(result: BackupResult) -> dict[str, Any]:
    return {
        "snapshots": [snapshot_fields(snapshot) for snapshot in result.snapshots],
        "classes": {lane.label: asdict(counts) for lane, counts in result.counts.items()},
        "items_failed": result.faults,
        "copies": [asdict(copy) for copy in result.copies],
        "held_at": _held_at(result),
        "off_site": 0,  # every kind of place there is so far is a folder of this machine
    }


def _lines(result: BackupResult) -> list[str]:
    ids = {snapshot.lane: snapshot.short_id for snapshot in result.snapshots}
    lines = [_class_line(lane, counts, ids.get(lane)) for lane, counts in result.counts.items()]
    return [*lines, _safety(_held_at(result))]


def _class_line(lane: Lane, counts: Counts, snapshot_id: str | None) -> str:
    stored = (
        f"{size_text(counts.data_added_packed)} stored" if counts.data_added_packed else "nothing to store"
    )
    return f"{lane.label + ':':<11} {_files_text(counts)}; {stored}; {snapshot_id or 'no new snapshot'}"


def _files_text(counts: Counts) -> str:
    return (
        f"{counts.files_new:,} new, {counts.files_changed:,} changed, {counts.files_unmodified:,} unchanged"
    )


def _held_at(result: BackupResult) -> int:
    return sum(copy.complete for copy in result.copies)


def _safety(held_at: int) -> str:
    """Only what two places hold, one of them off-site, is called safe; so far every place is local."""
    if held_at == 0:
        return "Held nowhere yet, so not safe."
    if held_at == 1:
        return "Held at 1 place only, so not safe: when it fails, all is lost."
    return (
        f"Held at {held_at} places, none off-site, so not safe yet: fire or theft could take them together."
    )
