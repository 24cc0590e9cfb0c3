"""Patterns of paths, much as in gitignore, for what is restored and what is left out.

A pattern matches a name, or names in a row, at any depth; one that begins with a slash is held against
the whole path; ``*`` and ``?`` stay within a name, ``**`` spans folders; a pattern that matches a folder
takes in all below it; ``!`` takes back, the last pattern that matches decides. What may not enter: I/O.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ANYWHERE = rb"(?:.*/)?"


class Patterns:
    """A list of patterns, compiled; paths are absolute raw bytes without a slash at the end."""

    def __init__(self, patterns: Sequence[bytes], *, ignore_case: bool = False) -> None:
        """Every text is a pattern; one of slashes, ! and blanks alone means nothing."""
        flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
        kept = [each for each in patterns if each.strip(b"/! ")]
        self._rules = [
            (not each.startswith(b"!"), re.compile(_expression(each.removeprefix(b"!")), flags))
            for each in kept
        ]
        self.anchored = [_names(each) for each in kept if each.startswith(b"/")]
        self.all_anchored = bool(kept) and len(self.anchored) == len(kept)
        self._flags = flags

    def matches(self, path: bytes) -> bool:
        """Whether the path, or a folder above it, is meant."""
        for positive, rule in reversed(self._rules):
            if rule.match(path):
                return positive
        return False

    def may_match_below(self, folder: bytes) -> bool:
        """Whether something in the folder may be meant; may say yes in vain, never no in vain."""
        if not self.all_anchored:
            return bool(self._rules)
        names = folder.split(b"/")[1:]
        return any(self._leads_on(pattern, names) for pattern in self.anchored)

    def _leads_on(self, pattern: list[bytes], names: list[bytes]) -> bool:
        for part, name in zip(pattern, names, strict=False):
            if part == b"**":
                return True
            if not re.fullmatch(_name_expression(part), name, self._flags):
                return False
        return True


def _names(pattern: bytes) -> list[bytes]:
    return [name for name in pattern.split(b"/") if name]


def _expression(pattern: bytes) -> bytes:
    """A regular expression for paths that the pattern takes in, by themselves or through a folder above."""
    start = b"/" if pattern.startswith(b"/") else b"/" + _ANYWHERE
    parts = _names(pattern)
    whole = b""
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if part == b"**":
            whole += b".*" if last else _ANYWHERE
        else:
            whole += _name_expression(part) + (b"" if last else b"/")
    return start + whole + rb"(?:/.*)?\Z"


def _name_expression(part: bytes) -> bytes:
    """A glob within one name."""
    pieces = re.split(rb"(\*+|\?|\[[!^]?\]?[^\]]*\]|\\.)", part, flags=re.DOTALL)
    return b"".join(_piece(piece) for piece in pieces)


def _piece(piece: bytes) -> bytes:
    if piece.startswith(b"*"):
        return rb"[^/]*"
    if piece == b"?":
        return rb"[^/]"
    if piece.startswith(b"[") and piece.endswith(b"]") and len(piece) > 2:
        return _character_class(piece)
    if piece.startswith(b"\\") and len(piece) == 2:
        return re.escape(piece[1:])
    return re.escape(piece)


def _character_class(piece: bytes) -> bytes:
    body = piece[1:-1]
    negated = body[:1] in (b"!", b"^")
    inside = (body[1:] if negated else body).replace(b"\\", b"\\\\").replace(b"[", b"\\[")
    inside = b"\\]" + inside[1:] if inside.startswith(b"]") else inside
    try:
        re.compile(b"[" + inside + b"]")
    except re.error:  # such as [z-a]: meant as written
        return re.escape(piece)
    return (b"(?!/)[^" if negated else b"(?!/)[") + inside + b"]"
