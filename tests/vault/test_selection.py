"""``latest`` is the newest of every lane of one group; a prefix means one snapshot or none."""

from __future__ import annotations

import pytest

from notou.errors import NotFoundError, UsageError
from notou.model import Lane
from notou.vault.selection import Filter, newest_first, pick
from notou.vault.snapshot import Snapshot, lane_tags


def taken(
    number: int,
    lane: Lane | None = None,
    host: str = "laptop",
    path: str = "/home",
    *,
    partial: bool = False,
) -> Snapshot:
    tags = () if lane is None else lane_tags(lane, partial=partial)
    return Snapshot(number, bytes(32), (path,), host, tags=tags, id=f"{number:02x}" * 32)


OLD_PHOTOS, PHOTOS, WALLET = taken(1, Lane.PHOTOS), taken(3, Lane.PHOTOS), taken(2, Lane.WALLET)
PARTIAL = taken(9, Lane.PHOTOS, partial=True)
OTHER_HOST, FOREIGN = taken(1, Lane.OTHER, host="phone"), taken(2)
ALL = [OLD_PHOTOS, PHOTOS, WALLET, PARTIAL, OTHER_HOST, FOREIGN]


def test_latest_is_the_newest_whole_one_of_every_lane_of_the_newest_group() -> None:
    assert pick(ALL, "latest") == [WALLET, PHOTOS, FOREIGN]


def test_latest_heeds_what_is_asked_for() -> None:
    assert pick(ALL, "latest", Filter(hosts=["phone"])) == [OTHER_HOST]
    assert pick(ALL, "latest", Filter(lanes=[Lane.PHOTOS])) == [PHOTOS]
    assert pick(ALL, "latest", Filter(lanes=[Lane.PHOTOS], before_ns=2)) == [OLD_PHOTOS]
    assert pick(ALL, "latest", Filter(tags=[["notou:wallet"], ["nothing"]])) == [WALLET]
    with pytest.raises(NotFoundError):
        pick(ALL, "latest", Filter(paths=["/elsewhere"]))
    with pytest.raises(NotFoundError):
        pick([PARTIAL], "latest")


def test_latest_is_of_the_newest_backup_that_may_hold_what_is_looked_for() -> None:
    photos, documents = (
        taken(1, Lane.PHOTOS, path="/home/me/Pictures"),
        taken(2, Lane.OTHER, path="/home/me/Doc"),
    )
    both = [photos, documents]
    assert pick(both, "latest") == [documents]
    for path in ("/home/me/Pictures", "/home/me/Pictures/a.jpg"):
        assert pick(both, "latest", Filter(holding=[path])) == [photos]
    for path in ("/", "/home/me", "/home/me/Do", "/elsewhere"):
        assert pick(both, "latest", Filter(holding=[path])) == [documents]


def test_a_prefix_means_one_snapshot_or_is_refused() -> None:
    assert pick(ALL, "0303") == [PHOTOS]
    assert pick([PARTIAL], "09") == [PARTIAL]
    with pytest.raises(UsageError, match="2 snapshots"):
        pick(ALL, "02")
    for absent in ("ff", ""):
        with pytest.raises(NotFoundError):
            pick(ALL, absent)


def test_the_newest_comes_first() -> None:
    assert newest_first([OLD_PHOTOS, PARTIAL, PHOTOS]) == [PARTIAL, PHOTOS, OLD_PHOTOS]
