"""Forgetting snapshots at every copy, named or by policy. What they alone needed stays until a prune.

What may not enter: the rules of retention, pruning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.model import FileKind, ObjectName
from notou.upkeep.living import locked
from notou.upkeep.retention import decide

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from notou.events import Report
    from notou.stores.base import Store
    from notou.upkeep.retention import GroupDecision, Policy
    from notou.vault.keys import MasterKey
    from notou.vault.locking import Holder
    from notou.vault.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ForgetResult:
    """The snapshots forgotten (or that would be), and the copies that still hold them: location → why."""

    forgotten: tuple[str, ...]
    failures: Mapping[str, str]


def plan_forget(
    snapshots: Iterable[Snapshot], policy: Policy, now_ns: int, needed: Collection[str]
) -> list[GroupDecision]:
    """What a policy would keep and remove: the dry run of forgetting by policy. ``needed``: see decide."""
    return decide(snapshots, policy, now_ns, needed)


def forget(
    copies: Sequence[Store], master: MasterKey, snapshot_ids: Sequence[str], holder: Holder, report: Report
) -> ForgetResult:
    """Delete the snapshots (full hex ids) at every copy that answers, under an exclusive lock at each.

    One that a copy lacks is fine there. Raises LockedError, StoreUnavailableError when no copy answers.
    """
    names = [ObjectName(FileKind.SNAPSHOT, id_) for id_ in snapshot_ids]
    with locked(copies, master, holder, report, exclusive=True) as living:
        living.delete(names)
        return ForgetResult(tuple(snapshot_ids), living.failures)
