"""Brings finished packs, then indexes, then snapshots to every copy; one thread a copy.

What may not enter: the vault's format (index files and snapshots arrive sealed), reading files of
the source, deciding what to back up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from notou.copies.outbox import Outbox
from notou.events import Report
from notou.model import ObjectName
from notou.stores.base import Store

SealedFile = tuple[ObjectName, bytes]
"""A sealed index or snapshot and the name it is stored under."""


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """How one copy fared so far: ``failure`` is a sentence, "" while all went well."""

    location: str
    packs_sent: int
    bytes_sent: int
    failure: str = ""

    @property
    def complete(self) -> bool:
        """Whether this copy holds everything it was offered."""
        return not self.failure


class Replicator:
    """Sends to all copies at once; a copy that fails is left out for the rest of the run and never stops the others.

    Use as a context manager; leaving it waits for what is being sent, or on an exception gives the rest up.
    """

    def __init__(self, copies: Sequence[Store], outbox: Outbox, report: Report) -> None:
        """``report`` is told CopyFailed once for each copy that drops out."""

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def catch_up(self) -> list[CopyOutcome]:
        """Bring each copy to the union of what all hold: packs, then indexes, then snapshots. Call it first in a run."""
        raise NotImplementedError

    def held(self) -> dict[bytes, int]:
        """Pack id → size of every pack that a living copy holds or the outbox keeps; known after catch_up."""
        raise NotImplementedError

    def offer(self, pack_id: bytes, lane: int, size: int) -> None:
        """Claim a pack the Writer finished and begin to send it. Returns at once; failures show in outcomes()."""
        raise NotImplementedError

    def wait(self) -> None:
        """Return when every pack offered was sent, or its copy failed."""
        raise NotImplementedError

    def publish(self, indexes: Sequence[SealedFile], snapshots: Sequence[SealedFile]) -> list[CopyOutcome]:
        """Send the offered packs, list again and compare, then the indexes, then the snapshots, at each copy.

        ``indexes`` must name every pack offered since the last publish; they leave the outbox when one copy at
        least took it all. Callable many times in a run. Raises nothing for a failing copy: see the outcomes.
        """
        raise NotImplementedError

    def outcomes(self) -> list[CopyOutcome]:
        """How each copy fared so far, in the order the copies were given."""
        raise NotImplementedError


def seed(source: Store, target: Store) -> None:
    """Make ``target``, an empty place, a copy of the vault at ``source``: layout, keys, then the config. catch_up does the rest."""
    raise NotImplementedError
