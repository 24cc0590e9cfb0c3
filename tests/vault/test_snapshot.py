"""Snapshots are written as Go writes them and read however restic or rustic wrote them."""

from __future__ import annotations

import pytest

from notou.errors import DamagedError
from notou.kernel.gotext import rfc3339
from notou.model import Lane
from notou.vault.fields import time
from notou.vault.snapshot import Snapshot, decode_snapshot, encode_snapshot, lane_tags

FULL = Snapshot(
    time_ns=1_700_000_000_123_456_780,
    parent=b"\x01" * 32,
    tree=b"\x02" * 32,
    paths=("/home/<é>",),
    hostname="h&m",
    username="u",
    uid=1000,
    gid=100,
    excludes=("*.tmp",),
    tags=("notou:photos",),
    original=b"\x03" * 32,
    program_version="notou 0.1",
    summary={"files_new": 3},
)


def test_the_json_is_the_one_go_writes() -> None:
    assert encode_snapshot(FULL).decode() == (
        '{"time":"2023-11-14T22:13:20.12345678Z","parent":"' + "01" * 32 + '","tree":"' + "02" * 32 + '",'
        '"paths":["/home/\\u003cé\\u003e"],"hostname":"h\\u0026m","username":"u","uid":1000,"gid":100,'
        '"excludes":["*.tmp"],"tags":["notou:photos"],"original":"' + "03" * 32 + '",'
        '"program_version":"notou 0.1","summary":{"files_new":3}}'
    )


def test_what_go_leaves_out_when_empty_is_left_out() -> None:
    bare = encode_snapshot(Snapshot(0, bytes(32), ("/",)))
    assert bare == b'{"time":"1970-01-01T00:00:00Z","tree":"' + b"00" * 32 + b'","paths":["/"]}'


def test_a_snapshot_comes_back_whole() -> None:
    decoded = decode_snapshot(encode_snapshot(FULL), "ab" * 32)
    assert decoded.id == "ab" * 32
    assert encode_snapshot(decoded) == encode_snapshot(FULL)


def test_a_path_that_is_no_utf8_can_be_sealed() -> None:
    assert b'"paths":["/\\ufffd"]' in encode_snapshot(Snapshot(0, bytes(32), ("/\udcff",)))


def test_lane_and_partial_are_read_from_the_tags() -> None:
    partial = Snapshot(0, bytes(32), (), tags=lane_tags(Lane.VIDEOS, partial=True))
    assert (partial.lane, partial.partial) == (Lane.VIDEOS, True)
    foreign = Snapshot(0, bytes(32), (), tags=("notou:nothing", "photos"))
    assert (foreign.lane, foreign.partial) == (None, False)


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("2026-11-24T06:00:00.5+11:00", 1795460400_500_000_000),
        ("2026-11-23T16:00:00-03:00", 1795460400_000_000_000),
        ("0001-01-01T00:00:00Z", -62135596800_000_000_000),
        ("9999-12-31T23:59:59Z", 253402300799_000_000_000),
    ],
)
def test_times_keep_their_nanoseconds_from_any_zone(text: str, time_ns: int) -> None:
    assert time({"time": text}, "time") == time_ns
    assert time({"time": rfc3339(time_ns)}, "time") == time_ns


@pytest.mark.parametrize("text", ["", "2026-11-24", "2026-13-01T00:00:00Z", "2026-11-24T06:00:00", "٢"])
def test_what_is_no_time_is_damage(text: str) -> None:
    with pytest.raises(DamagedError):
        time({"time": text}, "time")


@pytest.mark.parametrize(
    "plain",
    [
        b"", b"[]", b"{}", b'{"tree":5}', b'{"tree":"00"}',
        b'{"time":"x","tree":"' + b"00" * 32 + b'"}',
        *(
            b'{"time":"1970-01-01T00:00:00Z","tree":"' + b"00" * 32 + b'",' + field + b"}"
            for field in (b'"paths":[1]', b'"uid":-1', b'"uid":1e9', b'"tags":"x"', b'"summary":[]')
        ),
    ],
)  # fmt: skip
def test_a_snapshot_of_another_shape_is_damage(plain: bytes) -> None:
    with pytest.raises(DamagedError):
        decode_snapshot(plain, "ab" * 32)
