"""Sorts the entries of a listed directory into lanes; the only place that touches each file in Python.

An entry unchanged since a parent keeps that parent's lane. Of what is new or changed, files go where
their name, else the first bytes of their content say; all that is no file goes into ``other``.
Sockets are left out, as restic does: nothing can be brought back of them.

What may not enter: storing, trees.
"""

from __future__ import annotations

import os

from notou.backup.walk import Frame
from notou.classify import HEAD_BYTES, lane_by_content, lane_by_name
from notou.model import UNKNOWN_LANE, Lane

_DIRECTORY = ord("d")
_FILE = ord("f")
_SOCKET = ord("s")

Work = dict[Lane, list[int]]
"""Per lane the entries whose content must be stored, ascending."""


def sort_entries(frame: Frame, only_lane: Lane | None) -> Work:
    """Fill the frame's ``items`` and ``waiting`` (directories to enter); returns the files to store."""
    kinds = frame.directory.kinds
    matches = frame.directory.matches()
    if _DIRECTORY not in kinds and _SOCKET not in kinds and frame.chosen is None:
        if not kinds:
            return {}
        if matches.count(matches[0]) == len(matches):
            if matches[0] != UNKNOWN_LANE:
                frame.items[Lane(matches[0])] = list(range(len(kinds)))
                return {}
            if only_lane is not None and kinds.count(_FILE) == len(kinds):
                frame.items[only_lane] = list(range(len(kinds)))
                return {only_lane: list(range(len(kinds)))}
    return _sort_each(frame, kinds, matches, only_lane)


def _sort_each(frame: Frame, kinds: bytes, matches: bytes, only_lane: Lane | None) -> Work:
    work: Work = {}
    items: dict[int, list[int]] = {}
    names = frame.directory.names
    sizes = frame.directory.sizes
    for entry in range(len(kinds)) if frame.chosen is None else frame.chosen:
        kind, lane = kinds[entry], matches[entry]
        if kind == _DIRECTORY:
            frame.waiting.append(entry)
            continue
        if kind == _SOCKET:
            continue
        if lane == UNKNOWN_LANE:
            lane = _lane_of(frame, names[entry], kind, sizes[entry]) if only_lane is None else only_lane
            if kind == _FILE:
                work.setdefault(Lane(lane), []).append(entry)
        items.setdefault(lane, []).append(entry)
    frame.items = {Lane(lane): entries for lane, entries in items.items()}
    return work


def _lane_of(frame: Frame, name: bytes, kind: int, size: int) -> Lane:
    if kind != _FILE:
        return Lane.OTHER
    lane = lane_by_name(name)
    if lane is None:
        return lane_by_content(_head(os.path.join(frame.directory.path, name))) if size else Lane.OTHER
    return lane


def _head(path: bytes) -> bytes:
    """The first bytes of a file; b"" when it cannot be read, which storing it will report."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, HEAD_BYTES)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
