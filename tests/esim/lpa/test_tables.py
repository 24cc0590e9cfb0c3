"""The procedures' tables are whole: every state has its row, and is reached."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from notou.esim.lpa import discovery, download, switching, telling
from notou.esim.lpa.discovery import DiscoveryState, discover
from notou.esim.lpa.download import DownloadState, Order
from notou.esim.lpa.steps import Machine, Reopened, Row
from notou.esim.lpa.switching import SwitchState, enable
from notou.esim.lpa.telling import TellState, tell
from notou.esim.sgp22.authentication import Device

# What a fault leads to, besides OVER: see each module's ``recover``.
PROCEDURES: dict[str, tuple[type[Enum], dict[Any, Row[Any, Any]], list[str], Machine[Any, Any]]] = {
    "download": (
        DownloadState, download.TABLE, ["COUNTING", "CANCELLING_AT_CHIP", "REOPENING"],
        download.download(Order("", "", Device())),
    ),
    "switching": (SwitchState, switching.TABLE, ["LISTING"], enable("8933000000000000019")),
    "telling": (TellState, telling.TABLE, ["LISTING"], tell(lambda _: True)),
    "discovery": (
        DiscoveryState, discovery.TABLE, ["ADDRESSING", "CANCELLING_AT_CHIP"], discover("", Device()),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("states", "table", "begins", "machine"), PROCEDURES.values(), ids=PROCEDURES)
def test_every_state_has_a_row_and_is_reached(
    states: type[Enum], table: dict[Any, Row[Any, Any]], begins: list[str], machine: Machine[Any, Any]
) -> None:
    assert {*table, states["OVER"]} == set(states)
    reached, new = set(), {states[name] for name in begins}
    while new:
        reached |= new
        new = {after for state in new if state in table for after in table[state].leads_to} - reached
    assert reached == set(states)
    assert machine.state == states[begins[0]]


@pytest.mark.parametrize(("states", "table", "begins", "machine"), PROCEDURES.values(), ids=PROCEDURES)
def test_an_event_that_is_not_waited_for_is_a_fault_of_the_program(
    states: type[Enum], table: dict[Any, Row[Any, Any]], begins: list[str], machine: Machine[Any, Any]
) -> None:
    with pytest.raises(TypeError, match=begins[0]):
        machine.feed(Reopened())
