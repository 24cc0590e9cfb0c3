"""How names from outside, which may be any bytes, stand in sentences.

What may not enter: what a terminal must be spared (cli.text), JSON lines.
"""

from __future__ import annotations

_MOST_BYTES = 1000  # a path longer than this helps nobody in a sentence


def shown(name: bytes) -> str:
    """The name as text: bytes that are no UTF-8 as ``\\xNN``, the middle of a very long one left out."""
    if len(name) > _MOST_BYTES:
        name = name[: _MOST_BYTES // 2] + "…".encode() + name[-_MOST_BYTES // 2 :]
    return name.decode("utf-8", "backslashreplace")
