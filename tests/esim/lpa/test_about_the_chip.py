"""What a chip says of itself, as far as it says it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from notou.jobs.chip import read_chip
from tests.esim.lpa.desk import Desk
from tests.support.rsp.certificates import TEST_EID


def test_a_chip_tells_who_it_is_and_whom_it_trusts(desk: Desk) -> None:
    with desk.hand() as hand:
        report = read_chip(hand.chip)
    assert report.eid == TEST_EID
    assert report.info is not None
    assert report.info.trusted_roots == (desk.world.ci.key_id.hex(),)
    assert report.info.free_bytes == desk.card.chip.memory.free_bytes
    assert report.addresses.discovery_server == desk.card.chip.memory.root_address


@pytest.mark.parametrize("answer", [b"\x6a\x88", b"\xbf\x22\x03\x81\x01\x02\x90\x00"])
def test_one_that_says_less_is_reported_by_what_it_does_say(desk: Desk, answer: bytes) -> None:
    def taciturn(command: bytes, exchange: Callable[[bytes], bytes]) -> bytes:
        return answer if command[5:7] == b"\xbf\x22" else exchange(command)

    desk.card.line = taciturn
    with desk.hand() as hand:
        report = read_chip(hand.chip)
    assert (report.eid, report.info) == (TEST_EID, None)
