"""One node's JSON, and the few fields a restore needs of it.

A restore looks at millions of nodes and needs few fields of each, so that a node stays the dictionary the
JSON parser made until somebody asks for a whole ``Node`` (kernel.treejson, which makes one in several
microseconds). Everything read here may be hostile: whatever is not as VAULT-FORMAT says ends in
DamagedError. What may not enter: loading trees, listing folders (kernel.Listing).
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

import orjson

from notou.errors import DamagedError
from notou.kernel.gotext import parse_rfc3339
from notou.kernel.treejson import decode_node
from notou.model import Node, NodeKind
from notou.sentence import say

RawNode = dict[str, Any]
"""A node as its JSON says it; only that it has a name and a type, both texts, has been checked."""

LETTERS: dict[str, str] = {
    NodeKind.FILE: "f",
    NodeKind.DIR: "d",
    NodeKind.SYMLINK: "l",
    NodeKind.DEVICE: "b",
    NodeKind.CHAR_DEVICE: "c",
    NodeKind.FIFO: "p",
    NodeKind.SOCKET: "s",
}
"""The kernel's letter for each type of node."""

_SECOND = 1_000_000_000
_LEAST_NS, _MOST_NS = -(2**63), 2**63 - 1
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


def _damaged(what: str) -> DamagedError:
    return DamagedError(say("{what} in the vault is malformed; run `notou check`.", what=what))


_GO_ZERO_TIME = "0001-01-01T00:00:00Z"


def parse(json: bytes) -> RawNode:
    """The node of an entry's JSON (kernel.Listing). DamagedError when that is no JSON object."""
    try:
        node = orjson.loads(json)
    except ValueError as error:
        raise _damaged(say("An entry")) from error
    if not isinstance(node, dict):
        raise _damaged(say("An entry"))
    return node


def number(node: RawNode, field: str, most: int = 2**63 - 1) -> int:
    """A field that is a whole number from 0 to ``most``; 0 when absent."""
    value = node.get(field, 0)
    if type(value) is not int or not 0 <= value <= most:
        raise _damaged(say("The field “{field}” of {name}", field=field, name=repr(node.get("name"))))
    return value


def mode_bits(node: RawNode) -> int:
    """Permissions with setuid, setgid and sticky as Unix has them (0o7777), from Go's FileMode."""
    mode = number(node, "mode")
    return mode & 0o777 | (mode >> 23 & 1) << 11 | (mode >> 22 & 1) << 10 | (mode >> 20 & 1) << 9


def time_ns(node: RawNode, field: str) -> int:
    """A time in nanoseconds since the epoch, kept within what 64 bits hold (1677 to 2262).

    Folders on the way to what rustic backed up have none; that is Go's zero time to restic, and so here.
    """
    try:
        text = node.get(field, _GO_ZERO_TIME)
        zone = "Z" if text[-1] == "Z" else text[-6:]
        fraction = text[20 : -len(zone)]
        moment = _minute_ns(text[:17], zone) + int(text[17:19]) * _SECOND
        if fraction:
            moment += int(fraction.ljust(9, "0")[:9])
    except _MALFORMED:
        raise _damaged(
            say("The field “{field}” of {name}", field=field, name=repr(node.get("name")))
        ) from None
    return max(_LEAST_NS, min(moment, _MOST_NS))


@lru_cache(maxsize=4096)
def _minute_ns(minute: str, zone: str) -> int:
    return parse_rfc3339(f"{minute}00{zone}")


def content_ids(node: RawNode) -> bytes:
    """The ids of a file's blobs, 32 bytes each, joined."""
    content = node.get("content")
    if not content:
        return b""
    try:
        ids = bytes.fromhex("".join(content))
        sound = len(ids) == 32 * len(content) and {len(text) for text in content} == {64}
    except _MALFORMED:
        sound = False
    if not sound:
        raise _damaged(say("The content of {name}", name=repr(node.get("name"))))
    return ids


def link_target(node: RawNode) -> bytes:
    """Where a symlink points, raw."""
    try:
        raw = node.get("linktarget_raw")
        return _base64(raw) if raw else str(node["linktarget"]).encode()
    except _MALFORMED:
        raise _damaged(say("The target of the link {name}", name=repr(node.get("name")))) from None


def extended_attributes(node: RawNode) -> list[tuple[bytes, bytes]]:
    """(name, value) of each."""
    found = node.get("extended_attributes")
    if not found:
        return []
    try:
        return [(each["name"].encode(), _base64(each.get("value") or "")) for each in found]
    except _MALFORMED:
        raise _damaged(say("What is attached to {name}", name=repr(node.get("name")))) from None


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def as_node(node: RawNode) -> Node:
    """All of a node, checked."""
    try:
        return decode_node(node)
    except _MALFORMED as error:
        raise _damaged(say("The entry {name}", name=repr(node.get("name")))) from error
