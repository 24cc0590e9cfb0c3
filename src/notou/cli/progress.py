"""One line that says how far the work is: what, how much, how fast, how long.

What may not enter: deciding whether and where to draw it (that is the screen's).
"""

from __future__ import annotations

from notou.cli.text import count_text, duration_text, printable, size_text
from notou.events import Progress


def progress_text(progress: Progress, elapsed_s: float, width: int) -> str:
    """The line for a terminal of ``width`` columns; what does not fit is cut from the end."""
    parts = [f"[{duration_text(elapsed_s)}]", *_share(progress), _files(progress), _bytes(progress)]
    if rate := _bytes_per_s(progress, elapsed_s):
        parts.append(f"{size_text(rate)}/s")
    if (left_s := seconds_left(progress, elapsed_s)) is not None:
        parts.append(f"{duration_text(left_s)} left")
    if progress.current:
        parts.append(printable(progress.current))
    return "  ".join(part for part in parts if part)[: width - 1]


def seconds_left(progress: Progress, elapsed_s: float) -> float | None:
    """How long the bytes still to do take at the speed so far; None where that cannot be said."""
    rate = _bytes_per_s(progress, elapsed_s)
    if progress.bytes_total is None or progress.bytes_total <= progress.bytes_done or not rate:
        return None
    return (progress.bytes_total - progress.bytes_done) / rate


def _bytes_per_s(progress: Progress, elapsed_s: float) -> float:
    """0 while too little time has gone by to say."""
    return progress.bytes_done / elapsed_s if elapsed_s >= 0.5 else 0.0


def _share(progress: Progress) -> list[str]:
    done, total = progress.bytes_done, progress.bytes_total
    if not total:
        done, total = progress.files_done, progress.files_total
    return [f"{min(1.0, done / total):.1%}"] if total else []


def _files(progress: Progress) -> str:
    if progress.files_total is None:
        return count_text(progress.files_done, "file")
    return f"{progress.files_done:,} / {count_text(progress.files_total, 'file')}"


def _bytes(progress: Progress) -> str:
    if progress.bytes_total is None:
        return size_text(progress.bytes_done)
    return f"{size_text(progress.bytes_done)} / {size_text(progress.bytes_total)}"
