"""Sizes, times, durations and names as people read them.

Names come from outside and may hold anything: what could steer a terminal is shown escaped.
"""

from __future__ import annotations

import re
import time
import unicodedata
from decimal import Decimal

from notou.sentence import Sentence, say

_UNITS = (say("B"), say("KiB"), say("MiB"), say("GiB"), say("TiB"), say("PiB"))
_NO_BREAK_SPACES = "\u00a0\u202f"  # French sets them before its punctuation; they steer nothing


def printable(text: str | bytes) -> str:
    """One line of text safe to print: bytes that are no UTF-8 and control characters become ``\\xNN``.

    A sentence stays one, so that it can still be said in another language.
    """
    if isinstance(text, Sentence):
        values = {
            name: printable(each) if isinstance(each, str) else each for name, each in text.values.items()
        }
        return Sentence(text.template, values, text.many)
    decoded = safe(text) if isinstance(text, str) else text.decode("utf-8", "backslashreplace")
    if decoded.isprintable():
        return decoded
    return "".join(char if _is_harmless(char) else _escaped(char) for char in decoded)


def safe(text: str) -> str:
    """Text that UTF-8 can carry: lone surrogates (bytes that were none) are escaped."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def told_at(location: str, sentence: str) -> str:
    """A sentence with its place before it, where it does not name the place itself."""
    named = re.search(rf"(?<!\S){re.escape(location)}(?=[;:,.]?(?:\s|$))", sentence)
    return sentence if named else say("{place}: {sentence}", place=location, sentence=sentence)


def _is_harmless(char: str) -> bool:
    return char.isprintable() or char in _NO_BREAK_SPACES


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def size_text(size: float) -> Sentence:
    """Bytes with a unit of 1024: ``512 B``, ``1.5 MiB``."""
    step = 0
    while size >= 1024 and step < len(_UNITS) - 1:
        size, step = size / 1024, step + 1
    return say("{number} {unit}", number=Decimal(f"{size:.1f}" if step else f"{size:.0f}"), unit=_UNITS[step])


def duration_text(seconds: float) -> str:
    """``0:07``, ``12:03``, ``1:02:03``."""
    minutes, whole = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole:02}" if hours else f"{minutes}:{whole:02}"


def time_text(time_ns: int) -> str:
    """A moment to the second, in this machine's time zone."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time_ns // 1_000_000_000))


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: Chinese characters take two."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut_to(text: str, width: int) -> str:
    """As much of the text as ``width`` columns hold."""
    taken = 0
    for number, char in enumerate(text):
        taken += _columns(char)
        if taken > width:
            return text[:number]
    return text


def _columns(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
