"""What people read: sizes, durations, and names that could steer a terminal."""

from __future__ import annotations

import pytest
from click import BadParameter

from notou.cli.layout import Cell, Row, Table, laid_out
from notou.cli.progress import progress_text, seconds_left
from notou.cli.text import columns, cut_to, duration_text, printable, size_text
from notou.cli.times import moment
from notou.events import Progress
from notou.sentence import Sentence, say


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"plain.txt", "plain.txt"),
        ("été 鳥".encode(), "été 鳥"),
        (b"\x1b[2J\x07red", "\\x1b[2J\\x07red"),
        (b"two\nlines", "two\\nlines"),
        (b"caf\xe9", "caf\\xe9"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
    ],
)
def test_a_hostile_name_cannot_steer_the_terminal(name: bytes | str, shown: str) -> None:
    assert printable(name) == shown


def test_a_sentence_made_printable_is_still_a_sentence() -> None:
    told = printable(say("{place}: {why}", place="/\x1b[2J", why=say("{name} is full.", name="\x07")))
    assert told == "/\\x1b[2J: \\x07 is full."
    assert isinstance(told, Sentence)
    assert isinstance(told.values["why"], Sentence)


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 30, "5.0 GiB"), (1 << 61, "2048.0 PiB")],
)
def test_sizes_have_the_unit_that_fits(size: int, shown: str) -> None:
    assert size_text(size) == shown


def test_durations_and_tables() -> None:
    assert [duration_text(seconds) for seconds in (7, 723, 3723)] == ["0:07", "12:03", "1:02:03"]
    table = Table(["X", "Y"], [["a", "bb"], ["ccc", ""]])
    assert list(laid_out(table, str)) == ["X    Y", "a    bb", "ccc"]


def test_columns_stand_below_each_other_in_chinese_too() -> None:
    table = Table(["时间", "Y"], [["a", "bb"]])
    assert list(laid_out(table, str)) == ["时间  Y", "a     bb"]
    assert list(laid_out(Row([Cell("份", 4, right=True), "x"], indent=" "), str)) == ["   份  x"]
    assert (columns("ab中"), cut_to("a中b", 2), cut_to("a中b", 3)) == (4, "a", "a中")


def test_a_space_that_french_needs_is_no_steering() -> None:
    assert printable("Fini\u00a0: 1\u202f234") == "Fini\u00a0: 1\u202f234"


def test_the_progress_line_says_what_how_much_how_fast_and_how_long() -> None:
    line = progress_text(Progress(50, 10 << 20, 100, 40 << 20, b"/home/a\x1b"), 10.0, 200, str)
    assert line == "[0:10]  25.0%  50 / 100 files  10.0 MiB / 40.0 MiB  1.0 MiB/s  0:30 left  /home/a\\x1b"


def test_time_left_is_not_said_before_it_can_be() -> None:
    assert seconds_left(Progress(50, 10, 100, 40), 10.0) == 30.0
    for progress, elapsed_s in (
        (Progress(50, 10), 10.0),
        (Progress(50, 10, 100, 40), 0.1),
        (Progress(50, 0, 100, 40), 10.0),
        (Progress(50, 40, 100, 40), 10.0),
    ):
        assert seconds_left(progress, elapsed_s) is None


def test_the_progress_line_fits_the_terminal_and_survives_unknown_totals() -> None:
    progress = Progress(3, 0, current=b"x" * 500)
    assert len(progress_text(progress, 0.0, 80, str)) == 79
    assert progress_text(Progress(3, 0), 0.0, 80, str) == "[0:00]  3 files  0 B"


def test_a_moment_is_read_in_utc_or_with_its_offset() -> None:
    assert moment("1970-01-01T00:00:01+00:00") == 10**9
    assert moment("1970-01-01T01:00:01.5+01:00") == 1_500_000_000
    with pytest.raises(BadParameter):
        moment("yesterday")
