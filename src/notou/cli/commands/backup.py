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
from notou.cli.text import size_text
from notou.errors import IncompleteError, StoreError
from notou.jobs.backup import BackupRequest, back_up_paths, rehearse_paths
from notou.model import Lane
from notou.sentence import say, say_all, say_count
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
        raise StoreError(
            say("Not everything arrived at {places}; the next backup goes on there.", places=say_all(late))
        )
    if result.faults:
        raise IncompleteError(
            say_count(
                result.faults,
                "{count} item was not read and not backed up; all else is.",
                "{count} items were not read and not backed up; all else is.",
            )
        )


def _rehearse(access: Access, request: BackupRequest, screen: Screen) -> None:
    result = rehearse_paths(access.locations, access.password(), request, os.environ, screen.report)
    screen.done("would_back_up", _rehearsal_fields(result), _rehearsal_lines(result))
    if result.late:
        raise StoreError(
            say(
                "{places} cannot be reached; a backup would leave it behind.",
                places=say_all(result.late),
            )
        )
    if result.faults:
        raise IncompleteError(
            say_count(
                result.faults,
                "{count} item cannot be read and would not be backed up; all else would be.",
                "{count} items cannot be read and would not be backed up; all else would be.",
            )
        )


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
    lines = [
        say(
            "{lane} {files}; {reading}",
            lane=_label(lane),
            files=_files_text(counts),
            reading=_reading_text(result.bytes_to_read.get(lane, 0)),
        )
        for lane, counts in result.counts.items()
    ]
    return [*lines, say("Nothing was written: this was a dry run.")]


def _reading_text(size: int) -> str:
    return say("{size} to read", size=size_text(size)) if size else say("nothing to read")


def _label(lane: Lane) -> str:
    """A class before what is said of it, in a column of its own."""
    return f"{lane.label + ':':<11}"


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
    return say(
        "{lane} {files}; {stored}; {snapshot}",
        lane=_label(lane),
        files=_files_text(counts),
        stored=_stored_text(counts.data_added_packed),
        snapshot=snapshot_id or say("no new snapshot"),
    )


def _stored_text(size: int) -> str:
    return say("{size} stored", size=size_text(size)) if size else say("nothing to store")


def _files_text(counts: Counts) -> str:
    return say(
        "{new} new, {changed} changed, {unchanged} unchanged",
        new=counts.files_new,
        changed=counts.files_changed,
        unchanged=counts.files_unmodified,
    )


def _held_at(result: BackupResult) -> int:
    return sum(copy.complete for copy in result.copies)


def _safety(held_at: int) -> str:
    """Only what two places hold, one of them off-site, is called safe; so far every place is local."""
    if held_at == 0:
        return say("Held nowhere yet, so not safe.")
    if held_at == 1:
        return say("Held at 1 place only, so not safe: when it fails, all is lost.")
    return say(
        "Held at {places} places, none off-site, so not safe yet: fire or theft could take them together.",
        places=held_at,
    )
