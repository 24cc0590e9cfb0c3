"""The SM-DP+ double refuses chips that are not what they say, and its lines break where a test wants it."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import Chip, chip_of
from tests.support.euicc.isdr import AID
from tests.support.euicc.terminal import Terminal
from tests.support.plain_lpa import PATH, PlainLpa, ServerRefusedError
from tests.support.rsp.certificates import (
    DP_OID,
    EXPIRED,
    TEST_EID,
    Identity,
    Role,
    World,
    make_world,
    tls_server,
)
from tests.support.rsp.der import read, tlv
from tests.support.smdp.authentication import encoded
from tests.support.smdp.orders import Order, State
from tests.support.smdp.server import DpSite, Faults, serving_dp

CODE = "NOTOU-1"
ELSEWHERE_EID = "89999999990000000000001492667803"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def server(world: World) -> Iterator[DpSite]:
    with serving_dp(world) as site:
        site.dp.orders.append(Order(CODE))
        yield site


@contextmanager
def lpa_of(chip: Chip, world: World, server: DpSite) -> Iterator[PlainLpa]:
    with EuiccCard(chip).application(AID) as channel:
        yield PlainLpa(Terminal(channel), world.ci.pem.decode(), server.address)


def refusal(chip: Chip, world: World, server: DpSite) -> str:
    with lpa_of(chip, world, server) as lpa, pytest.raises(ServerRefusedError) as refused:
        lpa.download(CODE)
    return str(refused.value)


def test_a_chip_of_another_ci_is_refused_before_and_after_it_shows_itself(
    world: World, server: DpSite
) -> None:
    foreign = chip_of(make_world())
    assert refusal(foreign, world, server) == "8.8.2 3.1"
    foreign.roots = (world.ci.certificate,)
    assert refusal(foreign, world, server) == "8.1.2 6.1"


def test_a_chip_with_an_expired_certificate_is_refused(world: World, server: DpSite) -> None:
    chip = chip_of(world)
    chip.identity = world.euicc(until=EXPIRED)
    assert refusal(chip, world, server) == "8.1.3 6.3"


def test_a_chip_that_its_maker_may_not_sign_is_refused(world: World, server: DpSite) -> None:
    assert refusal(chip_of(world, ELSEWHERE_EID), world, server) == "8.1.3 6.1"


def test_a_chip_without_its_key_is_refused(world: World, server: DpSite) -> None:
    chip = chip_of(world)
    chip.identity = Identity(chip.identity.certificate, ec.generate_private_key(ec.SECP256R1()))
    assert refusal(chip, world, server) == "8.1 6.1"


def test_another_address_an_unknown_session_and_nonsense_are_refused(world: World, server: DpSite) -> None:
    with lpa_of(chip_of(world), world, server) as lpa:
        info1 = encoded(lpa.terminal.send(tlv(0xBF20)))
        asked = {"smdpAddress": "dp.example", "euiccChallenge": encoded(bytes(16)), "euiccInfo1": info1}
        for function, body, code in (
            ("initiateAuthentication", asked, "8.8.1 3.8"),
            ("getBoundProfilePackage", {"transactionId": "00"}, "8.10.1 3.9"),
            ("initiateAuthentication", asked | {"euiccInfo1": "AAAA"}, "8.8 2.1"),
        ):
            with pytest.raises(ServerRefusedError) as refused:
                lpa.post(function, body)
            assert str(refused.value) == code


def test_a_notification_that_is_forged_changes_nothing(world: World, server: DpSite) -> None:
    with lpa_of(chip_of(world), world, server) as lpa:
        result = lpa.download(CODE)
        data, signature = result.children()
        forged = tlv(0xBF37, data.raw, tlv(0x5F37, signature.value[::-1]))
        lpa.post("handleNotification", {"pendingNotification": encoded(forged)})
        assert (server.dp.refused_notifications, server.dp.orders[0].state) == (1, State.DOWNLOADED)
        lpa.post("handleNotification", {"pendingNotification": encoded(read(result.raw).raw)})
        assert (server.dp.refused_notifications, server.dp.orders[0].state) == (1, State.INSTALLED)


def download_and_tell(lpa: PlainLpa) -> None:
    lpa.download(CODE)
    lpa.send_notifications()


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_line_cut_at_any_request_can_be_tried_again(
    world: World, server: DpSite, when: str, number: int
) -> None:
    before = when == "before"
    server.site.faults = Faults(cut_before=number) if before else Faults(cut_after=number)
    chip = chip_of(world)
    with lpa_of(chip, world, server) as lpa:
        with pytest.raises((http.client.HTTPException, OSError)):
            download_and_tell(lpa)
        if not chip.memory.profiles:
            lpa.download(CODE)
        lpa.send_notifications()
    assert (len(chip.memory.profiles), server.dp.orders[0].state) == (1, State.INSTALLED)


def test_an_answer_can_be_another_status_or_other_bytes(world: World, server: DpSite) -> None:
    with lpa_of(chip_of(world), world, server) as lpa:
        server.site.faults = Faults(replace=lambda function, body: b"<html>")
        with pytest.raises(json.JSONDecodeError):
            lpa.authenticate(CODE)
        server.site.faults = Faults(http_status=503)
        assert status_of(world, server, lpa_headers()) == 503


def test_a_request_without_its_headers_is_refused(world: World, server: DpSite) -> None:
    assert status_of(world, server, lpa_headers()) == 200
    for missing in lpa_headers():
        left = {name: value for name, value in lpa_headers().items() if name != missing}
        assert status_of(world, server, left) == 400


def test_a_function_that_the_server_does_not_have_is_not_found(world: World, server: DpSite) -> None:
    assert status_of(world, server, lpa_headers(), "getEverything") == 404


def lpa_headers() -> dict[str, str]:
    return {
        "User-Agent": "gsma-rsp-lpad",
        "X-Admin-Protocol": "gsma/rsp/v2.2.0",
        "Content-Type": "application/json",
    }


def status_of(world: World, server: DpSite, headers: dict[str, str], function: str = "cancelSession") -> int:
    host, port = server.address.split(":")
    context = ssl.create_default_context(cadata=world.ci.pem.decode())
    connection = http.client.HTTPSConnection(host, int(port), timeout=30, context=context)
    try:
        connection.request("POST", PATH + function, "{}", headers)
        return connection.getresponse().status
    finally:
        connection.close()


def tls_identity(world: World, flaw: str) -> Identity:
    hosts = ["elsewhere.example"] if flaw == "hostname" else ["localhost"]
    issuer = make_world().ci if flaw == "issuer" else world.ci
    if flaw == "expired":
        return tls_server(issuer, Role.DP_TLS, DP_OID, hosts, EXPIRED)
    return tls_server(issuer, Role.DP_TLS, DP_OID, hosts)


@pytest.mark.parametrize("flaw", ["issuer", "expired", "hostname"])
def test_a_client_that_checks_refuses_a_flawed_certificate(world: World, flaw: str) -> None:
    with (
        serving_dp(world, tls=tls_identity(world, flaw)) as site,
        lpa_of(chip_of(world, TEST_EID), world, site) as lpa,
        pytest.raises(ssl.SSLCertVerificationError, match=r"signature|issuer|expired|Hostname"),
    ):
        lpa.authenticate(CODE)
