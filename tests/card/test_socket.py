"""A simulated card on a socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from notou.card.base import Channel
from notou.card.socket import SocketWire, simulated_card
from notou.errors import CardError, CardLostError, NotOnCardError
from tests.support.card_server import offered

AID = b"\xa0\x00\x00\x05\x59"


class EchoChannel:
    def transmit(self, command: bytes) -> bytes:
        return command + b"\x90\x00"


class EchoCard:
    """Gives every command back."""

    name = "echo"

    @contextmanager
    def application(self, aid: bytes) -> Iterator[Channel]:
        if aid != AID:
            raise NotOnCardError("none")
        yield EchoChannel()

    @contextmanager
    def basic(self) -> Iterator[Channel]:
        yield EchoChannel()


def test_commands_reach_a_card_in_another_process_and_come_back(tmp_path: Path) -> None:
    with offered(EchoCard(), tmp_path / "card") as reader, simulated_card(reader[4:]) as card:
        with card.application(AID) as one, card.application(AID) as other, card.basic() as basic:
            for channel in (one, other, basic):
                assert channel.transmit(b"\x80\xe2\x91\x00\x00").hex() == "80e29100009000"
        with pytest.raises(NotOnCardError), card.application(b"\xa0\x01\x02\x03\x04"):
            pytest.fail("it is not there")


def test_a_line_that_is_cut_and_a_card_that_is_not_there_are_said(tmp_path: Path) -> None:
    with (
        offered(EchoCard(), tmp_path / "card", cut=lambda command: command[1] == 0xE2) as reader,
        simulated_card(reader[4:]) as card,
        card.application(AID) as channel,
        pytest.raises(CardError, match="gave no answer"),
    ):
        channel.transmit(b"\x80\xe2\x91\x00\x00")
    with pytest.raises(CardError, match="no simulated card"), simulated_card(str(tmp_path / "none")):
        pytest.fail("nothing is there")


def test_an_answer_that_comes_late_is_never_taken_for_the_next_one() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        wire = SocketWire(ours, "a card")
        with pytest.raises(CardError):
            wire.exchange(b"\x00\xb0\x00\x00\x00")
        theirs.sendall(b"\x00\x02\x90\x00")
        with pytest.raises(CardLostError):
            wire.exchange(b"\x00\xa4\x00\x00\x00")
