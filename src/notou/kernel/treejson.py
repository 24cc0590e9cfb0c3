"""The tree blob: nodes to restic's canonical JSON and back.

A tree's id is the hash of these bytes and ``restic rewrite`` refuses trees it cannot reproduce, so
the encoder writes what restic 0.18 writes (VAULT-FORMAT, tree JSON), times always in UTC. The
decoder takes any valid tree, also a hostile one: whatever a name could be abused for is refused
here. What may not enter: where trees are stored, what is restored from them.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

import orjson

from notou.errors import DamagedError, UsageError
from notou.kernel.gotext import go_json, parse_rfc3339, quote, rfc3339, unquote
from notou.model import Node, NodeKind
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ID_BYTES = 32
_TREE_START = '{"nodes":['
_DECODER = json.JSONDecoder()
_GO_ZERO_TIME_NS = parse_rfc3339("0001-01-01T00:00:00Z")  # of a time that is not given
_U32_MOST = 2**32 - 1
_U64_MOST = 2**64 - 1

# Go's FileMode: type bits, and the three Unix bits that stand elsewhere in it.
_TYPE_BITS: dict[str, int] = {
    NodeKind.DIR: 1 << 31,
    NodeKind.SYMLINK: 1 << 27,
    NodeKind.DEVICE: 1 << 26,
    NodeKind.CHAR_DEVICE: 1 << 26 | 1 << 21,
    NodeKind.FIFO: 1 << 25,
    NodeKind.SOCKET: 1 << 24,
}
_SPECIAL_BITS = ((0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20))


def go_mode(kind: str, mode: int) -> int:
    """Go's FileMode of a node: its type bits, permissions, setuid, setgid and sticky."""
    bits = _TYPE_BITS.get(kind, 0) | mode & 0o777
    if mode & 0o7000:
        bits |= sum(go for unix, go in _SPECIAL_BITS if mode & unix)
    return bits


def unix_mode(go: int) -> int:
    """The 0o7777 bits of Go's FileMode, as Unix writes them."""
    bits = go & 0o777
    if go >> 20:
        bits |= sum(unix for unix, special in _SPECIAL_BITS if go & special)
    return bits


# ---------------------------------------------------------------- encoding


def encode_tree(nodes: Iterable[Node]) -> bytes:
    """The canonical JSON of a tree, newline at the end.

    UsageError when the names are not strictly ascending, as restic demands.
    """
    parts: list[str] = []
    last = b""
    for node in nodes:
        if node.name <= last:
            raise UsageError(
                say(
                    "A folder listing cannot be written because {name} does not come after {last}; its "
                    "entries must be sorted by name, without duplicates.",
                    name=repr(node.name),
                    last=repr(last),
                )
            )
        last = node.name
        parts.append(encode_node(node))
    return join_nodes([part.encode() for part in parts])


def join_nodes(nodes: Iterable[bytes]) -> bytes:
    """The tree of nodes that are encoded already, in their order."""
    return b'{"nodes":[' + b",".join(nodes) + b"]}\n"


def encode_node(node: Node) -> str:
    """One node as restic's Node.MarshalJSON writes it."""
    parts = [f'"name":{go_json(quote(node.name))},"type":{go_json(node.kind)}']
    mode = go_mode(node.kind, node.mode)
    if mode:
        parts.append(f'"mode":{mode}')
    parts.append(
        f'"mtime":"{rfc3339(node.mtime_ns)}","atime":"{rfc3339(node.atime_ns)}",'
        f'"ctime":"{rfc3339(node.ctime_ns)}","uid":{node.uid},"gid":{node.gid}'
    )
    parts.extend(f'"{key}":{go_json(text)}' for key, text in _names(node) if text)
    parts.extend(f'"{key}":{number}' for key, number in _numbers(node) if number)
    _append_link_target(parts, node.link_target)
    _append_attributes(parts, node)
    if node.device:
        parts.append(f'"device":{node.device}')
    parts.append(f'"content":{_content_text(node.content)}')
    if node.subtree is not None:
        parts.append(f'"subtree":"{node.subtree.hex()}"')
    if node.error:
        parts.append(f'"error":{go_json(node.error)}')
    return "{" + ",".join(parts) + "}"


def _names(node: Node) -> tuple[tuple[str, str], ...]:
    return ("user", node.user), ("group", node.group)


def _numbers(node: Node) -> tuple[tuple[str, int], ...]:
    return (
        ("inode", node.inode),
        ("device_id", node.device_id),
        ("size", node.size),
        ("links", node.links),
    )


def _append_link_target(parts: list[str], target: bytes) -> None:
    if not target:
        return
    text = target.decode("utf-8", "surrogateescape")
    parts.append(f'"linktarget":{go_json(text)}')
    if any("\ud800" <= char <= "\udfff" for char in text):
        parts.append(f'"linktarget_raw":"{_base64(target)}"')


def _append_attributes(parts: list[str], node: Node) -> None:
    if node.xattrs:
        texts = (f'{{"name":{go_json(name)},"value":{_value_text(value)}}}' for name, value in node.xattrs)
        parts.append(f'"extended_attributes":[{",".join(texts)}]')
    if node.generic_attributes:
        parts.append(f'"generic_attributes":{node.generic_attributes.decode()}')


def _value_text(value: bytes) -> str:
    return f'"{_base64(value)}"'


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _content_text(content: tuple[bytes, ...] | None) -> str:
    if content is None:
        return "null"
    if not content:
        return "[]"
    return '["' + '","'.join([blob_id.hex() for blob_id in content]) + '"]'


# ---------------------------------------------------------------- decoding


def decode_tree(plain: bytes) -> list[Node]:
    """The nodes of a tree blob's plain JSON, in ascending order of raw name.

    DamagedError when it is not a tree: no JSON, a field of the wrong type or out of range, names
    that repeat, are not sorted, are "", "." or "..", or hold "/" or NUL.
    """
    try:
        nodes = [decode_node(raw) for raw in _raw_nodes(orjson.loads(plain))]
    except (ValueError, RecursionError) as error:
        raise _damaged(str(error)) from error
    check_order(nodes)
    return nodes


def check_order(nodes: list[Node]) -> None:
    """DamagedError unless the names ascend strictly."""
    last = b""
    for node in nodes:
        if node.name <= last:
            raise _damaged(say("{name} stands after {last}", name=repr(node.name), last=repr(last)))
        last = node.name


def _damaged(reason: str) -> DamagedError:
    return DamagedError(
        say(
            "A folder listing in the vault is malformed ({reason}). Run `notou check`, and restore it from "
            "another copy if there is one.",
            reason=reason,
        )
    )


def _raw_nodes(tree: object) -> list[object]:
    if not isinstance(tree, dict) or "nodes" not in tree:
        raise ValueError(say('it has no "nodes"'))
    nodes = tree["nodes"]
    if nodes is None:  # what Go makes of a nil slice
        return []
    if not isinstance(nodes, list):
        raise ValueError(say('"nodes" is no list'))
    return nodes


def decode_node(raw: object) -> Node:
    """The node of one parsed JSON object; ValueError says what is wrong with it."""
    if not isinstance(raw, dict):
        raise ValueError(say("a node is no object"))
    get = raw.get
    name = _name(get("name"))
    content = get("content")
    subtree = get("subtree")
    xattrs = get("extended_attributes")
    return Node(
        name=name,
        kind=_text(get("type"), "type"),
        mode=unix_mode(_number(get("mode"), "mode", _U32_MOST)),
        mtime_ns=_time(get("mtime"), "mtime"),
        atime_ns=_time(get("atime"), "atime"),
        ctime_ns=_time(get("ctime"), "ctime"),
        uid=_number(get("uid"), "uid", _U32_MOST),
        gid=_number(get("gid"), "gid", _U32_MOST),
        user=_text(get("user"), "user"),
        group=_text(get("group"), "group"),
        inode=_number(get("inode"), "inode"),
        device_id=_number(get("device_id"), "device_id"),
        size=_number(get("size"), "size"),
        links=_number(get("links"), "links"),
        link_target=_link_target(get),
        xattrs=() if xattrs is None else _xattrs(xattrs),
        generic_attributes=_generic_attributes(get("generic_attributes")),
        device=_number(get("device"), "device"),
        content=None if content is None else _ids(content),
        subtree=None if subtree is None else parse_id(subtree),
        error=_text(get("error"), "error"),
    )


def parse_id(text: object) -> bytes:
    """The 32 bytes of an id in hex. ValueError when it is none."""
    if not isinstance(text, str) or len(text) != 2 * ID_BYTES:
        raise ValueError(say("an id is not 64 hex digits"))
    raw = bytes.fromhex(text)
    if len(raw) != ID_BYTES:  # fromhex skips blanks
        raise ValueError(say("an id is not 64 hex digits"))
    return raw


def _name(text: object) -> bytes:
    name = unquote(_text(text, "name"))
    if name in (b"", b".", b"..") or b"/" in name or b"\0" in name:
        raise ValueError(say("{name} is no file name", name=repr(name)))
    return name


def _text(value: object, field: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(say('"{field}" is no text', field=field))
    return value


def _number(value: object, field: str, most: int = _U64_MOST) -> int:
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(say('"{field}" is no number from 0 to {most}', field=field, most=most))
    return value


def _time(value: object, field: str) -> int:
    if value is None:
        return _GO_ZERO_TIME_NS
    if not isinstance(value, str):
        raise ValueError(say('"{field}" is no time', field=field))
    return parse_rfc3339(value)


def _ids(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise ValueError(say('"content" is no list'))
    return tuple([parse_id(text) for text in value])


def _link_target(get: Callable[[str], Any]) -> bytes:
    raw = get("linktarget_raw")
    if raw is not None:
        return _unbase64(raw, "linktarget_raw")
    return _text(get("linktarget"), "linktarget").encode()


def _unbase64(value: object, field: str) -> bytes:
    try:
        return base64.b64decode(_text(value, field), validate=True)
    except binascii.Error as error:
        raise ValueError(say('"{field}" is no base64', field=field)) from error


def _xattrs(value: object) -> tuple[tuple[str, bytes], ...]:
    if not isinstance(value, list) or not all(isinstance(pair, dict) for pair in value):
        raise ValueError(say('"extended_attributes" is no list of objects'))
    return tuple([(_text(pair.get("name"), "name"), _unbase64(pair.get("value"), "value")) for pair in value])


def _generic_attributes(value: object) -> bytes:
    """restic's field again as Go writes it: keys sorted, values as they came, HTML escaped."""
    if not value:
        return b""
    if not isinstance(value, dict):
        raise ValueError(say('"generic_attributes" is no object'))
    return go_json(dict(sorted(value.items()))).encode()


def split_tree(plain: bytes) -> list[tuple[Node, bytes]]:
    """The nodes of a tree, each with its JSON as it stands in ``plain``; errors as decode_tree.

    For writing an unchanged node again byte for byte. In a tree that is laid out otherwise than
    restic's, each node's JSON is its canonical one instead.
    """
    nodes = decode_tree(plain)
    try:
        texts = list(_node_texts(plain.decode()))
    except ValueError:
        texts = [encode_node(node) for node in nodes]
    return [(node, text.encode()) for node, text in zip(nodes, texts, strict=True)]


def _node_texts(text: str) -> Iterator[str]:
    """The text of each node of a tree. ValueError where it is laid out otherwise than restic does."""
    if not text.startswith(_TREE_START):
        raise ValueError(say('it does not begin with "nodes"'))
    at = len(_TREE_START)
    more = not text.startswith("]", at)
    while more:
        _, end = _DECODER.raw_decode(text, at)
        yield text[at:end]
        more = text.startswith(",", end)
        at = end + more
    if text[at:].strip() != "]}":
        raise ValueError(say("its nodes do not end as restic's do"))
