"""Wherever the line to the simulated chip is cut, its memory stays whole and a new attempt succeeds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notou.errors import CardError
from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import chip_of
from tests.support.euicc.isdr import AID
from tests.support.euicc.lines import CutLine
from tests.support.euicc.metadata import Offer
from tests.support.euicc.profiles import put
from tests.support.euicc.terminal import Terminal
from tests.support.plain_lpa import PlainLpa
from tests.support.rsp.certificates import World, make_world
from tests.support.smdp.orders import Order, State
from tests.support.smdp.server import DpSite, serving_dp

BLOCK_BYTES = 250
WORLD = make_world()


@pytest.fixture
def world() -> World:
    return WORLD


def download(card: EuiccCard, world: World, server: DpSite, line: CutLine) -> int:
    """Returns how many APDUs it took."""
    with card.application(AID) as channel:
        card.line = line
        PlainLpa(Terminal(channel, BLOCK_BYTES), world.ci.pem.decode(), server.address).download("NOTOU-1")
        return line.count


def cut_before(number: int, card: EuiccCard) -> CutLine:
    return CutLine(before=number, on_cut=card.power_cycle)


def cut_after(number: int, card: EuiccCard) -> CutLine:
    return CutLine(after=number, on_cut=card.power_cycle)


def tell(card: EuiccCard, world: World, server: DpSite) -> None:
    with card.application(AID) as channel:
        PlainLpa(Terminal(channel), world.ci.pem.decode(), server.address).send_notifications()


@pytest.mark.parametrize("cut", [cut_before, cut_after])
def test_a_download_cut_at_any_apdu_is_whole_or_not_there_and_can_be_had_again(
    world: World, cut: Callable[[int, EuiccCard], CutLine]
) -> None:
    with serving_dp(world) as server:
        server.dp.orders.append(Order("NOTOU-1", profile_bytes=600))
        count = download(EuiccCard(chip_of(world)), world, server, CutLine())
        assert count > 20
        for number in range(1, count + 1):
            server.dp.orders[:] = [order := Order("NOTOU-1", profile_bytes=600)]
            card = EuiccCard(chip_of(world))
            with pytest.raises(CardError):
                download(card, world, server, cut(number, card))
            card.line = CutLine()
            if not card.chip.memory.profiles:
                assert card.chip.memory.notifications == []
                download(card, world, server, CutLine())
            tell(card, world, server)
            assert (len(card.chip.memory.profiles), order.state) == (1, State.INSTALLED), number


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=300) | st.sampled_from([b"\x00\x70\x00\x00\x01"]), max_size=6))
def test_no_bytes_bring_the_chip_down(commands: list[bytes]) -> None:
    card = EuiccCard(chip_of(WORLD))
    select = bytes([1, 0xA4, 4, 0, len(AID)]) + AID
    for command in (b"\x00\x70\x00\x00\x01", select, *commands):
        assert len(card.exchange(command)) >= 2


@settings(max_examples=300)
@given(st.integers(0, 0xFFFF), st.binary(max_size=200))
def test_no_command_brings_the_isd_r_down(tag: int, value: bytes) -> None:
    card = EuiccCard(chip_of(WORLD))
    put(card.chip, Offer().encoded())
    command = tag.to_bytes(2, "big") + bytes([len(value)]) + value
    with card.application(AID) as channel:
        answer = channel.transmit(bytes([0x80, 0xE2, 0x91, 0, len(command)]) + command)
        assert answer[-2:] in (b"\x90\x00", b"\x6a\x80", b"\x6a\x88", b"\x69\x85")
