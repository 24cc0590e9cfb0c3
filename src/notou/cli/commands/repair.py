"""notou repair: heal from another copy, or save what no copy has whole any more."""

from __future__ import annotations

import os
from typing import Any

import click

from notou.cli.commands.prune import require_all_copies
from notou.cli.groups import Group
from notou.cli.layout import Line, Row
from notou.cli.options import Access, keeping, speaking
from notou.cli.screen import Screen
from notou.cli.text import printable
from notou.jobs.check import heal_copies, mend_index, mend_packs, mend_snapshots
from notou.sentence import say, say_count
from notou.upkeep.repair_index import IndexRepair

DRY_RUN = click.option("-n", "--dry-run", is_flag=True, help="Only show what would be done.")


@click.group(cls=Group)
def repair() -> None:
    """Mend what a check found. Heal first: what one copy lost, another may have."""


@repair.command()
@keeping
@speaking
def heal(access: Access, screen: Screen) -> None:
    """Read every copy, and replace what one lost or has damaged by the same bytes from another."""
    result = heal_copies(access.locations, access.password(), screen.report)
    for place, name, reason in result.unhealed:
        fields = {"location": place, "kind": name.kind.value, "id": name.id, "reason": reason}
        told = say("{place}: {object}: {reason}", place=place, object=f"{name.kind}/{name.id}", reason=reason)
        screen.warn("unhealed", fields, told)
    healed = [{"location": place, "kind": name.kind.value, "id": name.id} for place, name in result.healed]
    line = say_count(len(healed), "Healed {count} object.", "Healed {count} objects.")
    screen.done("healed", {"objects": healed}, [line])
    require_all_copies(result.failures)
    result.require_whole()


@repair.command()
@DRY_RUN
@keeping
@speaking
def index(dry_run: bool, access: Access, screen: Screen) -> None:
    """Build the index anew: it names every readable pack and none that is gone."""
    result = mend_index(access.locations, access.password(), screen.report, dry_run=dry_run)
    for pack_id, reason in result.unreadable.items():
        lost = {"id": pack_id.hex(), "reason": reason}
        screen.warn("unreadable_pack", lost, say("{pack}: {reason}", pack=pack_id.hex(), reason=reason))
    fields = {
        "packs_added": [pack_id.hex() for pack_id in result.read_anew],
        "packs_dropped": [pack_id.hex() for pack_id in result.dropped],
        "indexes_replaced": result.indexes_replaced,
        "dry_run": dry_run,
    }
    screen.done("index_repaired", fields, [_index_line(result, dry_run)])
    require_all_copies(result.failures)


@repair.command()
@click.argument("pack_ids", metavar="[PACK]...", nargs=-1)
@DRY_RUN
@keeping
@speaking
def packs(pack_ids: tuple[str, ...], dry_run: bool, access: Access, screen: Screen) -> None:
    """Save what opens of damaged packs (those named, else what a full check finds); the rest goes."""
    chosen = [_pack_id(text) for text in pack_ids]
    result = mend_packs(
        access.locations, access.password(), chosen, os.environ, screen.report, dry_run=dry_run
    )
    if result is None:
        screen.done(
            "packs_repaired", {"saved": {}, "lost": {}, "dry_run": dry_run}, [say("No pack is damaged.")]
        )
        return
    fields = {
        "saved": {pack_id.hex(): count for pack_id, count in result.saved.items()},
        "lost": {pack_id.hex(): len(blobs) for pack_id, blobs in result.lost.items()},
        "healable": [pack_id.hex() for pack_id in result.healable],
        "dry_run": dry_run,
    }
    saved, lost = sum(result.saved.values()), sum(map(len, result.lost.values()))
    screen.done("packs_repaired", fields, [_packs_line(saved, lost, dry_run)])
    require_all_copies(result.failures)


@repair.command()
@click.option("--forget", is_flag=True, help="Remove the snapshots that are not whole.")
@DRY_RUN
@keeping
@speaking
def snapshots(forget: bool, dry_run: bool, access: Access, screen: Screen) -> None:
    """Publish a whole snapshot beside each that lost something; it holds all that is left."""
    result = mend_snapshots(
        access.locations, access.password(), os.environ, screen.report, forget=forget, dry_run=dry_run
    )
    for one in result.repaired:
        screen.result("snapshot_repaired", _repaired_fields(one), _repaired_lines(one))
    for snapshot_id in result.hopeless:
        fields = {"id": snapshot_id}
        screen.warn(
            "snapshot_hopeless",
            fields,
            say("{snapshot}: nothing of it can be read.", snapshot=snapshot_id[:8]),
        )
    if not result.repaired and not result.hopeless:
        screen.say(say("Every snapshot is whole."))
    require_all_copies(result.failures)


def _repaired_fields(one: Any) -> dict[str, Any]:
    return {"old_id": one.old_id, "new_id": one.new_id, "lost": [printable(path) for path in one.lost]}


def _repaired_lines(one: Any) -> list[Line]:
    old = one.old_id[:8]
    if one.new_id:
        first = say("{old} is now {new}, without:", old=old, new=one.new_id[:8])
    else:
        first = say("{old} would be repaired, without:", old=old)
    return [first, *(Row([printable(path)], indent="    ") for path in one.lost)]


def _pack_id(text: str) -> bytes:
    try:
        pack_id = bytes.fromhex(text)
    except ValueError:
        pack_id = b""
    if len(pack_id) != 32:
        raise click.UsageError(say("“{text}” is no pack's id: give all 64 digits.", text=text))
    return pack_id


def _index_line(result: IndexRepair, dry_run: bool) -> str:
    if result.nothing_to_do:
        return say("The index was right already.")
    added = say_count(len(result.read_anew), "{count} pack added", "{count} packs added")
    dropped = say_count(len(result.dropped), "{count} pack dropped", "{count} packs dropped")
    if dry_run:
        return say("Would repair: {added}, {dropped}.", added=added, dropped=dropped)
    return say("Repaired: {added}, {dropped}.", added=added, dropped=dropped)


def _packs_line(saved: int, lost: int, dry_run: bool) -> str:
    if dry_run:
        return say("Would repair: {saved} blobs saved, {lost} lost.", saved=saved, lost=lost)
    return say("Repaired: {saved} blobs saved, {lost} lost.", saved=saved, lost=lost)
