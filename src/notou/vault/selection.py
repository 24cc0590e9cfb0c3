"""Choosing among snapshots: by id, by ``latest``, by host, tag, path, lane and time. Pure.

What may not enter: loading snapshots, keeping and forgetting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from notou.errors import NotFoundError, UsageError
from notou.model import Lane
from notou.sentence import say
from notou.vault.kept import newest_of_kept
from notou.vault.snapshot import Snapshot

LATEST = "latest"
_NO_LANE_RANK = len(Lane)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a snapshot must be; an empty condition asks for nothing.

    ``hosts``: one of them. ``tags``: for one of the groups, all tags of the group. ``paths``: all of them.
    ``lanes``: one of them. ``before_ns``: taken at this time or earlier. ``holding`` excludes none: where
    something there is of these paths, ``latest`` is a backup that may hold all of them.
    """

    hosts: Collection[str] = ()
    tags: Collection[Collection[str]] = ()
    paths: Collection[str] = ()
    lanes: Collection[Lane] = ()
    before_ns: int | None = None
    holding: Collection[str] = ()

    def admits(self, snapshot: Snapshot) -> bool:
        """Whether the snapshot is what the filter asks for."""
        return (
            (not self.hosts or snapshot.hostname in self.hosts)
            and (not self.tags or any(set(group) <= set(snapshot.tags) for group in self.tags))
            and set(self.paths) <= set(snapshot.paths)
            and (not self.lanes or snapshot.lane in self.lanes)
            and (self.before_ns is None or snapshot.time_ns <= self.before_ns)
        )

    def may_hold(self, snapshot: Snapshot) -> bool:
        """Whether each of ``holding`` is at, below or above a path the snapshot was taken of."""
        return all(any(_meet(wanted, path) for path in snapshot.paths) for wanted in self.holding)


ANY = Filter()


def pick(snapshots: Iterable[Snapshot], wanted: str, conditions: Filter = ANY) -> list[Snapshot]:
    """The snapshots meant by ``wanted``, in lane order.

    ``latest``: of the host and paths of the newest whole snapshot admitted (see ``holding``), the newest
    whole one of every lane; snapshots without a lane count as a lane of their own. With them those of the
    items kept in the vault (see kept) that are admitted and may hold what is looked for, whatever their host.
    Anything else: the one whose id begins so, whatever the conditions. Raises NotFoundError when none is
    meant, UsageError when a prefix means several.
    """
    if wanted == LATEST:
        return _latest(snapshots, conditions)
    return [_by_prefix(snapshots, wanted)]


def newest_first(snapshots: Iterable[Snapshot], conditions: Filter = ANY) -> list[Snapshot]:
    """Those admitted, the newest first."""
    return sorted(filter(conditions.admits, snapshots), key=_age, reverse=True)


def _latest(snapshots: Iterable[Snapshot], conditions: Filter) -> list[Snapshot]:
    whole = [snapshot for snapshot in newest_first(snapshots, conditions) if not snapshot.partial]
    if not whole:
        raise NotFoundError(say("The vault holds no whole snapshot that fits what was asked for."))
    kept = newest_of_kept(whole)
    holding = list(filter(conditions.may_hold, kept))
    read = _newest_run([one for one in whole if not one.kept], conditions, needed=not holding)
    return sorted([*read, *holding] or kept, key=_rank)


def _newest_run(newest_first: list[Snapshot], conditions: Filter, *, needed: bool) -> list[Snapshot]:
    """Of the group of the newest that may hold what is looked for, the newest of every lane.

    Where none may: nothing, or if ``needed`` the newest group of all.
    """
    holding = [*filter(conditions.may_hold, newest_first), *(newest_first if needed else ())]
    newest: dict[Lane | None, Snapshot] = {}
    for snapshot in newest_first:
        if holding and snapshot.group_key == holding[0].group_key:
            newest.setdefault(snapshot.lane, snapshot)
    return list(newest.values())


def _meet(one: str, other: str) -> bool:
    one, other = one.rstrip("/") + "/", other.rstrip("/") + "/"
    return one.startswith(other) or other.startswith(one)


def _by_prefix(snapshots: Iterable[Snapshot], prefix: str) -> Snapshot:
    found = [snapshot for snapshot in snapshots if prefix and snapshot.id.startswith(prefix.lower())]
    if not found:
        raise NotFoundError(say("No snapshot's id begins with “{prefix}”.", prefix=prefix))
    if len(found) > 1:
        raise UsageError(
            say(
                "“{prefix}” begins the ids of {count} snapshots; give more digits.",
                prefix=prefix,
                count=len(found),
            )
        )
    return found[0]


def _age(snapshot: Snapshot) -> tuple[int, str]:
    return snapshot.time_ns, snapshot.id


def _rank(snapshot: Snapshot) -> int:
    return _NO_LANE_RANK if snapshot.lane is None else snapshot.lane
