"""One line that says how far the work is: what, how much, how fast, how long.

What may not enter: deciding whether and where to draw it (that is the screen's).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from notou.cli.layout import GAP, Say
from notou.cli.text import cut_to, duration_text, printable, size_text
from notou.events import Progress
from notou.sentence import say, say_count


def progress_text(progress: Progress, elapsed_s: float, width: int, spoken: Say) -> str:
    """The line for a terminal of ``width`` columns; what does not fit is cut from the end.

    ``spoken`` gives a part in the person's language.
    """
    return cut_to(GAP.join(spoken(part) for part in _parts(progress, elapsed_s)), width - 1)


def _parts(progress: Progress, elapsed_s: float) -> Iterator[str]:
    yield f"[{duration_text(elapsed_s)}]"
    yield from _share(progress)
    yield _files(progress)
    yield _bytes(progress)
    if rate := _bytes_per_s(progress, elapsed_s):
        yield say("{size}/s", size=size_text(rate))
    if (left_s := seconds_left(progress, elapsed_s)) is not None:
        yield say("{duration} left", duration=duration_text(left_s))
    if progress.current:
        yield printable(progress.current)


def seconds_left(progress: Progress, elapsed_s: float) -> float | None:
    """How long the bytes still to do take at the speed so far; None where that cannot be said."""
    rate = _bytes_per_s(progress, elapsed_s)
    if progress.bytes_total is None or progress.bytes_total <= progress.bytes_done or not rate:
        return None
    return (progress.bytes_total - progress.bytes_done) / rate


def _bytes_per_s(progress: Progress, elapsed_s: float) -> float:
    """0 while too little time has gone by to say."""
    return progress.bytes_done / elapsed_s if elapsed_s >= 0.5 else 0.0


def _share(progress: Progress) -> Iterator[str]:
    done, total = progress.bytes_done, progress.bytes_total
    if not total:
        done, total = progress.files_done, progress.files_total
    if total:
        yield say("{percent}%", percent=Decimal(f"{100 * min(1.0, done / total):.1f}"))


def _files(progress: Progress) -> str:
    if progress.files_total is None:
        return say_count(progress.files_done, "{count} file", "{count} files")
    return say_count(
        progress.files_total, "{done} / {count} file", "{done} / {count} files", done=progress.files_done
    )


def _bytes(progress: Progress) -> str:
    if progress.bytes_total is None:
        return size_text(progress.bytes_done)
    return say("{done} / {total}", done=size_text(progress.bytes_done), total=size_text(progress.bytes_total))
