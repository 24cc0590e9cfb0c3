"""Look at snapshots in ways that read blobs: what changed between two, one item's bytes, figures.

What may not enter: how it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

from notou.events import Report
from notou.jobs.damage import Damage
from notou.jobs.places import open_vault
from notou.jobs.snapshots import meant, open_and_pick, tell_faults
from notou.restore.diff import Change, diff
from notou.restore.dump import dump
from notou.upkeep.stats import VaultStats, gather
from notou.vault.selection import Filter


def compare(
    locations: Sequence[str],
    password: str,
    wanted: tuple[str, str],
    conditions: Filter,
    report: Report,
    *,
    metadata: bool,
) -> Iterator[Change]:
    """What differs between the snapshots that two words mean, the earlier one first.

    IncompleteError at the end when something could not be read.
    """
    vault = open_vault(locations, password).vault
    snapshots = vault.snapshots()
    before, after = (meant(snapshots, word, conditions) for word in wanted)
    damage = Damage(report)
    yield from diff(vault, before, after, metadata=metadata, damaged=damage.note)
    tell_faults(vault, report)
    damage.end()


def dump_item(
    locations: Sequence[str],
    password: str,
    wanted: str,
    conditions: Filter,
    path: bytes,
    output: IO[bytes],
    report: Report,
) -> None:
    """Write a file's bytes, or a folder as a tar archive, to ``output``. IncompleteError as compare."""
    opened, snapshots = open_and_pick(locations, password, wanted, conditions, [path])
    damage = Damage(report)
    dump(opened.vault, snapshots, path, output, damaged=damage.note)
    tell_faults(opened.vault, report)
    damage.end()


def count_vault(locations: Sequence[str], password: str, conditions: Filter, report: Report) -> VaultStats:
    """The figures of every snapshot admitted, by lane and together."""
    vault = open_vault(locations, password).vault
    stats = gather(vault, [one for one in vault.snapshots() if conditions.admits(one)])
    tell_faults(vault, report)
    return stats
