"""New bytes a day by class, from what snapshots say of themselves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.esim.trip.measure import DAY_NS, FirstBackup, first_backup, measure
from notou.model import Lane
from notou.vault.snapshot import Snapshot, lane_tags

START_NS = 1_790_000_000 * 10**9


def taken(
    day: float,
    added: int = 0,
    *,
    lane: Lane | None = Lane.PHOTOS,
    total: int = 0,
    partial: bool = False,
    parent: bool = True,
    paths: tuple[str, ...] = ("/home",),
    **more: Any,
) -> Snapshot:
    """A snapshot of a day; each has the one before as its parent, unless that was forgotten."""
    return Snapshot(
        time_ns=START_NS + int(day * DAY_NS),
        tree=bytes(32),
        paths=paths,
        tags=lane_tags(lane, partial=partial) if lane is not None else (),
        summary={"data_added_packed": added, "total_bytes_processed": total, **more},
        id=f"{int(day):064x}",
        parent=bytes.fromhex(f"{int(day) - 1:064x}") if parent and day >= 1 else None,
    )


def test_the_first_backup_is_no_habit() -> None:
    measured = measure([taken(0, 10**12), taken(1, 300), taken(2, 100)])
    assert measured[Lane.PHOTOS].bytes_a_day == 200
    assert (measured[Lane.PHOTOS].span_days, measured[Lane.PHOTOS].backups) == (2, 2)


def test_what_was_sent_by_several_backups_of_a_day_adds_up() -> None:
    snapshots = [taken(0, 5), *(taken(day / 4, 10) for day in range(1, 9))]
    assert measure(snapshots)[Lane.PHOTOS].bytes_a_day == 40


@pytest.mark.parametrize("snapshots", [[], [taken(0, 7)], [taken(0, 7), taken(0.9, 7)]])
def test_less_than_a_day_of_backups_measures_nothing(snapshots: list[Snapshot]) -> None:
    assert measure(snapshots) == {}


def test_classes_are_measured_apart_and_what_has_none_is_other() -> None:
    figures = {Lane.PHOTOS: 10, Lane.VIDEOS: 20, None: 30}
    snapshots = [taken(day, added, lane=lane) for day in (0, 1) for lane, added in figures.items()]
    rates = {lane: each.bytes_a_day for lane, each in measure(snapshots).items()}
    assert rates == {Lane.PHOTOS: 10, Lane.VIDEOS: 20, Lane.OTHER: 30}


def test_what_was_published_on_the_way_does_not_count_twice() -> None:
    assert measure([taken(0, 1), taken(0.5, 99, partial=True), taken(1, 100)])[Lane.PHOTOS].bytes_a_day == 100


def test_where_backups_were_forgotten_at_least_the_growth_counts() -> None:
    snapshots = [taken(0, 1, total=1000), taken(9, 50, total=10_000)]
    assert measure(snapshots)[Lane.PHOTOS].bytes_a_day == 1000
    assert measure([taken(0, 1, total=1000), taken(1, 50, total=10_000)])[Lane.PHOTOS].bytes_a_day == 50


def test_old_habits_do_not_count() -> None:
    snapshots = [taken(0, 5), taken(1, 10**12), taken(200, 60, parent=False), taken(201, 60)]
    assert measure(snapshots)[Lane.PHOTOS].bytes_a_day < 10


def test_another_folder_s_first_backup_is_no_habit_either() -> None:
    snapshots = [taken(0, 1), taken(1, 10), taken(1, 10**12, paths=("/other",)), taken(2, 10)]
    assert measure(snapshots)[Lane.PHOTOS].bytes_a_day == 10


@pytest.mark.parametrize("nonsense", [-5, True, "many", None, 1.5, 1 << 80, [], {}])
def test_a_summary_that_cannot_be_true_counts_as_nothing(nonsense: object) -> None:
    snapshots = [taken(0, 1), taken(1, nonsense)]  # type: ignore[arg-type]  # from outside
    assert measure(snapshots)[Lane.PHOTOS].bytes_a_day == 0


def test_the_largest_run_is_what_moving_everything_takes() -> None:
    times: dict[str, Any] = {
        "backup_start": "2026-11-01T10:00:00Z",
        "backup_end": "2026-11-01T11:30:00+00:00",
    }
    snapshots = [taken(0, 100, **times), taken(0, 900, lane=Lane.VIDEOS, backup_start="x"), taken(1, 50)]
    assert first_backup(snapshots) == FirstBackup(1000, 5400)


def test_snapshots_that_say_nothing_of_their_run_tell_no_first_backup() -> None:
    assert first_backup([]) is None
    assert first_backup([taken(0, 0)]) is None


@given(
    st.lists(
        st.tuples(st.floats(0, 400), st.integers(0, 1 << 50), st.booleans(), st.sampled_from(["/a", "/b"]))
    )
)
def test_whatever_the_snapshots_say_a_rate_is_at_least_one_day_s_worth(
    rows: list[tuple[float, int, bool, str]],
) -> None:
    snapshots = [taken(day, added, partial=partial, paths=(path,)) for day, added, partial, path in rows]
    for measured in measure(snapshots).values():
        assert measured.span_ns >= DAY_NS
        assert 0 <= measured.bytes_a_day <= sum(added for _, added, _, _ in rows)
    first_backup(snapshots)
