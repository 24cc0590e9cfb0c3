"""Listing: the entries of a folder, of one tree or of several lanes' trees merged, node by node.

What may not enter: the fields of nodes (kernel.treejson).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, NoReturn, final

from notou.errors import DamagedError
from notou.kernel.gotext import unquote
from notou.kernel.treejson import parse_id
from notou.model import NodeKind
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Iterator

FREE_BYTES = 64 << 10
MOST_VALUES = 32 << 10
ID_BYTES = 64
MOST_TEXT_BYTES = 1 << 20
MOST_DEPTH = 64

Entry = tuple[bytes, int, bytes, list[tuple[int, bytes]] | None]
"""(raw name, number of the tree, JSON of the node, (number, subtree) of each tree that has a folder here)."""

_SPACE = re.compile(rb"[ \t\n\r]*")
_MARK = re.compile(rb'["\[\]{},]')
_TEXT_MARK = re.compile(rb'["\\]')
_LEADING_OUT = (b"", b".", b"..")


class Row(NamedTuple):
    """One node of the tree that is number ``tree`` of those given, and where its JSON stands."""

    name: bytes
    tree: int
    start: int
    end: int
    folder: bool


_name_of = attrgetter("name")


@final
class Listing:
    """Rows grouped by name."""

    def __init__(self, trees: list[tuple[int, bytes]]) -> None:
        """As _native.pyi says, where the other methods are documented as well."""
        self._trees = trees
        rows = [row for tree, (_, plain) in enumerate(trees) for row in _rows(tree, plain)]
        rows.sort(key=_name_of)
        self._groups = [list(group) for _, group in groupby(rows, key=_name_of)]
        self._count = len(rows)

    def __len__(self) -> int:
        """Nodes of all trees."""
        return self._count

    def window(self, first: int, most: int, most_bytes: int, which: str) -> tuple[int, list[Entry]]:
        """Some entries by name."""
        entries: list[Entry] = []
        size, at = 0, first
        while at < len(self._groups) and len(entries) < most and size < most_bytes:
            group = self._groups[at]
            at += 1
            if which == "all" or (which == "folders") == group[0].folder:
                entries.append(self._entry(group))
                size += len(entries[-1][2])
        return (at if at < len(self._groups) else self._count), entries

    def find(self, name: bytes) -> Entry | None:
        """The entry of a name."""
        at = bisect_left(self._groups, name, key=lambda group: group[0].name)
        found = at < len(self._groups) and self._groups[at][0].name == name
        return self._entry(self._groups[at]) if found else None

    def _entry(self, group: list[Row]) -> Entry:
        first = group[0]
        subtrees = [(self._trees[row.tree][0], _subtree(self._json(row))) for row in group if row.folder]
        number, _ = self._trees[first.tree]
        return first.name, number, self._json(first), subtrees if first.folder else None

    def _json(self, row: Row) -> bytes:
        return self._trees[row.tree][1][row.start : row.end]


def _rows(tree: int, plain: bytes) -> Iterator[Row]:
    """Every node of a tree, checked."""
    last = b""
    try:
        for start, end in _nodes(plain):
            name, kind = _head(plain[start:end])
            if name <= last or name in _LEADING_OUT or b"/" in name or b"\0" in name:
                raise ValueError(say("a name in it is no file's, or its names do not ascend"))
            last = name
            yield Row(name, tree, start, end, kind == NodeKind.DIR)
    except ValueError as error:
        raise DamagedError(say("A tree of the vault does not parse: {error}.", error=str(error))) from error


def _head(node: bytes) -> tuple[bytes, str]:
    """(name, type) of a node, after looking at what all of it costs."""
    if not _is_affordable(node):
        raise ValueError(say("an entry of it is larger than any file's is"))
    fields = _DECODER.decode(node.decode())
    (name,) = [value for key, value in fields if key == "name"]  # of two, nobody knows which is meant
    (kind,) = [value for key, value in fields if key == "type"]
    if not isinstance(name, str) or not isinstance(kind, str):
        raise ValueError(say("a node has no name or type"))
    return unquote(name), kind


def _no_number(text: str) -> NoReturn:
    raise ValueError(say("{text} is no JSON", text=text))


def _any_number(text: str) -> int:
    return 0  # int() would refuse one of thousands of digits, which are JSON all the same


_DECODER = json.JSONDecoder(
    object_pairs_hook=list, parse_int=_any_number, parse_float=_any_number, parse_constant=_no_number
)


def _nodes(plain: bytes) -> Iterator[tuple[int, int]]:
    """Where each node of a tree starts and ends."""
    at = 0
    for token in (b"{", b'"nodes"', b":"):
        at = _expect(plain, at, token)
    if plain.startswith(b"null", _skip_space(plain, at)):  # Go reads null as an empty list
        at = _expect(plain, at, b"null")
    else:
        at = _expect(plain, at, b"[")
        if not plain.startswith(b"]", _skip_space(plain, at)):
            while True:
                start = _skip_space(plain, at)
                end = _node_end(plain, start)
                yield start, end
                at = _skip_space(plain, end)
                if not plain.startswith(b",", at):
                    break
                at += 1
        at = _expect(plain, at, b"]")
    if _skip_space(plain, _expect(plain, at, b"}")) < len(plain):
        raise ValueError(say("something follows it"))


def _skip_space(plain: bytes, at: int) -> int:
    found = _SPACE.match(plain, at)
    return found.end() if found else at


def _expect(plain: bytes, at: int, token: bytes) -> int:
    at = _skip_space(plain, at)
    if not plain.startswith(token, at):
        raise ValueError(say("no {token} at byte {at}", token=token.decode(), at=at))
    return at + len(token)


def _node_end(plain: bytes, at: int) -> int:
    if not plain.startswith(b"{", at):
        raise ValueError(say("a node is no JSON object"))
    depth = 0
    for mark, _, after in _marks(plain, at):
        depth += (mark in b"[{") - (mark in b"]}")
        if not depth:
            return after
    raise ValueError(say("it ends early"))


def _marks(plain: bytes, at: int) -> Iterator[tuple[bytes, int, int]]:
    """(byte, where it stands, where what it begins ends) of everything that gives JSON its shape; a text is
    one."""
    while (found := _MARK.search(plain, at)) is not None:
        at = _text_end(plain, found.end()) if found[0] == b'"' else found.end()
        yield found[0], found.start(), at


def _text_end(plain: bytes, at: int) -> int:
    """After the closing quote of the text whose inside starts at ``at``."""
    while (found := _TEXT_MARK.search(plain, at)) is not None:
        if found[0] == b'"':
            return found.end()
        at = found.end() + 1
    raise ValueError(say("a text does not end"))


def _is_affordable(node: bytes) -> bool:
    """Whether a node parses to a small multiple of its length; see native/src/treejson/cost.rs."""
    if len(node) <= FREE_BYTES and node.count(b"[") + node.count(b"{") <= MOST_DEPTH:
        return True
    values = text_bytes = depth = deepest = 0
    for mark, start, end in _marks(node, 0):
        values += mark in b",[{"
        depth += (mark in b"[{") - (mark in b"]}")
        deepest = max(deepest, depth)
        if mark == b'"' and not _is_plain(node[start + 1 : end - 1]):
            text_bytes += end - start - 2
    cheap = values <= MOST_VALUES + len(node) // ID_BYTES and text_bytes <= MOST_TEXT_BYTES
    return deepest <= MOST_DEPTH and (cheap or len(node) <= FREE_BYTES)


def _is_plain(text: bytes) -> bool:
    return text.isascii() and b"\\" not in text


def _subtree(node: bytes) -> bytes:
    """The id of a folder's tree; b"" when the node has none."""
    try:
        (subtree,) = [value for key, value in _DECODER.decode(node.decode()) if key == "subtree"]
        return parse_id(subtree)
    except ValueError:
        return b""
