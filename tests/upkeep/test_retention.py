"""Retention keeps exactly what restic keeps, for the reasons restic gives."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from random import Random

import pytest

from notou.errors import UsageError
from notou.model import FileKind, Lane, ObjectName
from notou.stores.local import LocalStore
from notou.upkeep.retention import PARTIAL_REASON, UNLIMITED, Policy, decide
from notou.upkeep.span import Span
from notou.vault.create import create_vault
from notou.vault.keys import ScryptWork
from notou.vault.sealed import seal_file
from notou.vault.snapshot import Snapshot, decode_snapshot, encode_snapshot, lane_tags
from tests.support.restic import Restic

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
NOW = 1_753_000_000 * SECOND  # in July 2025, before any clock that runs these tests

POLICIES: list[tuple[str, Policy]] = [
    ("--keep-last 3", Policy(last=3)),
    ("--keep-hourly 5", Policy(hourly=5)),
    ("--keep-daily 7", Policy(daily=7)),
    ("--keep-weekly 6", Policy(weekly=6)),
    ("--keep-monthly 30", Policy(monthly=30)),
    ("--keep-yearly 2", Policy(yearly=2)),
    ("--keep-yearly unlimited", Policy(yearly=UNLIMITED)),
    ("--keep-last 2 --keep-daily 4 --keep-monthly 3", Policy(last=2, daily=4, monthly=3)),
    ("--keep-within 1m2d5h", Policy(within=Span(0, 1, 2, 5))),
    ("--keep-within 1y", Policy(within=Span(1))),
    ("--keep-within-hourly 9d", Policy(within_hourly=Span(days=9))),
    ("--keep-within-daily 2m", Policy(within_daily=Span(months=2))),
    ("--keep-within-weekly 7m", Policy(within_weekly=Span(months=7))),
    ("--keep-within-monthly 2y", Policy(within_monthly=Span(2))),
    ("--keep-within-yearly 9y", Policy(within_yearly=Span(9))),
    ("--keep-tag red", Policy(tags=(("red",),))),
    ("--keep-tag red,blue --keep-tag green", Policy(tags=(("red", "blue"), ("green",)))),
    (
        "--keep-tag green --keep-within 3d --keep-daily 2",
        Policy(daily=2, within=Span(days=3), tags=(("green",),)),
    ),
]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Restic, list[Snapshot]]:
    """A vault with snapshots at seeded times over three years, of two hosts, dense and sparse."""
    print("seed 2")
    random, place = Random(2), tmp_path_factory.mktemp("vault")
    made = create_vault(
        "geheim", username="u", hostname="h", created_ns=0, random=os.urandom, work=ScryptWork(2**10, 8, 1)
    )
    store = LocalStore(os.fsencode(place))
    store.create()
    for name, data in made.files:
        store.put(name, data)
    snapshots = []
    for number in range(150):
        back = random.choice(
            [random.randrange(3 * DAY), random.randrange(60 * DAY), random.randrange(1100 * DAY)]
        )
        plain = Snapshot(
            time_ns=NOW - back if number else time.time_ns() + 400 * DAY,  # one from a clock set wrong
            tree=random.randbytes(32),
            paths=("/home/ana", "/srv") if number % 2 else ("/srv", "/home/ana"),
            hostname=random.choice(["lagoon", "lagoon", "reef"]),
            tags=tuple(random.sample(["red", "blue", "green"], random.randrange(3))),
        )
        id_, data = seal_file(made.master, encode_snapshot(plain))
        store.put(ObjectName(FileKind.SNAPSHOT, id_), data)
        snapshots.append(decode_snapshot(encode_snapshot(plain), id_))
    return Restic(place, "geheim"), snapshots


@pytest.mark.parametrize(("words", "policy"), POLICIES, ids=[words for words, _ in POLICIES])
def test_keeps_what_restic_keeps_for_the_same_reasons(
    history: tuple[Restic, list[Snapshot]], words: str, policy: Policy
) -> None:
    restic, snapshots = history
    said = restic.run("forget", "--dry-run", "--json", "--no-lock", *words.split()).stdout
    groups = json.loads(said.strip().splitlines()[0])
    theirs = {
        reason["snapshot"]["id"]
        if "id" in reason["snapshot"]
        else _id_of(reason["snapshot"], snapshots): set(reason["matches"])
        for group in groups
        for reason in group["reasons"] or ()
    }
    ours = {
        kept.snapshot.id: set(kept.reasons)
        for group in decide(snapshots, policy, time.time_ns())
        for kept in group.kept
    }
    assert ours == theirs


def _id_of(shown: dict[str, str], snapshots: list[Snapshot]) -> str:
    return next(one.id for one in snapshots if one.tree.hex() == shown["tree"])


def _snapshot(time_ns: int, lane: Lane, *, partial: bool = False) -> Snapshot:
    return Snapshot(
        time_ns=time_ns,
        tree=bytes(32),
        paths=("/a",),
        tags=lane_tags(lane, partial=partial),
        id=f"{lane}-{time_ns}",
    )


def test_each_lane_keeps_its_own_last() -> None:
    snapshots = [_snapshot(at, lane) for at in (1, 2, 3) for lane in (Lane.PHOTOS, Lane.CONTACTS)]
    decided = decide(snapshots, Policy(last=1), NOW)
    assert [(group.lane, [kept.snapshot.time_ns for kept in group.kept]) for group in decided] == [
        (Lane.CONTACTS, [3]),
        (Lane.PHOTOS, [3]),
    ]


def test_a_partial_snapshot_stays_until_a_newer_whole_one_and_counts_for_nothing() -> None:
    whole, older, newer = _snapshot(5, Lane.PHOTOS), _snapshot(4, Lane.PHOTOS, partial=True), None
    newer = _snapshot(6, Lane.PHOTOS, partial=True)
    (group,) = decide([whole, older, newer], Policy(last=1), NOW)
    assert {kept.snapshot.id: kept.reasons for kept in group.kept} == {
        newer.id: (PARTIAL_REASON,),
        whole.id: ("last snapshot",),
    }
    assert [one.id for one in group.removed] == [older.id]


def test_an_empty_policy_forgets_nothing_whole() -> None:
    (group,) = decide([_snapshot(at, Lane.PHOTOS) for at in range(5)], Policy(), NOW)
    assert not group.removed


def test_a_hostile_time_does_not_stop_retention() -> None:
    odd = replace(_snapshot(0, Lane.PHOTOS), time_ns=-(10**21))
    decide([odd, _snapshot(NOW, Lane.PHOTOS)], Policy(daily=1, within=Span(9999)), NOW)


@pytest.mark.parametrize("text", ["", "5", "d", "1w", "-1d", "1d ", "99999y", "1.5d"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Span.parse(text)


def test_a_day_that_a_month_lacks_runs_over_as_in_go() -> None:
    march_31 = 1_743_379_200 * SECOND  # 2025-03-31
    assert Span(months=1).before(march_31) == 1_740_960_000 * SECOND  # 2025-03-03
