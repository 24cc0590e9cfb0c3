"""Trees decode and encode to the bytes that restic itself writes; hostile trees are refused."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notou.errors import DamagedError, UsageError
from notou.kernel.gotext import NS_PER_S, go_json, parse_rfc3339, quote, rfc3339, unquote
from notou.kernel.treejson import (
    decode_tree,
    encode_node,
    encode_tree,
    go_mode,
    join_nodes,
    split_tree,
    unix_mode,
)
from notou.model import Node, NodeKind
from tests.kernel.work import trees_of
from tests.support.odd_tree import make_odd_tree, make_socket
from tests.support.restic import Restic

if TYPE_CHECKING:
    from pathlib import Path

ODD_NAMES = [
    "zero width\u200b\ufeff".encode(),
    "private \ue000 and beyond \U000e0001\U0010ffff".encode(),
    "unicode 15 \U00031350, unicode 16 \U0001fae9".encode(),
    "replacement \ufffd".encode(),
    "noncharacter \ufdd0\ufffe".encode(),
    b"surrogate \xed\xa0\x80",
    b"cut short \xe2\x82A",
    b"bell \x07\x08\x0b\x0c\x01\x7f",
    b"apostrophe '",
]


@pytest.fixture(scope="module")
def restic_trees(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Every tree that stock restic makes of a folder of odd names and of every kind of node."""
    base = tmp_path_factory.mktemp("theirs")
    source = base / "source"
    make_odd_tree(source)
    make_socket(str(source / "socket"))
    for number, name in enumerate(ODD_NAMES):
        path = os.fsencode(source) + b"/" + name
        with open(path, "wb"):
            pass
        os.utime(path, ns=(number, -number))
    os.symlink(b"a\xff<&>\xe2\x80\xa8\x07", os.fsencode(source) + b"/link \xff")
    restic = Restic(base / "vault", "geheim")
    restic.run("init")
    restic.run("backup", ".", cwd=source)
    trees = trees_of(base / "vault", "geheim")
    assert len(trees) > 40
    # the reader of these tests is Notou's own, so restic says for one that it is what it stored
    lines = restic.run("list", "blobs").stdout.splitlines()
    [tree_id] = [line.split()[1] for line in lines if "tree" in line][:1]
    assert restic.output("cat", "blob", tree_id) in trees
    return trees


def test_restics_trees_encode_to_the_same_bytes(restic_trees: list[bytes]) -> None:
    for plain in restic_trees:
        assert encode_tree(decode_tree(plain)) == plain


def test_nodes_are_split_from_a_tree_byte_for_byte(restic_trees: list[bytes]) -> None:
    for plain in restic_trees:
        pairs = split_tree(plain)
        assert [node for node, _ in pairs] == decode_tree(plain)
        assert join_nodes(raw for _, raw in pairs) == plain


def test_the_names_of_the_folder_come_out_of_restics_trees(restic_trees: list[bytes]) -> None:
    names = {node.name for plain in restic_trees for node in decode_tree(plain)}
    assert names >= set(ODD_NAMES)
    targets = {node.link_target for plain in restic_trees for node in decode_tree(plain)}
    assert b"a\xff<&>\xe2\x80\xa8\x07" in targets


def test_a_tree_written_in_another_time_zone_is_the_same_moment(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_bytes(b"x")
    os.utime(source / "file", ns=(0, 1_700_000_000_000_000_001))
    restic = Restic(tmp_path / "vault", "geheim", env={"TZ": "Pacific/Noumea"})
    restic.run("init")
    restic.run("backup", ".", cwd=source)
    [plain] = trees_of(tmp_path / "vault", "geheim")
    [node] = decode_tree(plain)
    assert node.mtime_ns == 1_700_000_000_000_000_001
    if b"+11:00" in plain:  # where the machine knows that zone
        assert split_tree(plain)[0][1] in plain
    assert b"Z" in encode_node(node).encode()


def test_generic_attributes_are_kept_as_restic_on_windows_writes_them() -> None:
    plain = (
        b'{"nodes":[{"name":"a","type":"file","mode":438,"mtime":"2024-01-02T03:04:05.6Z",'
        b'"atime":"2024-01-02T03:04:05.6Z","ctime":"0001-01-01T00:00:00Z","uid":0,"gid":0,"generic_attributes":'
        b'{"windows.creation_time":{"LowDateTime":4,"HighDateTime":31},"windows.file_attributes":32,'
        b'"windows.security_descriptor":"AQ\\u003c="},"content":[]}]}\n'
    )
    assert encode_tree(decode_tree(plain)) == plain


# ---------------------------------------------------------------- any node


ids = st.binary(min_size=32, max_size=32)
names = st.binary(min_size=1, max_size=20).filter(
    lambda name: name not in (b".", b"..") and b"/" not in name and b"\0" not in name
)
texts = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.integers(0, 2**64 - 1)
times = st.integers(rfc_year_0 := -62_167_219_200 * NS_PER_S, 253_402_300_799 * NS_PER_S)
nodes = st.builds(
    Node,
    name=names,
    kind=st.sampled_from([kind.value for kind in NodeKind]),
    mode=st.integers(0, 0o7777),
    mtime_ns=times,
    atime_ns=times,
    ctime_ns=times,
    uid=st.integers(0, 2**32 - 1),
    gid=st.integers(0, 2**32 - 1),
    user=texts,
    group=texts,
    inode=numbers,
    device_id=numbers,
    size=numbers,
    links=numbers,
    link_target=st.binary(max_size=12),
    xattrs=st.lists(st.tuples(texts, st.binary(max_size=8)), max_size=2).map(tuple),
    device=numbers,
    content=st.none() | st.lists(ids, max_size=2).map(tuple),
    subtree=st.none() | ids,
    error=texts,
)


@given(st.lists(nodes, max_size=4, unique_by=lambda node: node.name))
def test_any_nodes_come_back_as_they_were(some: list[Node]) -> None:
    some.sort(key=lambda node: node.name)
    plain = encode_tree(some)
    assert decode_tree(plain) == some
    assert split_tree(plain) == [(node, encode_node(node).encode()) for node in some]
    json.loads(plain)


@given(st.binary(max_size=40))
@example(b"\\x41")
@example("\U0001f54a\u2028".encode())
def test_any_name_survives_quoting(name: bytes) -> None:
    assert unquote(quote(name)) == name


@given(times)
def test_any_time_survives_rfc_3339(time_ns: int) -> None:
    assert parse_rfc3339(rfc3339(time_ns)) == time_ns


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_700_000_000_120_000_000, "2023-11-14T22:13:20.12Z"),
        (rfc_year_0, "0000-01-01T00:00:00Z"),
        (rfc_year_0 - 1, "0000-12-31T23:59:59.999999999Z"),
        (253_402_300_800 * NS_PER_S, "9999-01-01T00:00:00Z"),  # restic's FixTime moves the year alone
        (253_407_398_400 * NS_PER_S, "9999-03-01T00:00:00Z"),  # of 10000-02-29, as Go moves it on
    ],
)
def test_times_are_written_as_go_writes_them(time_ns: int, text: str) -> None:
    assert rfc3339(time_ns) == text


def test_offsets_are_taken_off() -> None:
    assert parse_rfc3339("1970-01-01T11:00:00.5+11:00") == 500_000_000
    assert parse_rfc3339("1969-12-31T20:30:00-03:30") == 0


def test_strings_are_escaped_as_go_escapes_them() -> None:
    assert go_json('<a&b>"\\\n\x01\u2028\x7f') == '"\\u003ca\\u0026b\\u003e\\"\\\\\\n\\u0001\\u2028\x7f"'
    assert go_json(b"\xff".decode("utf-8", "surrogateescape")) == '"\\ufffd"'


@pytest.mark.parametrize("kind", [kind.value for kind in NodeKind])
def test_modes_go_there_and_back(kind: str) -> None:
    for mode in (0, 0o644, 0o4755, 0o2711, 0o1777, 0o7777):
        assert unix_mode(go_mode(kind, mode)) == mode


# ---------------------------------------------------------------- hostile trees


def tree(**changes: Any) -> bytes:
    node = {
        "name": "a",
        "type": "file",
        "mtime": "2024-01-02T03:04:05Z",
        "atime": "2024-01-02T03:04:05Z",
        "ctime": "2024-01-02T03:04:05Z",
        "uid": 0,
        "gid": 0,
        "content": [],
        **changes,
    }
    return json.dumps({"nodes": [node]}).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "."},
        {"name": ".."},
        {"name": "a/b"},
        {"name": "\\x2fetc"},
        {"name": "a\0"},
        {"name": "\\x00"},
        {"name": "\\q"},
        {"name": "\\400"},
        {"name": "\\ud800"},
        {"name": 'a"b'},
        {"name": 7},
        {"name": None},
        {"type": 1},
        {"mode": -1},
        {"mode": 2**32},
        {"mode": 1.5},
        {"mode": True},
        {"uid": 2**32},
        {"size": 2**64},
        {"size": "1"},
        {"mtime": "yesterday"},
        {"mtime": "2024-02-30T00:00:00Z"},
        {"mtime": "2024-01-02T03:04:05"},
        {"mtime": 5},
        {"content": ["00"]},
        {"content": ["zz" * 32]},
        {"content": ["0 " * 32]},
        {"content": [7]},
        {"content": "00" * 32},
        {"subtree": "ab"},
        {"subtree": 5},
        {"linktarget_raw": "!"},
        {"extended_attributes": [7]},
        {"extended_attributes": [{"name": "user.a", "value": "?"}]},
        {"generic_attributes": [1]},
    ],
)
def test_a_hostile_field_is_damage(changes: dict[str, object]) -> None:
    with pytest.raises(DamagedError, match="listing"):
        decode_tree(tree(**changes))
    with pytest.raises(DamagedError):
        split_tree(tree(**changes))


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"[]",
        b"{}",
        b'{"nodes":7}',
        b'{"nodes":[7]}',
        b'{"nodes":[',
        b"\xff",
        b'{"nodes":' + b"[" * 100_000,
    ],
)
def test_what_is_no_tree_is_damage(plain: bytes) -> None:
    with pytest.raises(DamagedError):
        decode_tree(plain)


def test_names_that_repeat_or_do_not_ascend_are_damage() -> None:
    first, second = Node(b"a", "file"), Node(b"b", "file")
    for pair in ([first, first], [second, first]):
        with pytest.raises(DamagedError):
            decode_tree(join_nodes(encode_node(node).encode() for node in pair))
        with pytest.raises(UsageError):
            encode_tree(pair)


def test_an_empty_tree_may_be_null() -> None:
    assert decode_tree(b'{"nodes":null}\n') == decode_tree(b'{"nodes":[]}\n') == []


def test_a_tree_laid_out_otherwise_is_split_into_canonical_nodes() -> None:
    [(node, raw)] = split_tree(tree())
    assert decode_tree(join_nodes([raw])) == [node]
