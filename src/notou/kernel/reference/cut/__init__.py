"""Cutting: where one blob ends and the next begins, by a rule for each class of item.

The definition of every rule is at the top of native/src/cut/mod.rs and photo.rs. What may not
enter: files, blobs, keys of the vault.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from notou.errors import UsageError
from notou.kernel.reference.cut.content import ContentCutter
from notou.kernel.reference.cut.pages import PagesCutter
from notou.kernel.reference.cut.photo import PhotoCutter
from notou.kernel.reference.cut.records import RecordsCutter
from notou.kernel.reference.cut.rule import PHOTO_MOST_LEAST, PIECE_MOST, Cutter, checked_sizes
from notou.kernel.reference.cut.secret import Secret
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CPU_PATH", "CutRule", "cpu_path", "cpu_paths", "cut", "new_cutter", "pieces", "use_cpu_path"]

CutRule = tuple[str, int, int, int]
"""(kind, least, mask_bits, most), sizes in bytes; see _native.pyi."""

CPU_PATH = "python"

_WINDOW_BYTES = 1 << 20  # of a file that is read at a time


def cpu_path() -> str:
    """The code path in use: always "python"."""
    return CPU_PATH


def cpu_paths() -> list[str]:
    """The code paths there are: "python" alone."""
    return [CPU_PATH]


def use_cpu_path(name: str) -> None:
    """UsageError for any path but "python"."""
    if name != CPU_PATH:
        raise UsageError(
            say(
                "The reference kernel has no code path {name}, only {known}.",
                name=repr(name),
                known=repr(CPU_PATH),
            )
        )


def cut(rule: CutRule, cut_key: bytes, data: bytes) -> list[int]:
    """Lengths of the pieces ``data`` is cut into (sum = len(data); [] for b"").

    UsageError for an unknown rule, sizes out of bounds or a key that is not 32 bytes.
    """
    cutter = new_cutter(rule, Secret(cut_key))
    return [len(piece) for piece in pieces(cutter, io.BytesIO(data).read)]


def pieces(cutter: Cutter, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The pieces of one file, of which ``read`` gives at most so many bytes at a time, b"" at the end.

    Memory holds one piece and one window.
    """
    buffer = bytearray()
    last = False
    while not last:
        more = read(_WINDOW_BYTES)
        last = not more
        buffer += more
        while buffer and (length := cutter.next(buffer, last=last)) is not None:
            yield bytes(buffer[:length])
            del buffer[:length]


def new_cutter(rule: CutRule, secret: Secret) -> Cutter:
    """A cutter for one file. UsageError for an unknown kind, or sizes out of bounds."""
    kind, least, mask_bits, most = rule
    if kind == "content":
        return ContentCutter(secret, checked_sizes(least, mask_bits, most))
    if kind == "records":
        return RecordsCutter(secret, checked_sizes(least, mask_bits, most))
    if kind == "pages" and 1 <= least <= PIECE_MOST:
        return PagesCutter(least)
    if kind == "photo" and PHOTO_MOST_LEAST <= most <= PIECE_MOST:
        return PhotoCutter(secret, most)
    raise UsageError(
        say(
            "There is no cut rule {kind} with sizes {least} and {most}.",
            kind=repr(kind),
            least=least,
            most=most,
        )
    )
