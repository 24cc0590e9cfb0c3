"""What a prune would do, computed as data: which packs stay, go, or are packed anew. Pure.

The rules are restic's, with one difference: packs of different lanes are never packed together, so
"too few small packs to be worth it" is asked per lane and kind.

What may not enter: stores, keys, the carrying out (that is prune's).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError, UsageError
from notou.model import BlobKind
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TARGET_PACK_BYTES = 16 << 20
FEW_SMALL_PACKS = 10  # fewer small packs than this are left alone, else the last pack is packed anew for ever
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"(\d{1,15})([KMGT]?)", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,2}(?:\.\d{1,6})?|100)%")


def parse_size(text: str) -> int:
    """Bytes of ``200M`` and the like (K, M, G, T are powers of 1024); UsageError when it is no size."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise UsageError(
            say("“{text}” is no size: write bytes, or a number with K, M, G or T, such as 200M.", text=text)
        )
    return int(match[1]) * _UNITS[match[2].upper()]


@dataclass(frozen=True, slots=True)
class MaxUnused:
    """How much unused data may stay: a share of all stored bytes, or bytes, or (neither) no limit."""

    share: float | None = None
    size_bytes: int | None = None

    @classmethod
    def parse(cls, text: str) -> MaxUnused:
        """Read ``unlimited``, ``5%`` or ``200M``; UsageError when it is none of them."""
        if text == "unlimited":
            return cls()
        if percent := _PERCENT.fullmatch(text):
            return cls(share=float(percent[1]) / 100)
        return cls(size_bytes=parse_size(text))

    def bytes_allowed(self, used_bytes: int) -> float:
        """The unused bytes that may stay beside ``used_bytes``."""
        if self.share is not None:
            return used_bytes * self.share / (1 - self.share) if self.share < 1 else float("inf")
        return float("inf") if self.size_bytes is None else self.size_bytes


@dataclass(frozen=True, slots=True)
class PruneOptions:
    """``repack_small`` also joins packs below four fifths of the target size; else only very small ones."""

    max_unused: MaxUnused = MaxUnused(share=0.05)
    max_repack_bytes: int | None = None
    repack_small: bool = False

    @property
    def small_bytes(self) -> int:
        """A pack below this is worth joining with others."""
        return TARGET_PACK_BYTES * 4 // 5 if self.repack_small else TARGET_PACK_BYTES // 25


@dataclass(frozen=True, slots=True)
class PackUse:
    """How much of one indexed pack snapshots still need. ``kind`` is None when it mixes data and trees."""

    id: bytes  # 32 bytes
    lane: int  # Lane, or UNKNOWN_LANE
    kind: BlobKind | None
    used_blobs: int
    used_bytes: int
    unused_blobs: int
    unused_bytes: int
    file_bytes: int  # what the whole pack must measure

    @property
    def total_bytes(self) -> int:
        """Sealed bytes of all its blobs."""
        return self.used_bytes + self.unused_bytes


@dataclass(frozen=True, slots=True)
class LanePlan:
    """What happens in one lane; blobs' sealed bytes."""

    lane: int
    packs_kept: int
    packs_repacked: int
    packs_deleted: int
    used_bytes: int
    unused_bytes_left: int
    bytes_repacked: int  # read and written anew
    bytes_freed: int


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """The whole prune as data; pack ids are 32 bytes, index ids hex."""

    keep: frozenset[bytes]
    repack: tuple[PackUse, ...]
    delete: frozenset[bytes]  # indexed, nothing in them is used
    unreferenced: Mapping[bytes, int]  # in no index file: size in bytes
    lost: frozenset[bytes]  # indexed, at no copy, and not needed: only the index forgets them
    rewrite_indexes: frozenset[str]
    lanes: tuple[LanePlan, ...]

    @property
    def bytes_freed(self) -> int:
        """What the copies will each hold less, about: blobs unused, and packs unreferenced."""
        return sum(lane.bytes_freed for lane in self.lanes) + sum(self.unreferenced.values())

    @property
    def nothing_to_do(self) -> bool:
        """Whether the vault is as it should be already."""
        return not (self.repack or self.delete or self.unreferenced or self.lost or self.rewrite_indexes)


def plan_prune(
    uses: Sequence[PackUse],
    listed: Mapping[bytes, int],
    index_files: Mapping[str, frozenset[bytes]],
    options: PruneOptions,
) -> PrunePlan:
    """Decide about every pack.

    ``uses`` tells of every indexed pack, ``listed`` the packs that some copy holds (id → bytes, the right
    size where copies differ), ``index_files`` the packs each index file names.
    DamagedError when a pack that is needed is at no copy in its right size.
    """
    gone_but_needed = [
        use.id.hex() for use in uses if use.used_blobs and listed.get(use.id) != use.file_bytes
    ]
    if gone_but_needed:
        raise DamagedError(
            say(
                "{count} packs that snapshots need are whole at no copy, {pack} for one. "
                "Nothing was pruned; run repair first, or give the copy that still has them.",
                count=len(gone_but_needed),
                pack=gone_but_needed[0],
            )
        )
    unused = {use.id for use in uses if not use.used_blobs}
    repack = _choose(uses, options)
    gone = unused | {use.id for use in repack}
    keep = frozenset(use.id for use in uses) - gone
    return PrunePlan(
        keep=keep,
        repack=tuple(repack),
        delete=frozenset(unused & listed.keys()),
        unreferenced={id_: listed[id_] for id_ in listed.keys() - {use.id for use in uses}},
        lost=frozenset(unused - listed.keys()),
        rewrite_indexes=frozenset(name for name, packs in index_files.items() if not packs <= keep),
        lanes=tuple(_lane_plans(uses, repack)),
    )


def _choose(uses: Iterable[PackUse], options: PruneOptions) -> list[PackUse]:
    """The packs to pack anew, the most worthwhile first, until the limits of ``options`` are met."""
    used = [use for use in uses if use.used_blobs]
    unused_left = sum(use.unused_bytes for use in used)
    unused_allowed = options.max_unused.bytes_allowed(sum(use.used_bytes for use in used))
    repack_left = options.max_repack_bytes
    chosen: list[PackUse] = []
    for use in sorted(_candidates(used, options), key=lambda use: _urgency(use, options)):
        if repack_left is not None and use.total_bytes >= repack_left:
            continue
        large = use.total_bytes >= options.small_bytes
        if use.kind is BlobKind.DATA and large and unused_left <= unused_allowed:
            continue
        chosen.append(use)
        unused_left -= use.unused_bytes
        repack_left = None if repack_left is None else repack_left - use.total_bytes
    return chosen


def _candidates(used: list[PackUse], options: PruneOptions) -> list[PackUse]:
    partly = [use for use in used if use.unused_blobs or use.kind is None]
    small = [
        use
        for use in used
        if not use.unused_blobs and use.kind is not None and use.total_bytes < options.small_bytes
    ]
    counts = Counter((use.lane, use.kind) for use in small)
    return partly + [use for use in small if counts[use.lane, use.kind] >= FEW_SMALL_PACKS]


def _urgency(use: PackUse, options: PruneOptions) -> tuple[bool, bool, float, bytes]:
    """Trees first (they are read most), then small packs, then those with the largest share unused."""
    large = use.total_bytes >= options.small_bytes
    return use.kind is BlobKind.DATA, large, -use.unused_bytes / max(1, use.total_bytes), use.id


def _lane_plans(uses: Sequence[PackUse], repack: Iterable[PackUse]) -> Iterable[LanePlan]:
    anew = {use.id for use in repack}
    for lane in sorted({use.lane for use in uses}):
        mine = [use for use in uses if use.lane == lane]
        repacked = [use for use in mine if use.id in anew]
        deleted = [use for use in mine if not use.used_blobs]
        kept = [use for use in mine if use.used_blobs and use.id not in anew]
        yield LanePlan(
            lane=lane,
            packs_kept=len(kept),
            packs_repacked=len(repacked),
            packs_deleted=len(deleted),
            used_bytes=sum(use.used_bytes for use in mine),
            unused_bytes_left=sum(use.unused_bytes for use in kept),
            bytes_repacked=sum(use.used_bytes for use in repacked),
            bytes_freed=sum(use.unused_bytes for use in (*repacked, *deleted)),
        )
