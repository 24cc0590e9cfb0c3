"""What waits at a discovery server."""

from __future__ import annotations

import pytest

from notou.errors import DamagedError, ServerUnavailableError, UsageError
from notou.esim.sgp22.authentication import Device
from notou.jobs.chip import discover_orders
from tests.esim.lpa.desk import Desk
from tests.support.rsp.certificates import TEST_EID
from tests.support.smdp.server import serving_ds
from tests.support.smdp.smds import EventRecord


def test_what_waits_for_this_chip_is_found_at_the_chips_own_discovery_server(desk: Desk) -> None:
    with serving_ds(desk.world) as ds:
        ds.ds.records += [
            EventRecord(TEST_EID, "EVENT-1", "dp.example.com"),
            EventRecord("89000000000000000000000000000000", "EVENT-2", "dp.example.com"),
        ]
        desk.card.chip.memory.root_address = ds.address
        with desk.hand() as hand:
            found = discover_orders(hand, "", Device())
        assert [(each.address, each.event_id) for each in found.events] == [("dp.example.com", "EVENT-1")]


def test_a_cut_line_and_a_chip_without_a_server_are_said(desk: Desk) -> None:
    with serving_ds(desk.world) as ds, desk.hand() as hand:
        ds.site.faults.cut_after = 2
        with pytest.raises(ServerUnavailableError):
            discover_orders(hand, ds.address, Device())
        desk.card.chip.memory.root_address = ""
        with pytest.raises(UsageError):
            discover_orders(hand, "", Device())


def test_a_list_that_is_none_is_refused(desk: Desk) -> None:
    with serving_ds(desk.world) as ds, desk.hand() as hand:
        ds.site.faults.alter = lambda _, answer: {**answer, "eventEntries": [{"eventId": 1}]}
        with pytest.raises(DamagedError, match="eventEntries"):
            discover_orders(hand, ds.address, Device())
