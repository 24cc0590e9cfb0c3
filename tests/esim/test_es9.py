"""Operators' servers over real TLS: whom to believe, and how much may come."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.errors import (
    DamagedError,
    LimitError,
    NotFoundError,
    ServerError,
    ServerUnavailableError,
    UsageError,
)
from notou.esim.es9 import MOST_REPLY_BYTES, HttpsServers, Trust, split_address
from notou.esim.roots import KNOWN_ROOTS, Root, add_root, kept_roots, read_roots, remove_root, shipped_roots
from notou.esim.sgp22.authentication import server_oids
from tests.support.rsp.certificates import EXPIRED, World, make_world, with_odd_names
from tests.support.smdp.server import DpSite, serving_dp

FIELDS = {"transactionId": "00"}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def dp(world: World) -> Iterator[DpSite]:
    with serving_dp(world) as site:
        yield site


def call(address: str, *roots: Root, clock: Callable[[], float] = time.monotonic) -> object:
    with HttpsServers(Trust(roots), clock) as servers:
        return servers.post(address, "cancelSession", FIELDS)


def test_a_server_under_a_root_that_was_added_is_believed(world: World, dp: DpSite) -> None:
    assert "header" in str(call(dp.address, Root(world.ci.certificate)))


def test_a_root_that_is_missing_is_named_and_nothing_is_sent(dp: DpSite) -> None:
    other = Root(make_world().ci.certificate)
    for roots in ((), (other,)):
        with pytest.raises(ServerError, match=r"Notou Test CI.*notou esim chip roots add"):
            call(dp.address, *roots)
    assert dp.site.asked == []


def test_a_certificate_for_another_name_or_another_time_is_refused(world: World) -> None:
    root = Root(world.ci.certificate)
    elsewhere = make_world(hosts=("dp.example.com",))
    with serving_dp(elsewhere) as dp, pytest.raises(ServerError, match="another server's"):
        call(dp.address, Root(elsewhere.ci.certificate))
    expired = make_world(tls_until=EXPIRED)
    with serving_dp(expired) as dp, pytest.raises(ServerError, match="not valid today"):
        call(dp.address, Root(expired.ci.certificate))
    with pytest.raises(ServerUnavailableError):
        call("localhost:1", root)


def test_a_certificate_with_odd_names_in_it_is_told_of_as_any_other(world: World) -> None:
    odd = with_odd_names(world.ci)
    with serving_dp(world, tls=odd) as dp, pytest.raises(ServerError, match="Notou Test CI"):
        call(dp.address)
    with pytest.raises(DamagedError):
        server_oids(odd.der)


@pytest.mark.parametrize(
    ("status", "error"), [(302, ServerError), (404, ServerError), (503, ServerUnavailableError)]
)
def test_statuses_are_told_apart_and_no_redirect_is_followed(
    world: World, dp: DpSite, status: int, error: type[ServerError]
) -> None:
    dp.site.faults.http_status = status
    with pytest.raises(ServerError) as raised:
        call(dp.address, Root(world.ci.certificate))
    assert type(raised.value) is error
    assert len(dp.site.asked) == 1


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b'"text"', b"[" * 5000])
def test_what_is_no_object_is_refused(world: World, dp: DpSite, body: bytes) -> None:
    dp.site.faults.replace = lambda _, __: body
    with pytest.raises(DamagedError):
        call(dp.address, Root(world.ci.certificate))


def test_more_than_any_profile_needs_is_not_read(world: World, dp: DpSite) -> None:
    dp.site.faults.replace = lambda _, __: b" " * (MOST_REPLY_BYTES + 1)
    with pytest.raises(LimitError):
        call(dp.address, Root(world.ci.certificate))


def test_a_reply_that_drags_on_is_given_up(world: World, dp: DpSite) -> None:
    ticks = itertools.count(0, 1000)
    with pytest.raises(ServerUnavailableError, match="too long"):
        call(dp.address, Root(world.ci.certificate), clock=lambda: float(next(ticks)))


def test_a_reply_that_never_comes_to_its_end_is_given_up_whatever_comes_meanwhile(
    world: World, dp: DpSite
) -> None:
    dp.site.faults.hints = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    ticks = itertools.count()
    with pytest.raises(ServerUnavailableError, match="too long"):
        call(dp.address, Root(world.ci.certificate), clock=lambda: float(next(ticks)))


@given(st.text(max_size=80))
def test_an_address_is_a_host_and_a_port_or_an_error(text: str) -> None:
    try:
        host, port = split_address(text)
    except ServerError:
        return
    assert set(host) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
    assert 0 < port < 65536


@pytest.mark.parametrize(
    "bad", ["", "a/b", "a@b", "-a.b", "a..b", "a:0", "a:65536", "[::1]", "a b", "x" * 300]
)
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(ServerError):
        split_address(bad)


def test_the_roots_that_come_with_notou_are_the_gsmas_own() -> None:
    shipped = shipped_roots()
    assert {root.key_id for root in shipped} == set(KNOWN_ROOTS)
    for root in shipped:
        root.certificate.verify_directly_issued_by(root.certificate)
        assert root.valid_until.year > 2050
        assert not root.is_for_tests


def test_roots_are_kept_once_listed_and_forgotten(world: World, tmp_path: Path) -> None:
    file = tmp_path / "ci.pem"
    file.write_bytes(world.ci.pem)
    (root,) = read_roots(str(file))
    folder = os.fsencode(tmp_path / "roots")
    assert kept_roots(folder) == ()
    for _ in range(2):
        add_root(folder, root)
    assert [each.der for each in kept_roots(folder)] == [world.ci.der]
    with pytest.raises(NotFoundError):
        remove_root(folder, "zz")
    assert remove_root(folder, root.key_id[:8]).key_id == world.ci.key_id.hex()
    assert kept_roots(folder) == ()


def test_a_file_that_holds_no_root_is_refused(world: World, tmp_path: Path) -> None:
    later = world.ci.der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)  # X.509 version 8
    files = {"leaf": world.dp_tls.pem, "text": b"hello", "eum": world.eum.der, "later": later}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UsageError):
            read_roots(str(tmp_path / name))
    with pytest.raises(UsageError, match="cannot be read"):
        read_roots(str(tmp_path / "none"))
