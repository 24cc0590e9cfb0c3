"""PC/SC: which reader is meant, and what T=0 leaves away. pyscard's own parts stand behind two protocols."""

from __future__ import annotations

import importlib.util

import pytest

from notou.card.pcsc import PcscWire, choose_reader, pcsc_card
from notou.errors import CardError, UsageError


class Reader:
    """As pyscard's: a name, and connections that record."""

    def __init__(self, name: str, protocol: int = 2, *, dead: bool = False) -> None:
        self.name, self.protocol, self.dead = name, protocol, dead
        self.commands: list[list[int]] = []

    def __str__(self) -> str:
        return self.name

    def createConnection(self) -> Reader:  # noqa: N802 - pyscard's name
        return self

    def connect(self) -> None:
        if self.dead:
            raise RuntimeError("no card")

    def disconnect(self) -> None:
        if self.dead:
            raise RuntimeError("card removed")

    def getProtocol(self) -> int:  # noqa: N802 - pyscard's name
        return self.protocol

    def transmit(self, command: list[int]) -> tuple[list[int], int, int]:
        if self.dead:
            raise RuntimeError("card removed")
        self.commands.append(command)
        return [0xAA], 0x90, 0x00


def test_the_only_reader_needs_no_name_and_one_of_several_a_part_of_it() -> None:
    first, second = Reader("Gemalto 00"), Reader("ACS ACR39U 01")
    assert choose_reader("", [first]) is first
    assert choose_reader("acr39", [first, second]) is second
    for wanted in ("", "0", "unknown"):
        with pytest.raises(UsageError, match="Gemalto 00; ACS"):
            choose_reader(wanted, [first, second])
    with pytest.raises(UsageError, match="pcscd"):
        choose_reader("", [])


def test_a_t_0_card_is_not_asked_for_a_length_after_data() -> None:
    reader = Reader("slow", 1)
    assert (
        PcscWire(reader, "slow", byte_wise=True).exchange(bytes.fromhex("80e29100023f0000")).hex() == "aa9000"
    )
    PcscWire(reader, "slow", byte_wise=True).exchange(bytes.fromhex("00c0000002"))
    PcscWire(reader, "slow", byte_wise=False).exchange(bytes.fromhex("80e29100023f0000"))
    assert [bytes(each).hex() for each in reader.commands] == [
        "80e29100023f00",
        "00c0000002",
        "80e29100023f0000",
    ]


def test_a_card_that_is_not_there_or_was_taken_out_is_said() -> None:
    with pytest.raises(CardError, match="No card answers"), pcsc_card("", [Reader("empty", dead=True)]):
        pytest.fail("no card")
    reader = Reader("full")
    with pcsc_card("", [reader]) as card, card.basic() as channel:
        assert card.name == "full"
        reader.dead = True
        with pytest.raises(CardError, match="gave no answer"):
            channel.transmit(bytes.fromhex("00a4000c023f00"))


@pytest.mark.skipif(importlib.util.find_spec("smartcard") is not None, reason="pyscard is installed here")
def test_without_pyscard_the_sentence_says_how_to_get_it() -> None:
    with pytest.raises(UsageError, match="notou\\[card\\]"), pcsc_card(""):
        pytest.fail("pyscard is missing")
