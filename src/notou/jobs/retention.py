"""Forget snapshots, by name or by policy, and prune what no snapshot needs.

What may not enter: the rules of either (notou.upkeep).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notou.errors import UsageError
from notou.events import Report
from notou.jobs.places import OpenVault, open_vault
from notou.jobs.snapshots import meant, tell_faults
from notou.jobs.this_process import lock_holder
from notou.jobs.workspace import workspace
from notou.restore.kept import needed
from notou.sentence import say
from notou.upkeep import prune as pruning
from notou.upkeep.forget import ForgetResult, forget, plan_forget
from notou.upkeep.prune_plan import PruneOptions
from notou.upkeep.retention import GroupDecision, Policy
from notou.vault.kept import kept_sets
from notou.vault.repository import Vault
from notou.vault.selection import LATEST, Filter
from notou.vault.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a policy decided (nothing when snapshots were named); ``result`` is None in a dry run."""

    decisions: tuple[GroupDecision, ...]
    named: tuple[str, ...]
    result: ForgetResult | None


def forget_snapshots(
    locations: Sequence[str],
    password: str,
    wanted: Sequence[str],
    policy: Policy,
    conditions: Filter,
    report: Report,
    *,
    dry_run: bool,
) -> Forgotten:
    """Forget the snapshots named, or those that the policy does not keep.

    Raises UsageError when neither is given (nothing would be left) or both are.
    """
    if bool(wanted) == (not policy.empty):
        raise UsageError(say("Name snapshots to forget, or say what to keep with --keep-…; one of the two."))
    opened = open_vault(locations, password)
    decisions: list[GroupDecision] = []
    if wanted:
        named = [one.id for each in wanted for one in _meant(opened.vault.snapshots(), each)]
    else:
        held = opened.vault.snapshots()
        admitted = [one for one in held if conditions.admits(one)]
        decisions = plan_forget(admitted, policy, time.time_ns(), _needed(opened.vault, held))
        _require_something_kept(decisions)
        named = [one.id for decision in decisions for one in decision.removed]
    result = None if dry_run or not named else _forget(opened, named, report)
    tell_faults(opened.vault, report, () if result is None else result.failures)
    return Forgotten(tuple(decisions), tuple(named), result)


def _meant(held: Sequence[Snapshot], word: str) -> list[Snapshot]:
    """Those a word means; what is kept in the vault alone is never ``latest`` here, but named by its id."""
    of_folders = [one for one in held if not one.kept]
    return meant(of_folders if word.startswith(LATEST) else held, word, Filter())


def _needed(vault: Vault, held: Sequence[Snapshot]) -> set[str]:
    """The ids of all without which something that is kept in the vault alone would be lost."""
    return {one.id for each in kept_sets(held) for one in needed(vault, held, each)}


def _require_something_kept(decisions: Sequence[GroupDecision]) -> None:
    """UsageError where a policy would leave nothing of a group: such a wish is a slip of the pen."""
    for decision in decisions:
        if decision.removed and not decision.kept:
            lane = decision.lane.label if decision.lane is not None else say("no class")
            raise UsageError(
                say(
                    "This would forget every snapshot ({lane}) of {paths}, so nothing was forgotten. "
                    "Name snapshots by their ids if that is meant.",
                    lane=lane,
                    paths=", ".join(decision.paths),
                )
            )


def _forget(opened: OpenVault, named: Sequence[str], report: Report) -> ForgetResult:
    return forget(opened.stores, opened.vault.master, named, lock_holder(), report)


def prune(
    locations: Sequence[str],
    password: str,
    options: PruneOptions,
    environ: Mapping[str, str],
    report: Report,
    *,
    dry_run: bool,
) -> pruning.PruneResult:
    """Prune every copy, or only plan it; see notou.upkeep.prune."""
    opened = open_vault(locations, password)
    config, master = opened.vault.config, opened.vault.master
    if dry_run:
        return pruning.plan(opened.stores, config, master, options, report)
    with workspace(environ) as folder:
        return pruning.prune(
            opened.stores, config, master, options, workspace=folder, holder=lock_holder(), report=report
        )
