"""Pieces of pictures: what an edit of the metadata changes apart from what it does not.

A picture is a row of parts, told by its format's headers; native/src/cut/photo.rs says which, and
when a picture is cut by content instead. Lengths come from strangers: they only say where to look
next, never what to keep. What may not enter: decoding of pictures or of their metadata.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.kernel.reference.cut.content import ContentCutter
from notou.kernel.reference.cut.photo_format import HEADER_BYTES, Format, Step, recognise
from notou.kernel.reference.cut.rule import PHOTO_MOST_LEAST, Sizes, at_most

if TYPE_CHECKING:
    from notou.kernel.reference.cut.secret import Secret

_MASK = (1 << 18) - 1


@dataclass(slots=True)
class _State:
    """Where in the picture the piece at hand begins."""

    format: Format | None
    header: int | None  # from the start of the piece; None where none is expected
    by_content: bool
    part: int = 0


class PhotoCutter:
    """Ends a piece where a part of the picture ends, and within parts at ``most`` or by content."""

    def __init__(self, secret: Secret, most: int) -> None:
        self._most = most
        self._content = ContentCutter(secret, Sizes(PHOTO_MOST_LEAST, _MASK, most))
        self._state: _State | None = None

    def next(self, data: bytes | bytearray, *, last: bool) -> int | None:
        """As Cutter.next. A piece follows from the ``most`` + 16 bytes at its start alone."""
        view = self._most + HEADER_BYTES
        if len(data) < view and not last:
            return None
        last = last and len(data) <= view
        data = bytes(data[:view])
        state = self._state = self._state or _begin(data)
        length = self._piece(state, data, self._boundary(state, data), last=last)
        if length is not None and state.header is not None:
            state.header = max(0, state.header - length)
        return length

    def _boundary(self, state: _State, data: bytes) -> int | None:
        """Where the part at hand ends, from the start of the piece, where that is ``most`` or less."""
        while state.format is not None and state.header is not None:
            at = state.header
            if at > self._most or at >= len(data):
                return None
            header = data[at : at + HEADER_BYTES]
            step = state.format.step(state.part, header)
            if step is Step.BROKEN:
                _go_on_by_content(state)
            elif step is not Step.BOUNDARY:
                state.header = at + step
            elif at:
                return at
            else:
                _enter_part(state, state.format, header)
        return None

    def _piece(self, state: _State, data: bytes, boundary: int | None, *, last: bool) -> int | None:
        if boundary is not None:
            data, last = data[:boundary], True
        elif state.part == 0:
            _go_on_by_content(state)
        if state.by_content:
            return self._content.next(data, last=last)
        return at_most(self._most, data, last=last)


def _begin(data: bytes) -> _State:
    found = recognise(data)
    return _State(found, None if found is None else found.first_header, by_content=found is None)


def _go_on_by_content(state: _State) -> None:
    state.header = None
    state.by_content = True


def _enter_part(state: _State, found: Format, header: bytes) -> None:
    """The piece at hand starts a new part, with this header."""
    state.part += 1
    state.by_content = state.by_content or found.rest_by_content
    state.header = found.header_in_part(state.part, header)
