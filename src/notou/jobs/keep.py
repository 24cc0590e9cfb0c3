"""Keep items in the vault that Notou made itself, and read them back.

A set (notou.vault.kept.KeptSet) is changed by a function from its items to its items, called under the locks,
so that nothing that another process kept meanwhile is lost.

What may not enter: what the items mean (notou.esim, notou.sim), storing (notou.backup), reading
(notou.restore).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from notou.backup.keep import KeepResult, Revise, keep
from notou.errors import DamagedError, NotouError
from notou.events import Report
from notou.jobs.backup import destination_of
from notou.jobs.damage import Damage
from notou.jobs.places import open_outbox, open_vault
from notou.jobs.snapshots import tell_faults
from notou.restore.kept import read_kept
from notou.sentence import say
from notou.shown import shown
from notou.vault.kept import KeptItem, KeptSet, heads, present, revise
from notou.vault.repository import Vault
from notou.vault.snapshot import Snapshot

Change = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]
"""From a set's items, by name relative to its root, to what it shall hold; may raise to change nothing."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A set's items by name. ``incomplete``: some could not be read, which was reported as ItemFailed."""

    items: dict[str, bytes]
    incomplete: bool


def kept_in(vault: Vault, wanted: KeptSet, report: Report) -> Kept:
    """What a set holds now; nothing where it was never made. The caller tells the faults of the vault."""
    damage = Damage(report)
    state = read_kept(vault, heads(vault.snapshots(), wanted), wanted, damage.note)
    return Kept(present(state), damage.found)


def change_kept(
    locations: Sequence[str],
    password: str,
    changes: Mapping[KeptSet, Change],
    environ: Mapping[str, str],
    report: Report,
) -> KeepResult:
    """Change sets at every location, together. Raises what back_up_paths raises, and what a change raises.

    DamagedError when what a set holds cannot all be read: a new state would lose it.
    """
    opened = open_vault(locations, password)
    destination = destination_of(opened, open_outbox(opened.vault, environ), None, report)
    now_ns = destination.holder.now_ns
    revisions = {
        wanted: _revision(opened.vault, wanted, change, now_ns) for wanted, change in changes.items()
    }
    result = keep(destination, revisions)
    tell_faults(opened.vault, report, [copy.location for copy in result.copies if not copy.complete])
    return result


def _revision(vault: Vault, wanted: KeptSet, change: Change, now_ns: Callable[[], int]) -> Revise:
    def revised(snapshots: Sequence[Snapshot]) -> dict[str, KeptItem]:
        before = read_kept(vault, snapshots, wanted, _refuse)
        return revise(before, change(present(before)), now_ns())

    return revised


def _refuse(path: bytes, error: NotouError) -> None:
    raise DamagedError(
        say(
            "{path} in the vault cannot be read, so nothing was changed: 'notou repair heal' mends it from "
            "another copy, 'notou repair snapshots' goes on without it. {why}",
            path=shown(path or b"/"),
            why=str(error),
        )
    )
