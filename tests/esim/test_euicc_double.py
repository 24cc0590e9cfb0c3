"""The simulated eUICC answers its listing commands, changes and notifications as SGP.22 says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from cryptography import x509

from notou.card.base import Card
from notou.errors import CardError, NotOnCardError
from tests.support.euicc import profiles
from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import Habits, chip_of
from tests.support.euicc.isdr import AID
from tests.support.euicc.lines import CutLine, GarblingLine, is_store_data
from tests.support.euicc.memory import Event, Rule
from tests.support.euicc.metadata import ALL_EVENTS, Offer, swapped
from tests.support.euicc.terminal import StatusError, Terminal
from tests.support.rsp import signing
from tests.support.rsp.certificates import TEST_EID, World, make_world
from tests.support.rsp.der import bits, integer, read, tlv

HOME = Offer(
    iccid="8933010000000000015", provider="Home", name="Forfait", told=[(ALL_EVENTS, "home.example")]
)
TRIP = Offer(told=[((Event.ENABLE, Event.DELETE), "trip.example")])


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def card(world: World) -> EuiccCard:
    card = EuiccCard(chip_of(world))
    profiles.put(card.chip, HOME.encoded(), is_enabled=True)
    profiles.put(card.chip, TRIP.encoded())
    return card


@pytest.fixture
def terminal(card: EuiccCard) -> Iterator[Terminal]:
    seam: Card = card
    with seam.application(AID) as channel:
        yield Terminal(channel)


def named(offer: Offer) -> bytes:
    return tlv(0x5A, swapped(offer.iccid))


def change(tag: int, name: bytes, refresh: bytes = b"\xff") -> bytes:
    return tlv(tag, tlv(0xA0, name), tlv(0x81, refresh))


def enable(offer: Offer) -> bytes:
    return change(0xBF31, named(offer))


def states(terminal: Terminal) -> dict[bytes, int]:
    infos = terminal.ask(tlv(0xBF2D)).need(0xA0).children()
    return {info.need(0x5A).value: info.need(0x9F70).number() for info in infos}


def result(terminal: Terminal, command: bytes) -> int:
    return terminal.ask(command).need(0x80).number()


def test_the_eid_and_the_infos_are_told(terminal: Terminal, world: World) -> None:
    assert terminal.ask(tlv(0xBF3E, tlv(0x5C, b"\x5a"))).need(0x5A).value.hex() == TEST_EID
    for tag in (0xBF20, 0xBF22):
        listed = terminal.ask(tlv(tag)).need(0xA9).children()
        assert [item.value for item in listed] == [world.ci.key_id]


def test_the_default_address_is_kept_without_power(card: EuiccCard, terminal: Terminal) -> None:
    assert terminal.ask(tlv(0xBF3C)).find(0x80) is None
    assert result(terminal, tlv(0xBF3F, tlv(0x80, b"dp.example"))) == 0
    card.power_cycle()
    with card.application(AID) as channel:
        assert Terminal(channel).ask(tlv(0xBF3C)).need(0x80).text() == "dp.example"


def test_a_tag_list_chooses_what_comes_and_a_criterion_whom_it_is_of(terminal: Terminal) -> None:
    (info,) = terminal.ask(tlv(0xBF2D, tlv(0xA0, named(TRIP)), tlv(0x5C, b"\x92\xb7"))).need(0xA0).children()
    assert [part.tag for part in info.children()] == [0x92, 0xB7]
    assert info.need(0x92).text() == TRIP.name
    assert len(terminal.ask(tlv(0xBF2D, tlv(0xA0, integer(0, 0x95)))).need(0xA0).children()) == 0
    assert terminal.ask(tlv(0xBF2D, tlv(0x5C, b"\x01"))).need(0x81).number() == 1


def test_one_profile_is_enabled_and_the_other_thereby_disabled(card: EuiccCard, terminal: Terminal) -> None:
    assert result(terminal, enable(TRIP)) == 0
    assert states(terminal) == {swapped(HOME.iccid): 0, swapped(TRIP.iccid): 1}
    assert card.chip.refreshes == 1
    assert result(terminal, enable(TRIP)) == profiles.WRONG_STATE
    assert result(terminal, change(0xBF32, named(TRIP))) == 0
    assert result(terminal, change(0xBF32, named(TRIP))) == profiles.WRONG_STATE
    assert result(terminal, enable(Offer(iccid="8900000000000000000"))) == profiles.NOT_FOUND


def test_a_rule_keeps_a_profile_enabled_and_another_keeps_it_there(world: World) -> None:
    card = EuiccCard(chip_of(world))
    rules = (Rule.MAY_NOT_BE_DISABLED, Rule.MAY_NOT_BE_DELETED)
    bound = Offer(iccid="8933010000000000023", rules=rules)
    profiles.put(card.chip, bound.encoded())
    profiles.put(card.chip, TRIP.encoded())
    with card.application(AID) as channel:
        terminal = Terminal(channel)
        assert result(terminal, tlv(0xBF33, named(bound))) == profiles.DISALLOWED
        assert result(terminal, enable(bound)) == 0
        assert result(terminal, enable(TRIP)) == profiles.DISALLOWED
        assert result(terminal, change(0xBF32, named(bound))) == profiles.DISALLOWED
        assert states(terminal)[swapped(bound.iccid)] == 1


def test_an_enabled_profile_is_not_deleted_and_a_disabled_one_is(terminal: Terminal) -> None:
    assert result(terminal, tlv(0xBF33, named(HOME))) == profiles.WRONG_STATE
    assert result(terminal, tlv(0xBF33, named(TRIP))) == 0
    assert list(states(terminal)) == [swapped(HOME.iccid)]


def test_a_nickname_of_64_bytes_is_taken_and_of_65_refused(terminal: Terminal) -> None:
    def rename(nickname: bytes) -> int:
        return result(terminal, tlv(0xBF29, named(TRIP), tlv(0x90, nickname)))

    assert rename(b"x" * 64) == 0
    assert rename(b"x" * 65) == profiles.UNDEFINED
    (info,) = terminal.ask(tlv(0xBF2D, tlv(0xA0, named(TRIP)))).need(0xA0).children()
    assert info.need(0x90).value == b"x" * 64


def test_the_memory_reset_takes_the_operational_profiles(terminal: Terminal) -> None:
    assert result(terminal, tlv(0xBF34, bits((0,), 0x82))) == 0
    assert states(terminal) == {}
    assert result(terminal, tlv(0xBF34, bits((0,), 0x82))) == 1


def test_each_change_is_told_where_the_metadata_says_under_numbers_never_used_again(
    card: EuiccCard, terminal: Terminal
) -> None:
    result(terminal, enable(TRIP))
    result(terminal, enable(HOME))
    result(terminal, tlv(0xBF33, named(TRIP)))
    listed = terminal.ask(tlv(0xBF28)).need(0xA0).children()
    told = [(item.need(0x80).number(), item.need(0x0C).text()) for item in listed]
    assert told == [(1, "home.example"), (2, "trip.example"), (3, "home.example"), (4, "trip.example")]
    assert result(terminal, tlv(0xBF30, integer(4, 0x80))) == 0
    assert result(terminal, tlv(0xBF30, integer(4, 0x80))) == 1
    card.power_cycle()
    with card.application(AID) as channel:
        again = Terminal(channel)
        result(again, change(0xBF32, named(HOME)))
        only = again.ask(tlv(0xBF28, bits((Event.DISABLE,), 0x81))).need(0xA0).children()
        assert [item.need(0x80).number() for item in only] == [1, 5]


def test_a_notification_is_signed_by_the_chip_over_its_metadata(terminal: Terminal, world: World) -> None:
    result(terminal, enable(TRIP))
    (signed,) = terminal.ask(tlv(0xBF2B, tlv(0xA0, integer(2, 0x80)))).need(0xA0).children()
    metadata, signature, certificate, eum = signed.children()
    assert eum.raw == world.eum.der
    key = x509.load_der_x509_certificate(certificate.raw).public_key()
    signing.verify(key, signature.value, metadata.raw)
    with pytest.raises(signing.BadSignatureError):
        signing.verify(key, signature.value, metadata.raw + b"\0")
    assert terminal.ask(tlv(0xBF2B, tlv(0xA0, integer(9, 0x80)))).need(0x81).number() == 1


@pytest.mark.parametrize(
    "habits", [Habits(), Habits(holds_back=False), Habits(asks_for_length=True)], ids=["T=0", "T=1", "6C"]
)
def test_a_long_answer_comes_whole_however_the_card_gives_it(world: World, habits: Habits) -> None:
    card = EuiccCard(chip_of(world))
    card.chip.habits = habits
    for number in range(12):
        profiles.put(card.chip, Offer(iccid=f"89687010000000000{number:02}").encoded())
    with card.application(AID) as channel:
        assert len(states(Terminal(channel))) == 12


def test_habits_of_real_cards_can_be_switched_on(card: EuiccCard, terminal: Terminal) -> None:
    aid = card.chip.memory.profiles[1].aid
    card.chip.habits = Habits(refuses_refresh=True)
    assert result(terminal, enable(TRIP)) == profiles.CAT_BUSY
    assert result(terminal, change(0xBF31, named(TRIP), b"\0")) == 0
    card.chip.habits = Habits(refuses_aid=True)
    assert result(terminal, change(0xBF32, tlv(0x4F, aid))) == profiles.NOT_FOUND
    card.chip.habits = Habits(announces_refresh=True)
    assert result(terminal, change(0xBF32, tlv(0x4F, aid))) == 0
    card.chip.habits = Habits(resets_after_refresh=True)
    assert result(terminal, enable(TRIP)) == 0
    with pytest.raises(StatusError) as closed:
        terminal.send(tlv(0xBF2D))
    assert closed.value.status == 0x6881


def test_a_chip_can_answer_every_command_with_a_status(card: EuiccCard, terminal: Terminal) -> None:
    card.chip.habits = Habits(ends_in_status=0x6985)
    with pytest.raises(StatusError) as refused:
        terminal.send(tlv(0xBF2D))
    assert refused.value.status == 0x6985


def test_what_is_no_command_is_refused_by_status(terminal: Terminal) -> None:
    for command, status in ((b"\xbf\x7f\x00", 0x6A88), (b"\xbf\x2d\x05", 0x6A80), (tlv(0xBF31), 0x6A80)):
        with pytest.raises(StatusError) as refused:
            terminal.send(command)
        assert refused.value.status == status


def test_blocks_out_of_order_are_refused(card: EuiccCard) -> None:
    with card.application(AID) as channel:
        assert channel.transmit(bytes.fromhex("80E2110001BF")) == b"\x90\x00"
        assert channel.transmit(bytes.fromhex("80E29102022D00")) == b"\x6a\x86"


def test_an_application_that_is_not_there_and_too_many_channels_are_refused(card: EuiccCard) -> None:
    with pytest.raises(NotOnCardError), card.application(bytes(16)):
        raise AssertionError("nothing was selected")
    with ExitStack() as channels:
        for _ in range(3):
            channels.enter_context(card.application(AID))
        with pytest.raises(CardError, match="no logical channel left"):
            channels.enter_context(card.application(AID))


def test_a_line_cut_before_the_command_leaves_it_undone_and_after_it_done(card: EuiccCard) -> None:
    for cut, enabled in (
        (CutLine(before=1, counts=is_store_data), 0),
        (CutLine(after=1, counts=is_store_data, on_cut=card.power_cycle), 1),
    ):
        card.line = cut
        with pytest.raises(CardError), card.application(AID) as channel:
            Terminal(channel).ask(enable(TRIP))
        card.line = CutLine()
        with card.application(AID) as channel:
            assert states(Terminal(channel))[swapped(TRIP.iccid)] == enabled


def test_a_garbling_line_changes_the_answers(card: EuiccCard) -> None:
    card.line = GarblingLine(lambda number, answer: answer if number < 3 else b"\x00" * 5 + b"\x90\x00")
    with card.application(AID) as channel:
        assert read(Terminal(channel).send(tlv(0xBF2D))[:2]).value == b""
