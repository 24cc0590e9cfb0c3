"""A whole download against a chip and a server that follow SGP.22, and every way it can fail."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from notou.errors import (
    CardError,
    ChipRefusedError,
    DamagedError,
    NotouError,
    ServerError,
    ServerRefusedError,
    ServerUnavailableError,
    UsageError,
)
from notou.esim.lpa.steps import Consent
from notou.esim.sgp22.authentication import Device
from notou.events import Progress
from notou.jobs.chip import download_profile, read_profiles
from tests.esim.lpa.desk import CODE, Cut, Desk, desk_of
from tests.support.euicc.chip import Habits
from tests.support.euicc.memory import Event, Rule
from tests.support.euicc.metadata import ALL_EVENTS, Offer, swapped
from tests.support.rsp.certificates import DP_OID, World
from tests.support.smdp.orders import Order as Bought
from tests.support.smdp.orders import State

POSTPONED, TIMEOUT = 1, 2
INITIATE, AUTHENTICATE, GET_PACKAGE = "initiateAuthentication", "authenticateClient", "getBoundProfilePackage"


def fails(desk: Desk, **fields: object) -> NotouError:
    """The error a download ends with; AssertionError when it succeeds, or leaves something on the chip."""
    with desk.hand() as hand, pytest.raises(NotouError) as raised:
        download_profile(hand, desk.wanted(**fields))
    assert desk.card.chip.memory.profiles == []
    return raised.value


def succeeds(desk: Desk) -> None:
    """Download, and hold both sides to what came of it."""
    with desk.hand() as hand:
        download_profile(hand, desk.wanted())
    assert [each.iccid for each in desk.card.chip.memory.profiles] == [swapped(Offer().iccid)]
    assert desk.card.chip.memory.notifications == []
    assert {told.event for told in desk.dp.dp.told if told.failure is None} == {Event.INSTALL}


def test_a_profile_arrives_whole_and_its_operator_is_told(desk: Desk) -> None:
    bought = desk.order()
    with desk.hand() as hand:
        done = download_profile(hand, desk.wanted())
        (profile,) = read_profiles(hand.chip)
    assert (profile.iccid, profile.name, profile.enabled) == (Offer().iccid, Offer().name, False)
    assert (profile.operator, profile.notification_addresses) == ("546-01", (desk.dp.address,))
    assert desk.person.previews[0].metadata.provider == "Helia"
    assert bought.state is State.INSTALLED
    assert ([told.event for told in done.told.sent], done.told.kept) == (["install", "install"], ())
    assert desk.card.chip.memory.notifications == []
    progress = [event for event in desk.events if isinstance(event, Progress)]
    assert progress == sorted(progress, key=lambda event: event.bytes_done)
    assert progress[-1].bytes_done < (progress[-1].bytes_total or 0)


@pytest.mark.parametrize(
    "habits", [Habits(holds_back=False), Habits(asks_for_length=True), Habits(refuses_refresh=True)]
)
def test_cards_with_ways_of_their_own_are_served(world: World, habits: Habits) -> None:
    with desk_of(world, habits) as desk:
        desk.order()
        succeeds(desk)


def test_the_chips_own_server_is_asked_where_no_code_names_one(desk: Desk) -> None:
    desk.order(matching_id="", eid=desk.card.chip.eid)
    assert isinstance(fails(desk, server="", matching_id=""), UsageError)
    desk.card.chip.memory.default_address = desk.dp.address
    with desk.hand() as hand:
        download_profile(hand, desk.wanted(server="", matching_id=""))


def test_the_server_learns_the_imei_as_sgp_22_writes_it(desk: Desk) -> None:
    desk.order()
    with desk.hand() as hand:
        download_profile(hand, desk.wanted(device=Device("356938035643809")))
    sent = base64.b64decode(desk.dp.site.asked[1][1]["authenticateServerResponse"])
    assert bytes.fromhex("800453968330") in sent
    assert bytes.fromhex("820853968330653408" + "9F") in sent


def test_the_right_confirmation_code_opens_and_is_asked_for_once(desk: Desk) -> None:
    desk.order(confirmation_code="1234")
    desk.person.code = "1234"
    succeeds(desk)
    assert desk.person.asked_for_code == 1


def test_a_wrong_confirmation_code_is_told_as_such(desk: Desk) -> None:
    desk.order(confirmation_code="1234", tries_left=2)
    desk.person.code = "4321"
    for words in ("confirmation code is wrong", "wrong too often"):
        error = fails(desk)
        assert isinstance(error, ServerRefusedError)
        assert words in str(error)


@pytest.mark.parametrize(
    ("says", "code", "reason", "keeps"),
    [
        (Consent.NOT_NOW, "1234", POSTPONED, True),
        (Consent.REFUSED, "1234", 0, False),
        (Consent.GIVEN, None, POSTPONED, True),
        (Consent.GIVEN, "", POSTPONED, True),
    ],
)
def test_who_does_not_agree_ends_the_exchange_and_keeps_the_code_unless_refusing(
    desk: Desk, says: Consent, code: str | None, reason: int, *, keeps: bool
) -> None:
    bought = desk.order(confirmation_code="1234")
    desk.person.says, desk.person.code = says, code
    assert isinstance(fails(desk), UsageError)
    assert desk.dp.dp.cancelled == [reason]
    assert (bought.state is State.RELEASED) == keeps
    assert desk.card.chip.session is None


def test_who_breaks_off_has_the_exchange_ended_and_keeps_the_code(desk: Desk) -> None:
    bought = desk.order()

    def breaks_off() -> None:
        raise KeyboardInterrupt

    desk.person.then = breaks_off
    with desk.hand() as hand, pytest.raises(KeyboardInterrupt):
        download_profile(hand, desk.wanted())
    assert (desk.dp.dp.cancelled, bought.state) == ([TIMEOUT], State.RELEASED)


def test_rules_that_the_chip_does_not_allow_are_refused_before_anybody_is_asked(world: World) -> None:
    with desk_of(world, Habits(forbids_rules=True)) as desk:
        offer = Offer(rules=(Rule.MAY_NOT_BE_DELETED,), told=[(ALL_EVENTS, desk.dp.address)])
        desk.order(offer=offer)
        assert "rules" in str(fails(desk))
        assert (desk.dp.dp.cancelled, desk.person.previews) == ([3], [])


def test_rules_that_the_chip_allows_are_shown(desk: Desk) -> None:
    offer = Offer(rules=(Rule.MAY_NOT_BE_DELETED,), told=[(ALL_EVENTS, desk.dp.address)])
    desk.order(offer=offer)
    succeeds(desk)
    assert desk.person.previews[0].metadata.rules == {2}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"matching_id": "OTHER"}, "does not know this activation code"),
        ({"state": State.ALLOCATED}, "not released"),
        ({"state": State.EXPIRED}, "expired"),
        ({"eid": "89000000000000000000000000000000"}, "another chip"),
    ],
)
def test_why_the_operator_refuses_is_a_sentence(desk: Desk, fields: dict[str, object], words: str) -> None:
    desk.order(**fields)
    error = fails(desk)
    assert isinstance(error, ServerRefusedError)
    assert words in str(error)


def test_the_servers_oid_in_the_code_is_held_to(desk: Desk) -> None:
    desk.order()
    assert "not the one that the activation code names" in str(fails(desk, oid="2.999.11"))
    with desk.hand() as hand:
        download_profile(hand, desk.wanted(oid=DP_OID))


def test_a_full_chip_says_so_and_the_operator_learns_that_nothing_was_installed(desk: Desk) -> None:
    bought = desk.order()
    desk.card.chip.memory.capacity_bytes = bought.profile_bytes
    error = fails(desk)
    assert isinstance(error, ChipRefusedError)
    assert "no room" in str(error)
    assert [told.failure for told in desk.dp.dp.told] == [(5, 10)]
    assert (bought.state, desk.card.chip.memory.notifications) == (State.RELEASED, [])


def test_the_same_profile_twice_is_not_installed_again(desk: Desk) -> None:
    desk.order()
    succeeds(desk)
    desk.dp.dp.orders[:] = [Bought(matching_id=CODE, offer=desk.dp.dp.orders[0].offer)]
    with desk.hand() as hand, pytest.raises(ChipRefusedError, match="on the chip already"):
        download_profile(hand, desk.wanted())
    assert len(desk.card.chip.memory.profiles) == 1


def flip(answer: dict[str, Any], name: str, at: int) -> dict[str, Any]:
    """The answer with one bit of a field in base64 turned over."""
    data = bytearray(base64.b64decode(answer[name]))
    data[at] ^= 1
    return {**answer, name: base64.b64encode(bytes(data)).decode()}


def more(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """The answer with another field of the chip's request put behind the one that is due."""
    data = base64.b64decode(answer[name]) + bytes.fromhex("800100")
    return {**answer, name: base64.b64encode(data).decode()}


Alter = Callable[[dict[str, Any]], dict[str, Any]]
TAMPERED: dict[str, tuple[str, Alter, type[NotouError], str]] = {
    "another transaction": (
        INITIATE, lambda a: {**a, "transactionId": "00" * 16}, ServerError, "another question",
    ),
    "no transaction": (
        INITIATE, lambda a: {**a, "transactionId": "x"}, DamagedError, "transactionId",
    ),
    "another challenge": (
        INITIATE, lambda a: flip(a, "serverSigned1", 25), ServerError, "another question",
    ),
    "another server": (
        INITIATE, lambda a: flip(a, "serverSigned1", 40), ServerError, "name of another",
    ),
    "another server challenge": (
        INITIATE, lambda a: flip(a, "serverSigned1", -1), ChipRefusedError, "signature",
    ),
    "a wrong first signature": (
        INITIATE, lambda a: flip(a, "serverSignature1", -1), ChipRefusedError, "signature",
    ),
    "an authority the chip does not know": (
        INITIATE, lambda a: flip(a, "euiccCiPKIdToBeUsed", -1), ChipRefusedError, "authority",
    ),
    "a forged certificate": (
        INITIATE, lambda a: flip(a, "serverCertificate", -1), ChipRefusedError, "certificate",
    ),
    "a field left out": (
        INITIATE, lambda a: {**a, "serverCertificate": None}, DamagedError, "serverCertificate",
    ),
    "something smuggled in beside a signature": (
        INITIATE, lambda a: more(a, "serverSignature1"), DamagedError, "follow",
    ),
    "another second transaction": (
        AUTHENTICATE, lambda a: flip(a, "smdpSigned2", 5), ServerError, "another exchange",
    ),
    "a wrong second signature": (
        AUTHENTICATE, lambda a: flip(a, "smdpSignature2", -1), ChipRefusedError, "signature",
    ),
    "a forged second certificate": (
        AUTHENTICATE, lambda a: flip(a, "smdpCertificate", -1), ChipRefusedError, "certificate",
    ),
    "another profile announced": (
        AUTHENTICATE, lambda a: flip(a, "profileMetadata", 8), ServerError, "another profile",
    ),
    "no profile announced": (
        AUTHENTICATE, lambda a: {**a, "profileMetadata": "MAA="}, DamagedError, "BF25",
    ),
    "a package that is none": (
        GET_PACKAGE, lambda a: {**a, "boundProfilePackage": "MAA="}, DamagedError, "BF36",
    ),
    "a package altered at its end": (
        GET_PACKAGE, lambda a: flip(a, "boundProfilePackage", -1), ChipRefusedError, "altered",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("function", "alter", "error", "words"), TAMPERED.values(), ids=TAMPERED)
def test_what_is_tampered_with_is_refused_at_its_stage(
    desk: Desk, function: str, alter: Alter, error: type[NotouError], words: str
) -> None:
    bought = desk.order()
    desk.dp.site.faults.alter = lambda name, answer: alter(answer) if name == function else answer
    raised = fails(desk)
    assert isinstance(raised, error)
    assert words in str(raised)
    assert CODE not in str(raised)
    desk.dp.site.faults.alter = lambda _, answer: answer
    bought.state = State.RELEASED
    succeeds(desk)


def test_a_package_for_another_profile_than_was_shown_never_reaches_the_chip(desk: Desk) -> None:
    desk.order()
    desk.dp.dp.forge = lambda binding: replace(binding, metadata=Offer(name="Another").encoded())
    assert "another profile" in str(fails(desk))
    assert desk.dp.dp.cancelled == [4]
    assert desk.card.chip.session is None


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
@pytest.mark.parametrize("request_number", [1, 2, 3])
def test_a_line_to_the_server_cut_anywhere_keeps_the_code_good_for_another_try(
    desk: Desk, fault: str, request_number: int
) -> None:
    bought = desk.order()
    setattr(desk.dp.site.faults, fault, request_number)
    assert isinstance(fails(desk), ServerUnavailableError)
    assert bought.state is not State.ERROR
    assert set(desk.dp.dp.cancelled) <= {TIMEOUT}
    assert desk.card.chip.session is None or desk.card.chip.session.loading is None
    desk.dp.site.faults = type(desk.dp.site.faults)()
    succeeds(desk)


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
def test_what_could_not_be_told_stays_on_the_chip_and_does_not_fail_the_download(
    desk: Desk, fault: str
) -> None:
    desk.order()
    setattr(desk.dp.site.faults, fault, 4)
    with desk.hand() as hand:
        done = download_profile(hand, desk.wanted())
    assert (len(done.told.sent), len(done.told.kept)) == (1, 1)
    assert len(desk.card.chip.memory.notifications) == 1
    assert isinstance(done.told.kept[0][1], ServerUnavailableError)


def cut_at(desk: Desk, at: int, *, before: bool) -> bool:
    """Download over a line that is cut at a command; returns whether it still ended well."""
    desk.card.line = Cut(at, before=before)
    try:
        with desk.hand() as hand:
            download_profile(hand, desk.wanted())
    except CardError:
        return False
    return True


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_line_to_the_chip_cut_at_any_command_leaves_both_sides_able_to_go_on(
    world: World, *, before: bool
) -> None:
    for at in (*range(1, 13), 30, 40, 45, 50, 60, 70):
        with desk_of(world) as desk:
            bought = desk.order()
            well = cut_at(desk, at, before=before)
            desk.card.line = lambda command, exchange: exchange(command)
            assert len(desk.card.chip.memory.profiles) <= 1, at
            if well:
                assert len(desk.card.chip.memory.profiles) == 1, at
                continue
            assert bought.state is not State.ERROR, at
            desk.card.power_cycle()
            if not desk.card.chip.memory.profiles:
                succeeds(desk)
