"""Whatever chip, server and person answer, each procedure ends with a result or a typed error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notou.errors import CardError, NotouError, ServerUnavailableError
from notou.esim.lpa import steps
from notou.esim.lpa.discovery import discover
from notou.esim.lpa.download import Order, download
from notou.esim.lpa.switching import enable
from notou.esim.lpa.telling import tell
from notou.esim.sgp22 import tags
from notou.esim.sgp22.authentication import Device
from notou.esim.sgp22.iccid import iccid_bytes
from notou.esim.tlv import encode, encode_integer
from tests.esim.sgp22.test_messages import JSON, NAMES, TREES

ICCID = "8968701000000000019"
PROCEDURES: dict[str, Callable[[], steps.Machine[Any, Any]]] = {
    "download": lambda: download(Order("dp.example.com", "CODE", Device())),
    "default server": lambda: download(Order("", "", Device())),
    "switching": lambda: enable(ICCID),
    "telling": lambda: tell(lambda _: True),
    "discovery": lambda: discover("", Device()),
}
MOST_STEPS = 200
DONE = {"functionExecutionStatus": {"status": "Executed-Success"}}

PROFILE = encode(tags.PROFILE_INFO, encode(tags.ICCID, iccid_bytes(ICCID)), encode(tags.ISDP_AID, bytes(5)))
NOTIFICATION = encode(
    tags.NOTIFICATION_METADATA, encode_integer(0x80, 1), encode(0x81, b"\x04\x10"), encode(0x0C, b"a.example")
)
PLAUSIBLE = st.sampled_from(
    [
        encode(tags.LIST_NOTIFICATION, encode(0xA0, NOTIFICATION)),
        encode(tags.LIST_NOTIFICATION, encode(0xA0)),
        encode(tags.PROFILE_INFO_LIST, encode(0xA0, PROFILE)),
        encode(tags.EUICC_CONFIGURED_ADDRESSES, encode(0x80, b"a.example"), encode(0x81, b"b.example")),
        encode(tags.GET_EUICC_CHALLENGE, encode(0x80, bytes(16))),
        encode(tags.ENABLE_PROFILE, encode_integer(0x80, 0)),
        encode(tags.RETRIEVE_NOTIFICATIONS_LIST, encode(0xA0, encode(tags.SEQUENCE))),
        encode(tags.NOTIFICATION_SENT, encode_integer(0x80, 0)),
        encode(tags.AUTHENTICATE_SERVER, encode(0xA0)),
        encode(tags.CANCEL_SESSION, encode(0xA0)),
    ]
)
REPLIES = st.dictionaries(st.sampled_from(NAMES), JSON).map(lambda fields: {**fields, "header": DONE})


def event_for(action: steps.Action, data: st.DataObject) -> steps.Event:
    """Any event that may follow the action."""
    if data.draw(st.integers(0, 9)) == 0:
        return steps.Lost(data.draw(st.sampled_from([CardError("gone"), ServerUnavailableError("gone")])))
    match action:
        case steps.Transmit():
            return steps.Answer(data.draw(PLAUSIBLE | TREES | st.binary(max_size=10)))
        case steps.Post():
            return steps.Reply(data.draw(REPLIES | st.dictionaries(st.sampled_from(NAMES), JSON)))
        case steps.Reopen():
            return steps.Reopened()
        case steps.AskConsent():
            return steps.Consented(data.draw(st.sampled_from(steps.Consent)))
        case _:
            return steps.CodeGiven(data.draw(st.none() | st.text(max_size=5)))


@pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=list(PROCEDURES))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(data=st.data())
def test_it_ends_with_a_result_or_a_typed_error(
    procedure: Callable[[], steps.Machine[Any, Any]], data: st.DataObject
) -> None:
    machine = procedure()
    taken = 0
    while not isinstance(machine.action, (steps.Done, steps.Failed)):
        machine.feed(event_for(machine.action, data))
        taken += 1
        assert taken < MOST_STEPS
    if isinstance(machine.action, steps.Failed):
        assert isinstance(machine.action.error, NotouError)
