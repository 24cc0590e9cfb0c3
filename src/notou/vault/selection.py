"""Choosing among snapshots: by id, by ``latest``, by host, tag, path, lane and time. Pure.

What may not enter: loading snapshots, keeping and forgetting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from notou.model import Lane
from notou.vault.snapshot import Snapshot

LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a snapshot must be; an empty condition asks for nothing.

    ``hosts``: one of them. ``tags``: for one of the groups, all tags of the group. ``paths``: all of them.
    ``lanes``: one of them. ``before_ns``: taken at this time or earlier.
    """

    hosts: Collection[str] = ()
    tags: Collection[Collection[str]] = ()
    paths: Collection[str] = ()
    lanes: Collection[Lane] = ()
    before_ns: int | None = None

    def admits(self, snapshot: Snapshot) -> bool:
        """Whether the snapshot is what the filter asks for."""
        raise NotImplementedError


def pick(snapshots: Iterable[Snapshot], wanted: str, conditions: Filter = Filter()) -> list[Snapshot]:
    """The snapshots meant by ``wanted``, in lane order.

    ``latest``: of the host and paths of the newest whole snapshot admitted, the newest whole one of every lane;
    snapshots without a lane count as a lane of their own. Anything else: the one whose id begins so.
    Raises NotFoundError when none is meant, UsageError when a prefix means several.
    """
    raise NotImplementedError


def newest_first(snapshots: Iterable[Snapshot], conditions: Filter = Filter()) -> list[Snapshot]:
    """Those admitted, the newest first."""
    raise NotImplementedError


def parent_of(
    snapshots: Iterable[Snapshot], lane: Lane, hostname: str, paths: Collection[str]
) -> Snapshot | None:
    """The newest snapshot of the lane, partial or whole, with the same hostname and paths."""
    raise NotImplementedError
