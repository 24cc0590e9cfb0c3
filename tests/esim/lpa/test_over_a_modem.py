"""A whole download through a modem's serial line."""

from __future__ import annotations

import time

from notou.card.modem import modem_card
from notou.esim.lpa.driver import Chip
from notou.esim.sgp22.chip import ISD_R
from notou.jobs.chip import ChipAtHand, download_profile, enable_profile
from tests.esim.lpa.desk import Desk
from tests.support.modem import Modem, plugged_in


def test_a_profile_is_downloaded_and_enabled_by_at_commands(desk: Desk) -> None:
    desk.order()
    with (
        desk.hand() as direct,
        plugged_in(Modem(desk.card.exchange)) as path,
        modem_card(path, time.monotonic) as card,
    ):
        hand = ChipAtHand(Chip(card, ISD_R, lambda _: None), direct.surroundings)
        installed = download_profile(hand, desk.wanted()).installed
        enable_profile(hand, installed.metadata.iccid)
        hand.chip.close()
    assert [profile.enabled for profile in desk.card.chip.memory.profiles] == [True]
    assert desk.card.chip.memory.notifications == []
