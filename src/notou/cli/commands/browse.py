"""notou ls and notou find: what is inside snapshots."""

from __future__ import annotations

import os

import click

from notou.cli.layout import Cell, Row
from notou.cli.options import Access, choosing, reading, speaking
from notou.cli.places import FILE
from notou.cli.screen import Screen
from notou.cli.shapes import class_text, item_cells, item_fields, item_line
from notou.cli.text import printable, time_text
from notou.cli.times import moment
from notou.jobs.browse import find_items, list_snapshot
from notou.model import NodeKind
from notou.restore.browse import Item, Query
from notou.sentence import say, say_count
from notou.vault.selection import Filter
from notou.vault.snapshot import Snapshot

KINDS = [kind.value for kind in NodeKind]


@click.command()
@click.argument("snapshot")
@click.argument("path", type=FILE, required=False)
@click.option("-l", "--long", is_flag=True, help="Show permissions, owner, size and time.")
@click.option("-R", "--recursive", is_flag=True, help="Go into the folders below PATH.")
@reading
@choosing
@speaking
def ls(
    snapshot: str,
    path: str | None,
    long: bool,
    recursive: bool,
    access: Access,
    conditions: Filter,
    screen: Screen,
) -> None:
    """List what SNAPSHOT holds (an id, or latest): everything, or the folder PATH."""
    items = list_snapshot(
        access.locations,
        access.password(),
        snapshot,
        conditions,
        os.fsencode(path or "/"),
        screen.report,
        recursive=recursive or path is None,
    )
    for item in items:
        screen.result("item", item_fields(item), [item_line(item, long=long)])


@click.command()
@click.argument("patterns", nargs=-1)
@click.option("-i", "--ignore-case", is_flag=True, help="Take upper and lower case as the same.")
@click.option("--newer", metavar="TIME", type=moment, help="Only what was changed after this time.")
@click.option("--older", metavar="TIME", type=moment, help="Only what was changed before this time.")
@click.option("--type", "kinds", type=click.Choice(KINDS), multiple=True, help="Only this type of entry.")
@click.option("--blob", "blobs", metavar="ID", multiple=True, help="Files that hold this blob.")
@click.option("--tree", "trees", metavar="ID", multiple=True, help="Folders that are this tree.")
@click.option("-l", "--long", is_flag=True, help="Show permissions, owner, size and time.")
@reading
@choosing
@speaking
def find(
    patterns: tuple[str, ...],
    ignore_case: bool,
    newer: int | None,
    older: int | None,
    kinds: tuple[str, ...],
    blobs: tuple[str, ...],
    trees: tuple[str, ...],
    long: bool,
    access: Access,
    conditions: Filter,
    screen: Screen,
) -> None:
    """Find items whose name matches one of PATTERNS, such as '*.jpg'.

    A pattern with a slash in it, such as 'Pictures/*.jpg', matches the end of a path; with a slash first, the
    whole path.
    """
    if not patterns and not blobs and not trees:
        raise click.UsageError(say("Name a pattern, a blob or a tree to look for."))
    query = Query([os.fsencode(each) for each in patterns], ignore_case, newer, older, kinds, blobs, trees)
    found, last = 0, None
    for run, item in find_items(access.locations, access.password(), query, conditions, screen.report):
        if run is not last:
            screen.say(_run_line(run))
            last = run
        screen.result("item", item_fields(item), [_found_line(item, long=long)])
        found += 1
    screen.say(say_count(found, "Found {count} item.", "Found {count} items."))


def _found_line(item: Item, *, long: bool) -> Row:
    holder = Cell(class_text(item.snapshot), 11)
    return Row([item.snapshot.short_id, holder, *item_cells(item, long=long)], indent="  ")


def _run_line(run: list[Snapshot]) -> str:
    return say(
        "In the backup of {time} from {host}:",
        time=time_text(run[0].time_ns),
        host=printable(run[0].hostname),
    )
