"""Snapshots: which tree was taken, of what, when, by whom; and their codec, in the field order Go writes.

What may not enter: choosing among snapshots (selection), keeping and forgetting (upkeep).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notou.errors import DamagedError
from notou.kernel.gotext import go_json, rfc3339
from notou.model import Lane
from notou.sentence import say
from notou.vault.fields import identity, number, parse_object, text, texts, time

LANE_TAG = "notou:"
PARTIAL_TAG = "notou:partial"
KEPT_TAG = "notou:kept"
REPAIRED_TAG = "repaired"
"""As restic tags a snapshot that was made without what another one lost."""
MOST_SNAPSHOT_BYTES = 8 * 1024 * 1024
"""Stored, and decompressed; parsed, JSON may take twenty times as much memory."""
_LANES = {LANE_TAG + lane.label: lane for lane in Lane}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot. ``id`` is the hex name of its file, "" before it is sealed; ids inside are 32 raw bytes.

    ``paths`` are absolute, as text (bytes that are no UTF-8 as lone surrogates, see os.fsdecode).
    ``summary`` is kept as it was found.
    """

    time_ns: int
    tree: bytes
    paths: tuple[str, ...]
    hostname: str = ""
    username: str = ""
    uid: int = 0
    gid: int = 0
    excludes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parent: bytes | None = None
    original: bytes | None = None
    program_version: str = ""
    summary: Mapping[str, Any] | None = None
    id: str = ""

    @property
    def lane(self) -> Lane | None:
        """The lane its tag names; None for a snapshot that Notou did not make."""
        return next((_LANES[tag] for tag in self.tags if tag in _LANES), None)

    @property
    def partial(self) -> bool:
        """Whether it was published on the way, before its backup was whole."""
        return PARTIAL_TAG in self.tags

    @property
    def kept(self) -> bool:
        """Whether it holds items that Notou made itself (see kept), not files that were read from folders."""
        return KEPT_TAG in self.tags

    @property
    def repaired(self) -> bool:
        """Whether it was made without what its original lost."""
        return REPAIRED_TAG in self.tags

    @property
    def group_key(self) -> tuple[str, tuple[str, ...]]:
        """(hostname, paths sorted): snapshots of the same things on the same machine agree."""
        return self.hostname, tuple(sorted(self.paths))

    @property
    def short_id(self) -> str:
        """The first eight digits, as people see and type them."""
        return self.id[:8]


def lane_tags(lane: Lane, *, partial: bool) -> tuple[str, ...]:
    """The tags of a lane's snapshot."""
    tag = LANE_TAG + lane.label
    return (tag, PARTIAL_TAG) if partial else (tag,)


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """The JSON to seal; no newline. What Go leaves out when empty is left out."""
    fields: dict[str, Any] = {
        "time": rfc3339(snapshot.time_ns),
        "parent": snapshot.parent.hex() if snapshot.parent else None,
        "tree": snapshot.tree.hex(),
        "paths": list(snapshot.paths),
        "hostname": snapshot.hostname,
        "username": snapshot.username,
        "uid": snapshot.uid,
        "gid": snapshot.gid,
        "excludes": list(snapshot.excludes),
        "tags": list(snapshot.tags),
        "original": snapshot.original.hex() if snapshot.original else None,
        "program_version": snapshot.program_version,
        "summary": snapshot.summary,
    }
    always = ("time", "tree", "paths")
    kept = {name: value for name, value in fields.items() if value or name in always}
    return go_json(kept).encode()


def decode_snapshot(plain: bytes, snapshot_id: str) -> Snapshot:
    """Parse a snapshot's JSON; DamagedError when malformed."""
    fields = parse_object(plain, say("The snapshot {snapshot}", snapshot=snapshot_id[:8]))
    tree = identity(fields, "tree")
    if tree is None:
        raise DamagedError(say("The snapshot {snapshot} names no tree.", snapshot=snapshot_id[:8]))
    summary = fields.get("summary")
    if not isinstance(summary, dict | None):
        raise DamagedError(
            say(
                "The snapshot {snapshot} has a summary of another shape than it must.",
                snapshot=snapshot_id[:8],
            )
        )
    return Snapshot(
        id=snapshot_id,
        time_ns=time(fields, "time"),
        parent=identity(fields, "parent"),
        tree=tree,
        paths=texts(fields, "paths"),
        hostname=text(fields, "hostname"),
        username=text(fields, "username"),
        uid=number(fields, "uid", 2**32 - 1),
        gid=number(fields, "gid", 2**32 - 1),
        excludes=texts(fields, "excludes"),
        tags=texts(fields, "tags"),
        original=identity(fields, "original"),
        program_version=text(fields, "program_version"),
        summary=summary,
    )
