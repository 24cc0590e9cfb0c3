"""What a check finds, as plain records.

What may not enter: finding it, wording for a screen beyond the sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError
from notou.sentence import say, say_apart

if TYPE_CHECKING:
    from notou.model import ObjectName


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be at one copy.

    ``name`` is the stored object to heal, None where no single object is at fault; ``blobs`` (kind, id) are
    lost with it, as far as that is known; ``costs`` names snapshots and paths that are hit.
    """

    location: str
    name: ObjectName | None
    text: str
    blobs: tuple[tuple[int, bytes], ...] = ()
    costs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CopyCheck:
    """How one copy fared. ``faults`` cost data or would; ``notes`` cost nothing but room."""

    location: str
    faults: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    snapshots: int
    packs: int
    packs_read: int
    bytes_read: int


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Every copy by itself, in the order given."""

    copies: tuple[CopyCheck, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The faults of all copies."""
        return tuple(fault for copy in self.copies for fault in copy.faults)

    def require_clean(self) -> None:
        """DamagedError saying how much is wrong and where, when anything is."""
        hit = [copy for copy in self.copies if copy.faults]
        if hit:
            places = [say("{count} at {place}", count=len(copy.faults), place=copy.location) for copy in hit]
            where = say_apart(places)
            raise DamagedError(
                say(
                    "The check found damage: {where}. The first: {text}",
                    where=where,
                    text=hit[0].faults[0].text,
                )
            )
