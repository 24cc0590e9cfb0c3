"""Every dishonest server of the catalogue is refused at its stage or before, and a sound download follows."""

from __future__ import annotations

import pytest

from tests.esim.lpa.desk import Desk
from tests.esim.lpa.test_download import fails, succeeds
from tests.support.smdp.orders import State
from tests.support.smdp.server import Faults
from tests.support.smdp.tampering import BY_THE_CHIP, FOR_THE_LPA, Stage, Tampering

AUTHENTICATE_SERVER, PREPARE_DOWNLOAD, PACKAGE = b"\xbf\x38", b"\xbf\x21", b"\xbf\x36"
NEVER_REACHED = {
    Stage.LPA_INITIATES: AUTHENTICATE_SERVER,
    Stage.CHIP_AUTHENTICATES: PREPARE_DOWNLOAD,
    Stage.LPA_PREPARES: PREPARE_DOWNLOAD,
    Stage.CHIP_PREPARES: PACKAGE,
    Stage.LPA_LOADS: PACKAGE,
}
"""What the chip must not get once a server was dishonest at a stage."""


def reached(desk: Desk, function: bytes) -> bool:
    """Whether the chip got a request of this function: the first block of a STORE DATA."""
    return any(
        command[1] == 0xE2 and command[3] == 0 and command[5:7] == function for command in desk.card.commands
    )


@pytest.mark.parametrize("tampering", [*BY_THE_CHIP, *FOR_THE_LPA], ids=lambda each: each.name)
def test_it_is_refused_at_its_stage_and_a_sound_download_follows(desk: Desk, tampering: Tampering) -> None:
    bought = desk.order()
    desk.person.code = "1"
    tampering.carried_out_by(desk.dp)
    fails(desk)
    never = NEVER_REACHED.get(tampering.stage)
    assert never is None or not reached(desk, never)
    assert desk.card.chip.memory.notifications == []
    desk.dp.site.faults, desk.dp.dp.forge = Faults(), lambda binding: binding
    bought.state = State.RELEASED
    succeeds(desk)
