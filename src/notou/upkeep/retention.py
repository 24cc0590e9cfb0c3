"""Which snapshots a retention policy keeps, and why. Pure; the semantics are exactly restic's.

Snapshots are grouped by lane, host and paths, and the policy is applied to each group by itself. What
Notou adds: a partial snapshot counts for nothing and is kept only until a newer whole one exists, and what
is needed of items that exist nowhere but in the vault (codes of eSIMs, what a card held) stays whatever the
policy: the newest one, and where copies grew apart, those that it was not made from. Hours, days and so on
are those of UTC, in which Notou writes its times.

What may not enter: stores, clocks (the present is passed in), deletion (that is forget's).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Protocol

from notou.sentence import say
from notou.upkeep.span import Span, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from notou.model import Lane
    from notou.vault.snapshot import Snapshot

    _Bucket = Callable[[Snapshot], object]

UNLIMITED = -1
"""A count that keeps every snapshot of its kind."""

PARTIAL_REASON = say("partial, nothing whole is newer")
EMPTY_REASON = say("policy is empty")
KEPT_REASON = say("the newest of what is kept in the vault alone")


@dataclass(frozen=True, slots=True)
class Policy:
    """What to keep. Counts are of snapshots, UNLIMITED for all; ``tags`` keeps what has all of one group."""

    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    within: Span = field(default_factory=Span)
    within_hourly: Span = field(default_factory=Span)
    within_daily: Span = field(default_factory=Span)
    within_weekly: Span = field(default_factory=Span)
    within_monthly: Span = field(default_factory=Span)
    within_yearly: Span = field(default_factory=Span)
    tags: tuple[tuple[str, ...], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it says nothing at all; such a policy keeps everything."""
        return not any(getattr(self, entry.name) for entry in fields(self))


@dataclass(frozen=True, slots=True)
class Kept:
    """One snapshot that stays, and every reason for it, worded as restic words them."""

    snapshot: Snapshot
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupDecision:
    """What becomes of the snapshots of one lane, host and set of paths; newest first."""

    lane: Lane | None
    hostname: str
    paths: tuple[str, ...]
    kept: tuple[Kept, ...]
    removed: tuple[Snapshot, ...]


def decide(
    snapshots: Iterable[Snapshot], policy: Policy, now_ns: int, needed: Collection[str] = ()
) -> list[GroupDecision]:
    """Apply ``policy`` to every group of ``snapshots``; ``now_ns`` is the present, in Unix nanoseconds.

    ``needed``: ids of those that stay whatever the policy, see notou.restore.kept.
    """
    groups: dict[_GroupKey, list[Snapshot]] = {}
    for snapshot in snapshots:
        groups.setdefault(_group_key(snapshot), []).append(snapshot)
    return [_decide_group(groups[key], key, policy, now_ns, needed) for key in sorted(groups)]


_GroupKey = tuple[int, str, tuple[str, ...], bool]
"""Lane, host, paths, and whether Notou made what is in it: that is never weighed against folders."""


def _group_key(snapshot: Snapshot) -> _GroupKey:
    lane = -1 if snapshot.lane is None else int(snapshot.lane)
    return lane, snapshot.hostname, tuple(sorted(snapshot.paths)), snapshot.kept


def _decide_group(
    group: list[Snapshot], key: _GroupKey, policy: Policy, now_ns: int, needed: Collection[str]
) -> GroupDecision:
    ordered = sorted(group, key=lambda snapshot: (-snapshot.time_ns, snapshot.id))
    whole = [snapshot for snapshot in ordered if not snapshot.partial]
    reasons = _reasons(whole, policy, now_ns)
    newest_whole_ns = whole[0].time_ns if whole else None
    for snapshot in ordered:
        if snapshot.partial and (newest_whole_ns is None or snapshot.time_ns > newest_whole_ns):
            reasons[snapshot.id] = [PARTIAL_REASON]
    for one in whole:
        if one.id in needed or (one.kept and one is whole[0]):
            reasons[one.id] = reasons[one.id] or [KEPT_REASON]
    kept = tuple(Kept(one, tuple(reasons[one.id])) for one in ordered if reasons.get(one.id))
    removed = tuple(one for one in ordered if not reasons.get(one.id))
    return GroupDecision(ordered[0].lane, key[1], key[2], kept, removed)


def _reasons(newest_first: Sequence[Snapshot], policy: Policy, now_ns: int) -> dict[str, list[str]]:
    """Every snapshot's reasons to stay, by id; no reason, no stay."""
    if policy.empty:
        return {snapshot.id: [EMPTY_REASON] for snapshot in newest_first}
    rules = _rules(newest_first, policy, now_ns)
    found: dict[str, list[str]] = {}
    for snapshot in newest_first:
        oldest = snapshot is newest_first[-1]
        answers = [rule.reason(snapshot, oldest=oldest) for rule in rules]
        found[snapshot.id] = [answer for answer in answers if answer is not None]
    return found


class _Rule(Protocol):
    def reason(self, snapshot: Snapshot, *, oldest: bool) -> str | None:
        """Why this snapshot, next in the order from new to old, stays; None when this rule says nothing."""


def _rules(newest_first: Sequence[Snapshot], policy: Policy, now_ns: int) -> list[_Rule]:
    # Spans count back from the newest snapshot that does not lie in the future: a clock once set
    # wrong must not make everything else look old.
    newest_ns = next((one.time_ns for one in newest_first if one.time_ns < now_ns), None)
    counts = (policy.last, policy.hourly, policy.daily, policy.weekly, policy.monthly, policy.yearly)
    spans = (
        policy.within_hourly,
        policy.within_daily,
        policy.within_weekly,
        policy.within_monthly,
        policy.within_yearly,
    )
    return [
        *(_TagRule(tags) for tags in policy.tags),
        *(
            [_SpanRule(say("within {span}", span=str(policy.within)), policy.within, _each, newest_ns)]
            if policy.within
            else []
        ),
        *(
            _CountRule(_of_period(name), count, bucket)
            for (name, bucket), count in zip(_BUCKETS, counts, strict=True)
        ),
        *(
            _SpanRule(
                say("{period} within {span}", period=_PERIODS[name], span=str(span)), span, bucket, newest_ns
            )
            for (name, bucket), span in zip(_BUCKETS[1:], spans, strict=True)
            if span
        ),
    ]


def _of_period(name: str) -> str:
    return say("last snapshot") if name == "last" else say("{period} snapshot", period=_PERIODS[name])


class _TagRule:
    def __init__(self, tags: tuple[str, ...]) -> None:
        self._tags = tags

    def reason(self, snapshot: Snapshot, *, oldest: bool) -> str | None:
        has_all = set(self._tags) <= set(snapshot.tags)
        return say("has tags [{tags}]", tags=", ".join(self._tags)) if has_all else None


class _CountRule:
    """The newest of each of the last ``count`` buckets, and the oldest of all while counts are left."""

    def __init__(self, name: str, count: int, bucket: _Bucket) -> None:
        self._name, self._left, self._bucket = name, count, bucket
        self._last: object = None

    def reason(self, snapshot: Snapshot, *, oldest: bool) -> str | None:
        bucket = self._bucket(snapshot)
        if self._left == 0 or (bucket == self._last and not oldest):
            return None
        reason = say("oldest {rule}", rule=self._name) if bucket == self._last else self._name
        self._last = bucket
        self._left -= self._left > 0
        return reason


class _SpanRule:
    """The newest of each bucket within a span of the newest snapshot, and the oldest of all if within."""

    def __init__(self, name: str, span: Span, bucket: _Bucket, newest_ns: int | None) -> None:
        self._name, self._bucket = name, bucket
        # With everything in the future restic counts from the year 1: all is within.
        self._since_ns = None if newest_ns is None else span.before(newest_ns)
        self._last: object = None

    def reason(self, snapshot: Snapshot, *, oldest: bool) -> str | None:
        if self._since_ns is not None and snapshot.time_ns <= self._since_ns:
            return None
        bucket = self._bucket(snapshot)
        if bucket == self._last:
            return say("oldest {rule}", rule=self._name) if oldest else None
        self._last = bucket
        return self._name


def _each(snapshot: Snapshot) -> object:
    return snapshot.id


def _hour(snapshot: Snapshot) -> object:
    return moment(snapshot.time_ns).replace(minute=0, second=0)


def _day(snapshot: Snapshot) -> object:
    return moment(snapshot.time_ns).date()


def _week(snapshot: Snapshot) -> object:
    return moment(snapshot.time_ns).isocalendar()[:2]


def _month(snapshot: Snapshot) -> object:
    at = moment(snapshot.time_ns)
    return at.year, at.month


def _year(snapshot: Snapshot) -> object:
    return moment(snapshot.time_ns).year


_PERIODS = {
    "hourly": say("hourly"),
    "daily": say("daily"),
    "weekly": say("weekly"),
    "monthly": say("monthly"),
    "yearly": say("yearly"),
}
_BUCKETS: tuple[tuple[str, _Bucket], ...] = (
    ("last", _each),
    ("hourly", _hour),
    ("daily", _day),
    ("weekly", _week),
    ("monthly", _month),
    ("yearly", _year),
)
