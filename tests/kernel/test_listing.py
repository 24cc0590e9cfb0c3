"""A folder is listed node by node: merged, in order, and a hostile tree at no more than its size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.errors import DamagedError
from notou.kernel import reference
from notou.kernel.treejson import encode_tree
from notou.model import Node
from tests.kernel.conftest import native_kernel

if TYPE_CHECKING:
    from types import ModuleType

ID = "ab" * 32


def folder(name: str, subtree: Any = ID) -> str:
    return json.dumps({"name": name, "type": "dir", "subtree": subtree})


def file(name: str, **fields: Any) -> str:
    return json.dumps({"name": name, "type": "file", **fields})


def tree(*nodes: str) -> bytes:
    return ('{"nodes":[' + ",".join(nodes) + "]}\n").encode()


def entries(listing: Any, most: int = 1000, which: str = "all") -> list[Any]:
    found, at = [], 0
    while at < len(listing):
        at, window = listing.window(at, most, 1 << 20, which)
        found += window
    return found


def test_every_node_comes_in_order_with_its_own_bytes(kernel: ModuleType) -> None:
    listing = kernel.Listing([(7, tree(file("a", size=1), folder("b"), file("c\\xff")))])
    assert entries(listing) == [
        (b"a", 7, file("a", size=1).encode(), None),
        (b"b", 7, folder("b").encode(), [(7, bytes.fromhex(ID))]),
        (b"c\xff", 7, file("c\\xff").encode(), None),
    ]
    assert entries(listing, 1) == entries(listing)


def test_files_and_folders_can_be_asked_for_apart(kernel: ModuleType) -> None:
    listing = kernel.Listing([(0, tree(file("a"), folder("b"), file("c"), folder("d")))])
    for most in (1, 10):
        assert [each[0] for each in entries(listing, most, "folders")] == [b"b", b"d"]
        assert [each[0] for each in entries(listing, most, "others")] == [b"a", b"c"]


def test_a_window_ends_with_the_node_that_fills_it(kernel: ModuleType) -> None:
    listing = kernel.Listing([(0, tree(*[file(f"{number:03}") for number in range(100)]))])
    at, window = listing.window(0, 100, 3 * len(file("000")) - 1, "all")
    assert (at, len(window)) == (3, 3)
    assert listing.window(98, 100, 1 << 20, "all") == (100, entries(listing)[98:])


def test_the_first_tree_wins_a_name_and_a_folder_keeps_every_trees_subtree(kernel: ModuleType) -> None:
    other = "cd" * 32
    first = tree(folder("both"), file("turned"), file("x", size=1))
    second = tree(file("alone"), folder("both", other), folder("turned"), file("x", size=2))
    listing = kernel.Listing([(4, first), (9, second)])
    assert entries(listing, 1) == [
        (b"alone", 9, file("alone").encode(), None),
        (b"both", 4, folder("both").encode(), [(4, bytes.fromhex(ID)), (9, bytes.fromhex(other))]),
        (b"turned", 4, file("turned").encode(), None),
        (b"x", 4, file("x", size=1).encode(), None),
    ]
    assert [listing.find(name) for name in (b"both", b"x")] == [entries(listing)[1], entries(listing)[3]]
    assert [listing.find(name) for name in (b"", b"b", b"y")] == [None, None, None]


@pytest.mark.parametrize("subtree", [None, 7, "ab", "zz" * 32, [ID]])
def test_a_folder_without_a_tree_is_listed_and_says_so(kernel: ModuleType, subtree: Any) -> None:
    listing = kernel.Listing([(0, tree(folder("a", subtree), file("b")))])
    assert [each[3] for each in entries(listing)] == [[(0, b"")], None]


def test_null_and_nothing_are_empty_folders(kernel: ModuleType) -> None:
    for plain in (b'{"nodes":null}', b'{"nodes":[]}', b' { "nodes" : [ ] } \n'):
        assert len(kernel.Listing([(0, plain)])) == 0


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"[]",
        b'{"nodes":{}}',
        b'{"nodes":[7]}',
        b'{"nodes":[{"name":"a","type":"file"}',
        tree('{"type":"file"}'),
        tree('{"name":"a"}'),
        tree('{"name":"a","type":7}'),
        tree('{"name":"a","type":"file","type":"dir"}'),
        tree('{"name":"a","name":"b","type":"file"}'),
        tree('{"name":"a","type":"file","x":01}'),
        tree('{"name":"a","type":"file","x":NaN}'),
        tree('{"name":"a","type":"file","x":[1,]}'),
        tree('{"name":"a","type":"file","x":"\x01"}'),
        tree(file("\\q")),
        *[tree(file(name)) for name in ("", ".", "..", "a/b", "a\\x00", "\\x2fetc")],
        tree(file("b"), file("a")),
        tree(file("a"), file("a")),
        tree(file("a")) + b"x",
        tree(file("a") + file("b")),
        b'{"nodes":[{"name":"\xff","type":"file"}]}',
    ],
)
def test_what_is_no_tree_or_could_lead_out_of_its_folder_is_damage(kernel: ModuleType, plain: bytes) -> None:
    with pytest.raises(DamagedError):
        kernel.Listing([(0, tree()), (1, plain)])


@pytest.mark.parametrize(
    "field",
    [
        '"x":[' + ",".join(["[]"] * 100_000) + "]",
        '"x":' + "[" * 100 + "]" * 100,
        '"user":"' + "x" * (2 << 20) + '\U0001f600"',
        '"user":"' + "\\n" * (1 << 20) + '"',
    ],
    ids=["crowd", "nest", "wide", "escapes"],
)
def test_a_node_that_would_parse_to_many_times_its_size_is_damage(kernel: ModuleType, field: str) -> None:
    with pytest.raises(DamagedError, match="larger than any file"):
        kernel.Listing([(0, tree('{"name":"a","type":"file",' + field + "}"))])


def test_the_node_of_a_film_of_many_pieces_with_a_long_attribute_is_listed(kernel: ModuleType) -> None:
    attributes = [{"name": "com.apple.ResourceFork", "value": "QUJD" * (1 << 20)}]
    node = file("фильм", content=[ID] * 100_000, extended_attributes=attributes)
    assert entries(kernel.Listing([(0, tree(node))]))[0][2] == node.encode()


@given(st.lists(st.sampled_from(["file", "dir", "socket", "dür"]), max_size=6), st.data())
def test_both_kernels_list_the_same(kinds: list[str], data: st.DataObject) -> None:
    names = st.lists(st.binary(min_size=1, max_size=3), unique=True, max_size=6)
    plains = []
    for number in range(data.draw(st.integers(1, 3))):
        chosen = sorted(set(data.draw(names)) - {b".", b".."})
        nodes = [Node(name, kind) for name, kind in zip(chosen, kinds * 6, strict=False)]
        sound = [node for node in nodes if b"/" not in node.name and b"\0" not in node.name]
        plains.append((number, encode_tree(sound)))
    one, other = native_kernel().Listing(plains), reference.Listing(plains)
    for which in ("all", "folders", "others"):
        assert entries(one, 2, which) == entries(other, 2, which)
    assert len(one) == len(other)
