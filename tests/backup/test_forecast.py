"""Totals while a backup runs: all files, and of the bytes only those that will be read."""

from __future__ import annotations

import threading

import pytest

from notou.backup import intake
from notou.backup.forecast import Forecast
from notou.backup.options import BackupOptions
from notou.events import Progress
from tests.backup.site import Site, Stopped

AT_ONCE = BackupOptions(forecast_after_s=0)
FILES = {f"d{number}/{number}.txt": bytes([number]) * 1000 for number in range(20)}


def forecasts() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "forecast"]


class Awaited(Forecast):
    """Holds the backup up until the walk ahead of it is over."""

    def totals(self) -> tuple[int | None, int | None]:
        for thread in forecasts():
            thread.join()
        return super().totals()


@pytest.fixture
def awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notou.backup.run.Forecast", Awaited)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_BATCH_FILES", 4)


def last_progress(site: Site) -> Progress:
    return [event for event in site.events if isinstance(event, Progress)][-1]


@pytest.mark.usefixtures("awaited")
def test_totals_are_known_on_the_way_and_reached_at_the_end(site: Site) -> None:
    site.write(FILES)
    site.run(AT_ONCE)
    told = [event for event in site.events if isinstance(event, Progress)]
    assert told[0].files_done < 20
    assert {(one.files_total, one.bytes_total) for one in told} == {(20, 20_000)}
    assert (told[-1].files_done, told[-1].bytes_done) == (20, 20_000)


@pytest.mark.usefixtures("awaited")
def test_unchanged_files_are_no_bytes_to_do(site: Site) -> None:
    site.write(FILES)
    site.run()
    site.write({"d3/3.txt": b"other", "d3/new.txt": b"new"})
    site.run(AT_ONCE)
    assert last_progress(site) == Progress(21, 8, 21, 8)


@pytest.mark.usefixtures("awaited")
def test_a_backup_that_nobody_watches_is_not_counted_ahead(site: Site) -> None:
    site.write(FILES)
    site.run()
    assert (last_progress(site).files_total, last_progress(site).bytes_total) == (None, None)


def test_the_walk_ahead_ends_with_the_backup_whatever_ends_it(site: Site) -> None:
    site.write(FILES)
    with pytest.raises(Stopped):
        site.run(BackupOptions(forecast_after_s=3600), stop_at=4)
    assert forecasts() == []
