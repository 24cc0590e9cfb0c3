"""The simulated eUICC and the SM-DP+ double carry out a whole download together, driven by a plain LPA."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import Habits, chip_of
from tests.support.euicc.isdr import AID
from tests.support.euicc.memory import Event, Rule
from tests.support.euicc.metadata import ALL_EVENTS, Offer, swapped
from tests.support.euicc.terminal import Terminal
from tests.support.plain_lpa import PlainLpa, ServerRefusedError
from tests.support.rsp.certificates import TEST_EID, World, make_world
from tests.support.rsp.der import Tlv, integer, tlv
from tests.support.smdp.orders import Order, Reuse, State
from tests.support.smdp.server import DpSite, serving_dp, serving_ds
from tests.support.smdp.smds import EventRecord

CODE = "NOTOU-1"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def server(world: World) -> Iterator[DpSite]:
    with serving_dp(world) as site:
        yield site


@pytest.fixture
def card(world: World) -> EuiccCard:
    return EuiccCard(chip_of(world))


@pytest.fixture
def lpa(card: EuiccCard, world: World, server: DpSite) -> Iterator[PlainLpa]:
    with card.application(AID) as channel:
        yield PlainLpa(Terminal(channel), world.ci.pem.decode(), server.address)


def order(server: DpSite, **fields: object) -> Order:
    offer = Offer(told=[(ALL_EVENTS, server.address)])
    made = Order(**{"matching_id": CODE, "offer": offer} | fields)  # type: ignore[arg-type]
    server.dp.orders.append(made)
    return made


def is_success(result: Tlv) -> bool:
    return result.need(0xBF27).need(0xA2).find(0xA0) is not None


def delete(lpa: PlainLpa) -> None:
    answer = lpa.terminal.ask(tlv(0xBF33, tlv(0x5A, swapped(Offer().iccid))))
    assert answer.need(0x80).number() == 0


@pytest.mark.parametrize("own_keys", [True, False], ids=["profile keys", "session keys"])
def test_a_profile_is_downloaded_whole_and_told_of(
    lpa: PlainLpa, card: EuiccCard, server: DpSite, *, own_keys: bool
) -> None:
    bought = order(server)
    server.dp.own_profile_keys = own_keys
    assert is_success(lpa.download(CODE))
    (profile,) = card.chip.memory.profiles
    assert (profile.iccid, profile.enabled) == (swapped(bought.offer.iccid), False)
    assert bought.state is State.DOWNLOADED
    lpa.send_notifications()
    assert [(told.event, told.failure) for told in server.dp.told] == [(Event.INSTALL, None)] * 2
    assert server.dp.refused_notifications == 0
    assert bought.state is State.INSTALLED  # type: ignore[comparison-overlap]  # the server changed it
    assert card.chip.memory.notifications == []


def test_a_confirmation_code_is_asked_for_and_wrong_ones_are_counted(lpa: PlainLpa, server: DpSite) -> None:
    order(server, confirmation_code="1234", tries_left=2)
    for code, refusal in ((None, ("8.2.7", "2.2")), ("4321", ("8.2.7", "3.8")), ("0000", ("8.2.7", "6.4"))):
        with pytest.raises(ServerRefusedError) as refused:
            lpa.download(CODE, code)
        assert (refused.value.subject, refused.value.reason) == refusal
    with pytest.raises(ServerRefusedError, match=r"8\.8\.5 6\.4"):
        lpa.download(CODE, "1234")


def test_the_right_confirmation_code_opens(lpa: PlainLpa, server: DpSite) -> None:
    order(server, confirmation_code="1234")
    assert is_success(lpa.download(CODE, "1234"))


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"matching_id": "OTHER"}, "8.2.6 3.8"),
        ({"state": State.ALLOCATED}, "8.2 1.2"),
        ({"state": State.EXPIRED}, "8.8.5 4.10"),
        ({"state": State.ERROR}, "8.2.6 3.8"),
        ({"eid": "89000000000000000000000000000000"}, "8.1.1 3.8"),
    ],
)
def test_an_order_that_is_not_for_this_chip_now_is_refused(
    lpa: PlainLpa, server: DpSite, fields: dict[str, object], refusal: str
) -> None:
    order(server, **fields)
    with pytest.raises(ServerRefusedError) as refused:
        lpa.download(CODE)
    assert str(refused.value) == refusal


def test_an_order_that_waits_for_a_chip_needs_no_matching_id(lpa: PlainLpa, server: DpSite) -> None:
    order(server, matching_id="", eid=TEST_EID)
    assert is_success(lpa.download(""))


@pytest.mark.parametrize(
    ("reuse", "after_install", "after_deletion"),
    [(Reuse.NEVER, False, False), (Reuse.AFTER_DELETION, False, True), (Reuse.SAME_CHIP, True, True)],
)
def test_a_code_works_again_as_the_provider_has_it(
    lpa: PlainLpa, server: DpSite, reuse: Reuse, *, after_install: bool, after_deletion: bool
) -> None:
    order(server, reuse=reuse)
    lpa.download(CODE)
    lpa.send_notifications()
    assert _opens(lpa) == after_install
    delete(lpa)
    assert _opens(lpa) == (after_deletion and reuse is Reuse.SAME_CHIP)
    lpa.send_notifications()
    assert _opens(lpa) == after_deletion


def _opens(lpa: PlainLpa) -> bool:
    try:
        agreed = lpa.authenticate(CODE)
    except ServerRefusedError:
        return False
    lpa.cancel(agreed["transactionId"], 1)
    return True


def test_a_cancelled_session_is_over_on_both_sides(lpa: PlainLpa, server: DpSite) -> None:
    bought = order(server)
    agreed = lpa.authenticate(CODE)
    lpa.cancel(agreed["transactionId"], 0)
    assert (server.dp.cancelled, bought.state) == ([0], State.ERROR)
    answer = lpa.terminal.ask(tlv(0xBF41, tlv(0x80, bytes(16)), integer(0, 0x81)))
    assert answer.need(0x81).number() == 5
    with pytest.raises(ServerRefusedError, match=r"8\.10\.1 3\.9"):
        lpa.post("cancelSession", {"transactionId": agreed["transactionId"]})


def test_a_download_cut_after_the_package_was_handed_out_goes_on_with_the_same_key(
    lpa: PlainLpa, card: EuiccCard, world: World, server: DpSite
) -> None:
    bought = order(server)
    agreed = lpa.authenticate(CODE)
    lpa.package(agreed, lpa.prepare(agreed))
    point = bought.one_time_point
    card.power_cycle()
    with card.application(AID) as channel:
        again = PlainLpa(Terminal(channel), world.ci.pem.decode(), server.address)
        agreed = again.authenticate(CODE)
        assert is_success(again.install(again.package(agreed, again.prepare(agreed))))
    assert bought.one_time_point == point
    assert card.chip.memory.unused_keys == {}


def test_another_chip_does_not_get_what_was_handed_out(lpa: PlainLpa, world: World, server: DpSite) -> None:
    order(server)
    lpa.download(CODE)
    other = EuiccCard(chip_of(world, "89044045930000000000001492667811"))
    with other.application(AID) as channel, pytest.raises(ServerRefusedError, match=r"8\.2\.6 3\.8"):
        PlainLpa(Terminal(channel), world.ci.pem.decode(), server.address).download(CODE)


def test_a_full_chip_says_so_and_keeps_nothing(lpa: PlainLpa, card: EuiccCard, server: DpSite) -> None:
    bought = order(server)
    card.chip.memory.capacity_bytes = bought.profile_bytes
    result = lpa.download(CODE)
    assert not is_success(result)
    lpa.send_notifications()
    assert server.dp.told[0].failure == (5, 10)
    assert (card.chip.memory.profiles, bought.state) == ([], State.RELEASED)


def test_a_chip_refuses_a_profile_it_has_and_one_whose_rules_it_does_not_allow(
    lpa: PlainLpa, card: EuiccCard, server: DpSite
) -> None:
    order(server, reuse=Reuse.SAME_CHIP)
    lpa.download(CODE)
    lpa.download(CODE)
    card.chip.habits = Habits(forbids_rules=True)
    bound = Offer(iccid="8968701000000000027", rules=(Rule.MAY_NOT_BE_DELETED,))
    order(server, matching_id="BOUND", offer=bound)
    lpa.download("BOUND")
    lpa.send_notifications()
    assert [told.failure for told in server.dp.told if told.failure] == [(2, 9), (2, 15)]
    assert len(card.chip.memory.profiles) == 1


def test_the_sm_ds_lists_what_waits_for_this_chip(lpa: PlainLpa, world: World) -> None:
    with serving_ds(world) as site:
        site.ds.records += [
            EventRecord(TEST_EID, "EVENT-1", "dp.example"),
            EventRecord("89000000000000000000000000000000", "EVENT-2", "dp.example"),
        ]
        asking = PlainLpa(lpa.terminal, world.ci.pem.decode(), site.address)
        entries = asking.authenticate("", "smdsAddress")["eventEntries"]
        assert entries == [{"eventId": "EVENT-1", "rspServerAddress": "dp.example"}]
