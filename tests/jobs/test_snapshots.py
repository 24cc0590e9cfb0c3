"""What words like latest~1 mean, and which snapshots are of one run."""

from __future__ import annotations

import pytest

from notou.errors import NotFoundError
from notou.jobs.snapshots import meant, runs
from notou.model import Lane
from notou.vault.selection import Filter
from notou.vault.snapshot import Snapshot, lane_tags


def snapshot(time_ns: int, lane: Lane, path: str = "/home") -> Snapshot:
    tags = lane_tags(lane, partial=False)
    return Snapshot(time_ns, bytes(32), (path,), "host", tags=tags, id=f"{time_ns:02x}{lane:02x}" + "0" * 60)


HELD = [
    snapshot(1, Lane.PHOTOS),
    snapshot(1, Lane.DOCUMENTS),
    snapshot(2, Lane.PHOTOS),
    snapshot(3, Lane.DOCUMENTS, "/elsewhere"),
    snapshot(4, Lane.PHOTOS),
    snapshot(4, Lane.DOCUMENTS),
]


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("latest", ["0404", "0405"]),
        ("latest~0", ["0404", "0405"]),
        ("latest~1", ["0104", "0205"]),
        ("latest~2", ["0104", "0105"]),
        ("0205", ["0205"]),
    ],
)
def test_latest_counts_back_over_runs_of_the_same_host_and_paths(word: str, ids: list[str]) -> None:
    assert [one.id[:4] for one in meant(HELD, word, Filter())] == ids


def test_there_is_nothing_before_the_first_run() -> None:
    with pytest.raises(NotFoundError):
        meant(HELD, "latest~3", Filter())


def test_a_run_is_what_has_one_time_host_and_set_of_paths_newest_first() -> None:
    found = [[one.id[:4] for one in run] for run in runs(HELD)]
    assert found == [["0404", "0405"], ["0304"], ["0205"], ["0104", "0105"]]
