"""Which snapshots a vault holds: all of them, those meant by a word, and those of one run together.

What may not enter: what is inside snapshots.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from notou.errors import NotFoundError, StoreError
from notou.events import Note, Report
from notou.jobs.places import OpenVault, open_vault
from notou.model import FileKind, Lane
from notou.sentence import mentions, say, say_apart
from notou.vault.repository import Vault
from notou.vault.selection import LATEST, Filter, newest_first, pick
from notou.vault.snapshot import Snapshot

_NAMED = 5
_AGO = re.compile(r"latest~(\d{1,4})")


def list_snapshots(
    locations: Sequence[str], password: str, conditions: Filter, report: Report
) -> tuple[list[Snapshot], int]:
    """Every snapshot admitted, the oldest first, lanes of one run in their order; and how many no place
    yields, admitted or not."""
    opened = open_vault(locations, password)
    readable = opened.vault.snapshots()
    tell_faults(opened.vault, report)
    return in_order(newest_first(readable, conditions)), _unreadable(opened, readable)


def _unreadable(opened: OpenVault, readable: Sequence[Snapshot]) -> int:
    """How many snapshots were left out; looked up only where something was amiss."""
    listed: set[str] = set()
    for store in opened.stores if opened.vault.faults else ():
        with suppress(StoreError):  # a place that cannot be listed was told of
            listed |= {snapshot_id for snapshot_id, _ in store.list(FileKind.SNAPSHOT)}
    return len(listed - {snapshot.id for snapshot in readable})


def open_and_pick(
    locations: Sequence[str], password: str, wanted: str, conditions: Filter, paths: Iterable[bytes] = ()
) -> tuple[OpenVault, list[Snapshot]]:
    """The vault and the snapshots meant by ``wanted``, see meant; ``paths`` will be looked for there."""
    opened = open_vault(locations, password)
    return opened, meant(opened.vault.snapshots(), wanted, looking_for(conditions, paths))


def looking_for(conditions: Filter, paths: Iterable[bytes]) -> Filter:
    """The conditions of someone who will look for ``paths`` in the snapshots."""
    return replace(conditions, holding=[os.fsdecode(path) for path in paths])


def meant(snapshots: Sequence[Snapshot], wanted: str, conditions: Filter) -> list[Snapshot]:
    """The snapshots a word means: an id's beginning, ``latest``, or ``latest~2``, the latest two runs ago.

    Raises NotFoundError when there is none, UsageError when a beginning means several.
    """
    ago = _AGO.fullmatch(wanted)
    if ago is None:
        return pick(snapshots, wanted, conditions)
    found = pick(snapshots, LATEST, conditions)
    group = _group_of(found)
    same = [one for one in snapshots if one.kept or one.group_key == group[0].group_key]
    for _ in range(int(ago[1])):
        conditions = replace(conditions, before_ns=max(one.time_ns for one in _group_of(found)) - 1)
        found = _before(same, group[0], conditions)
    return found


def _group_of(found: Sequence[Snapshot]) -> list[Snapshot]:
    """Those of folders, beside which ``latest`` finds what is kept in the vault alone; else those."""
    return [one for one in found if not one.kept] or list(found)


def _before(same: Sequence[Snapshot], of: Snapshot, conditions: Filter) -> list[Snapshot]:
    with suppress(NotFoundError):
        found = pick(same, LATEST, conditions)
        if any(one.kept == of.kept for one in found):
            return found
    raise NotFoundError(
        say(
            "There is no earlier whole backup of {paths}; 'notou snapshots' lists all.", paths=_paths_text(of)
        )
    )


def tell_others(snapshots: Iterable[Snapshot], chosen: Sequence[Snapshot], report: Report) -> None:
    """Say which backups ``latest`` did not mean: those of other folders, or of another machine."""
    meant_one = _group_of(chosen)[0]
    others = {
        one.group_key: one
        for one in snapshots
        if not (one.partial or one.kept) and one.group_key != meant_one.group_key
    }
    if others:
        texts = [
            say("{paths} ({host})", paths=_paths_text(one), host=one.hostname)
            for one in list(others.values())[:_NAMED]
        ]
        if len(others) > _NAMED:
            texts[-1] = say("{last}, and more", last=texts[-1])
        report(
            Note(
                say(
                    "This was the latest backup of {paths}. The vault also holds backups of {others}: "
                    "'notou snapshots' lists them.",
                    paths=_paths_text(meant_one),
                    others=say_apart(texts),
                )
            )
        )


def _paths_text(snapshot: Snapshot) -> str:
    return ", ".join(snapshot.paths)


def in_order(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """By time, then by lane; what has no lane last."""
    return sorted(snapshots, key=lambda one: (one.time_ns, len(Lane) if one.lane is None else one.lane))


def runs(snapshots: Iterable[Snapshot]) -> list[list[Snapshot]]:
    """The snapshots of each backup run together, the newest run first: same time, host and paths."""
    by_run: dict[object, list[Snapshot]] = {}
    for snapshot in reversed(in_order(snapshots)):
        by_run.setdefault((snapshot.time_ns, snapshot.group_key), []).insert(0, snapshot)
    return list(by_run.values())


def tell_faults(vault: Vault, report: Report, told: Collection[str] = ()) -> None:
    """Say what was damaged at one place and read from another, or left out; but for places ``told`` of."""
    for fault in dict.fromkeys(vault.faults):
        if not any(mentions(fault, location) for location in told):
            report(Note(fault))
