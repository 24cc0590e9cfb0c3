"""Items that Notou made itself and that are only in the vault: codes of eSIMs, what a card held. Pure.

A set of them is a folder in one lane. Each change is a snapshot of the whole set, tagged ``notou:kept``;
earlier ones stay in history. An item bears the time of its last change, and one that was removed stays as an
empty file, so that sets which grew apart, at two disks used in turn or on two devices, are joined item by
item: the later change stands.

What may not enter: stores, clocks, what the items mean.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from notou.errors import UsageError
from notou.model import Lane
from notou.sentence import say
from notou.vault.snapshot import KEPT_TAG, Snapshot, lane_tags

MOST_ITEM_BYTES = 8 << 20
MOST_ITEMS = 10_000
"""Items of a set, removed ones included; a set of more is refused when read, so it is not written either."""
MOST_SET_BYTES = 64 << 20
_MOST_LEVELS = 8
_MOST_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class KeptSet:
    """Which set: its lane, and the folder it stands in, absolute: ``/wallet``, ``/sim/<iccid>``."""

    lane: Lane
    root: str

    @property
    def tags(self) -> tuple[str, ...]:
        """What its snapshots bear."""
        return (*lane_tags(self.lane, partial=False), KEPT_TAG)

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether the snapshot is one of this set."""
        return snapshot.kept and snapshot.lane is self.lane and snapshot.paths == (self.root,)


@dataclass(frozen=True, slots=True)
class KeptItem:
    """One item's bytes, b"" once it was removed, and when it changed last, in Unix nanoseconds."""

    content: bytes
    changed_ns: int


def heads(snapshots: Iterable[Snapshot], wanted: KeptSet) -> list[Snapshot]:
    """The snapshots of a set that no other one was made from, oldest first.

    Usually one. More where copies grew apart, or where what came between was forgotten, which does no harm:
    to join an older state of the set changes nothing. What was repaired may have lost what the state it was
    made from still has, and counts beside it.
    """
    ours = sorted((one for one in snapshots if wanted.holds(one)), key=lambda one: (one.time_ns, one.id))
    mended = {one.original for one in ours if one.repaired and one.original is not None}
    superseded = {one.original for one in ours}
    superseded |= {one.parent for one in ours if not one.repaired and bytes.fromhex(one.id) not in mended}
    return [one for one in ours if bytes.fromhex(one.id) not in superseded]


def kept_sets(snapshots: Iterable[Snapshot]) -> list[KeptSet]:
    """Every set there is, in order."""
    sets = {KeptSet(one.lane, *one.paths) for one in snapshots if one.lane is not None and _is_of_a_set(one)}
    return sorted(sets, key=lambda each: (each.lane, each.root))


def newest_of_kept(snapshots: Collection[Snapshot]) -> list[Snapshot]:
    """The heads of every set there is, set by set."""
    return [one for each in kept_sets(snapshots) for one in heads(snapshots, each)]


def _is_of_a_set(snapshot: Snapshot) -> bool:
    return snapshot.kept and len(snapshot.paths) == 1


def present(state: Mapping[str, KeptItem]) -> dict[str, bytes]:
    """The items that were not removed, by name."""
    return {name: item.content for name, item in state.items() if item.content}


def revise(before: Mapping[str, KeptItem], wanted: Mapping[str, bytes], now_ns: int) -> dict[str, KeptItem]:
    """The state in which just ``wanted`` is present; what changes, changes now, whatever clocks said before.

    Names are relative to the set's root, with slashes. UsageError when names cannot stand in one folder, or
    it is more than is read again.
    """
    after = dict(before)
    for name in before.keys() | wanted.keys():
        content, there = wanted.get(name, b""), before.get(name)
        if there is None or there.content != content:
            after[name] = KeptItem(content, max(now_ns, there.changed_ns + 1 if there else 0))
    _require_bounded(after)
    for name in after:
        _require_name(name, after)
    return after


def _require_bounded(state: Mapping[str, KeptItem]) -> None:
    sizes = [len(item.content) for item in state.values()]
    if len(sizes) > MOST_ITEMS or max(sizes, default=0) > MOST_ITEM_BYTES or sum(sizes) > MOST_SET_BYTES:
        raise UsageError(
            say(
                "This is more than can be kept in the vault without files; "
                "write it to a file, and back that up."
            )
        )


def _require_name(name: str, state: Mapping[str, KeptItem]) -> None:
    parts = name.split("/")
    above = {"/".join(parts[:level]) for level in range(1, len(parts))}
    if len(parts) > _MOST_LEVELS or not all(map(_is_a_name, parts)) or above & state.keys():
        raise UsageError(say("“{name}” cannot be the name of something kept in the vault.", name=name))


def _is_a_name(part: str) -> bool:
    try:
        size = len(part.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return False
    return 0 < size <= _MOST_NAME_BYTES and part not in (".", "..") and "\0" not in part
