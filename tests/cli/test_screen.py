"""What is told in which manner, and how often progress is."""

from __future__ import annotations

import io
import json

import pytest

from notou.cli.screen import Manner, Screen
from notou.events import CopyFailed, Event, ItemFailed, Note, Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def told(
    manner: Manner, *events: Event, err: io.StringIO | None = None, step_s: float = 100.0
) -> tuple[str, str]:
    out, err, clock = io.StringIO(), err or io.StringIO(), Clock()
    screen = Screen(manner, out, err, clock)
    for event in events:
        clock.now_s += step_s
        screen.report(event)
    screen.close()
    return out.getvalue(), err.getvalue()


FAILURES: tuple[Event, ...] = (ItemFailed(b"/a", "gone."), CopyFailed("/disk", "full."))


@pytest.mark.parametrize("manner", [Manner(), Manner(quiet=True), Manner(verbose=True)])
def test_failures_are_told_even_to_who_asked_for_quiet(manner: Manner) -> None:
    assert told(manner, *FAILURES) == ("", "/a: gone.\n/disk: full.\n")


def test_a_place_is_not_named_twice() -> None:
    told_of = {
        "/disk is away; mount it.": "/disk is away; mount it.\n",
        "No room at /disk.": "No room at /disk.\n",
        "/disk2 is away.": "/disk: /disk2 is away.\n",
    }
    for sentence, line in told_of.items():
        assert told(Manner(), CopyFailed("/disk", sentence))[1] == line


def test_json_is_one_object_a_line_on_stdout_and_nothing_else() -> None:
    out, err = told(Manner(json=True), *FAILURES, Note("so."), Progress(1, 2, current=b"\xff"))
    objects = [json.loads(line) for line in out.splitlines()]
    assert [each["event"] for each in objects] == ["item_failed", "copy_failed", "note", "progress"]
    assert objects[0] == {"event": "item_failed", "path": "/a", "reason": "gone."}
    assert err == ""


def test_progress_in_json_says_how_much_time_is_left_or_null() -> None:
    out, _ = told(Manner(json=True), Progress(1, 10), Progress(1, 10, 2, 40))
    assert [json.loads(line)["left_s"] for line in out.splitlines()] == [None, 600.0]


def test_a_path_that_is_no_utf8_is_given_exactly_in_json() -> None:
    out, _ = told(Manner(json=True), ItemFailed(b"/caf\xe9", "gone."))
    assert json.loads(out)["path_base64"] == "L2NhZuk="


def test_progress_is_drawn_on_a_terminal_and_taken_away_before_other_lines() -> None:
    _, err = told(Manner(), Progress(1, 1), ItemFailed(b"/a", "gone."), err=Terminal())
    assert err.startswith("\r\x1b[K[1:40]")
    assert err.endswith("\r\x1b[K/a: gone.\n")


def test_progress_comes_seldom_where_nobody_watches() -> None:
    events = [Progress(number, 0) for number in range(100)]
    _, err = told(Manner(), *events, step_s=1.0)
    assert len(err.splitlines()) == 1
    _, err = told(Manner(quiet=True), *events)
    assert err == ""


def test_a_place_that_is_no_utf8_is_told_in_json_too() -> None:
    place = "/disk\udcff"
    out, _ = told(Manner(json=True), CopyFailed(place, f"{place} is full."))
    assert json.loads(out)["reason"] == "/disk\\xff is full."
