"""Sizes, times, durations and names as people read them.

Names come from outside and may hold anything: what could steer a terminal is shown escaped.
"""

from __future__ import annotations

import re
import time

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def printable(text: str | bytes) -> str:
    """One line of text safe to print: bytes that are no UTF-8 and control characters become ``\\xNN``."""
    decoded = safe(text) if isinstance(text, str) else text.decode("utf-8", "backslashreplace")
    if decoded.isprintable():
        return decoded
    return "".join(char if char.isprintable() else _escaped(char) for char in decoded)


def safe(text: str) -> str:
    """Text that UTF-8 can carry: lone surrogates (bytes that were none) are escaped."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def told_at(location: str, sentence: str) -> str:
    """A sentence with its place before it, where it does not name the place itself."""
    named = re.search(rf"(?<!\S){re.escape(location)}(?=[;:,.]?(?:\s|$))", sentence)
    return printable(sentence) if named else f"{printable(location)}: {printable(sentence)}"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def size_text(size: float) -> str:
    """Bytes with a unit of 1024: ``512 B``, ``1.5 MiB``."""
    for unit in _UNITS[:-1]:
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} {_UNITS[-1]}"


def duration_text(seconds: float) -> str:
    """``0:07``, ``12:03``, ``1:02:03``."""
    minutes, whole = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole:02}" if hours else f"{minutes}:{whole:02}"


def time_text(time_ns: int) -> str:
    """A moment to the second, in this machine's time zone."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time_ns // 1_000_000_000))


def count_text(count: int, one: str, many: str | None = None) -> str:
    """``1 file``, ``1,234 files``; ``many`` where adding an s is wrong."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def table(rows: list[list[str]], heads: list[str]) -> list[str]:
    """Lines with columns aligned to the left, two blanks apart."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [heads, *rows]
    ]
