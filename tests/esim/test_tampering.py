"""The simulated chip refuses each dishonest server at the stage that SGP.22 says, and is none the worse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import chip_of
from tests.support.euicc.isdr import AID
from tests.support.euicc.metadata import swapped
from tests.support.euicc.terminal import Terminal
from tests.support.plain_lpa import ChipRefusedError, PlainLpa, ServerRefusedError
from tests.support.rsp.certificates import World, make_world
from tests.support.rsp.der import Tlv
from tests.support.smdp.orders import Order
from tests.support.smdp.server import DpSite, Faults, serving_dp
from tests.support.smdp.tampering import BY_THE_CHIP, FOR_THE_LPA, Stage, Tampering

COMMANDS = {Stage.CHIP_AUTHENTICATES: 0xBF38, Stage.CHIP_PREPARES: 0xBF21}


def name_of(tampering: Tampering) -> str:
    return tampering.name


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def card(world: World) -> EuiccCard:
    return EuiccCard(chip_of(world))


@pytest.fixture
def server(world: World) -> Iterator[DpSite]:
    with serving_dp(world) as site:
        site.dp.orders.append(Order("NOTOU-1"))
        yield site


@pytest.fixture
def lpa(card: EuiccCard, world: World, server: DpSite) -> Iterator[PlainLpa]:
    with card.application(AID) as channel:
        yield PlainLpa(Terminal(channel), world.ci.pem.decode(), server.address)


def failure_of(result: Tlv) -> tuple[int, int]:
    failed = result.need(0xBF27).need(0xA2).need(0xA1)
    return failed.need(0x80).number(), failed.need(0x81).number()


@pytest.mark.parametrize("tampering", BY_THE_CHIP, ids=name_of)
def test_the_chip_refuses_it_at_its_stage_and_a_sound_download_follows(
    tampering: Tampering, lpa: PlainLpa, card: EuiccCard, server: DpSite
) -> None:
    tampering.carried_out_by(server)
    if command := COMMANDS.get(tampering.stage):
        with pytest.raises(ChipRefusedError) as refused:
            lpa.download("NOTOU-1")
        assert (refused.value.command, refused.value.code) == (command, tampering.code)
    else:
        assert failure_of(lpa.download("NOTOU-1")) == tampering.code
        lpa.send_notifications()
        assert [told.failure for told in server.dp.told] == [tampering.code]
    assert card.chip.memory.profiles == []
    assert card.chip.session is None
    server.site.faults, server.dp.forge = Faults(), lambda binding: binding
    lpa.download("NOTOU-1")
    assert [profile.iccid for profile in card.chip.memory.profiles] == [
        swapped(server.dp.orders[0].offer.iccid)
    ]


@pytest.mark.parametrize("tampering", FOR_THE_LPA, ids=name_of)
def test_what_the_lpa_must_refuse_is_sent_to_it_changed(
    tampering: Tampering, lpa: PlainLpa, server: DpSite
) -> None:
    sound: list[dict[str, object]] = []
    tampering.carried_out_by(server)
    alter = server.site.faults.alter

    def watched(function: str, answer: dict[str, object]) -> dict[str, object]:
        altered = alter(function, answer)
        if altered != answer:
            sound.append(answer)
        return altered

    server.site.faults.alter = watched
    with suppress(ChipRefusedError, ServerRefusedError, ValueError, KeyError, TypeError):
        lpa.download("NOTOU-1")
    assert len(sound) == 1
