"""The simulated chip behind the protocol that lpac speaks to a card on standard streams: lines of JSON.

    {"type": "apdu", "payload": {"func": "transmit", "param": "80E2…"}}     from lpac
    {"type": "apdu", "payload": {"ecode": 0, "data": "…9000"}}              back

    python -m tests.support.euicc.stdio                       answers on its own standard streams
    python -m tests.support.euicc.stdio lpac profile list     starts the program and answers it

What may not enter: what the chip does; what the program's other messages mean.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any

from notou.errors import CardError
from tests.support.euicc.card import MANAGE_CHANNEL, SELECT, EuiccCard
from tests.support.euicc.chip import chip_of
from tests.support.euicc.metadata import Offer
from tests.support.euicc.profiles import put
from tests.support.rsp.certificates import make_world

Message = dict[str, Any]
_OK = b"\x90\x00"
_FAILED = -1


class StdioCard:
    """One card as such a program drives it."""

    def __init__(self, card: EuiccCard) -> None:
        self._card = card

    def answered(self, message: Message) -> Message | None:
        """Answer one message; None for one that is not for the card."""
        if message.get("type") != "apdu":
            return None
        payload = message["payload"]
        try:
            code, data = self._carried(payload["func"], bytes.fromhex(payload["param"] or ""))
        except CardError:
            code, data = _FAILED, b""
        return {"type": "apdu", "payload": {"ecode": code, "data": data.hex().upper()}}

    def _carried(self, function: str, parameter: bytes) -> tuple[int, bytes]:
        if function == "connect":
            self._card.power_cycle()
        elif function == "logic_channel_open":
            return self._open(parameter), b""
        elif function == "logic_channel_close":
            self._card.exchange(bytes([0, MANAGE_CHANNEL, 0x80, *parameter]))
        elif function == "transmit":
            return 0, self._card.exchange(parameter)
        return 0, b""

    def _open(self, aid: bytes) -> int:
        opened = self._card.exchange(bytes([0, MANAGE_CHANNEL, 0, 0, 1]))
        if opened[-2:] != _OK:
            return _FAILED
        selected = self._card.exchange(bytes([opened[0], SELECT, 4, 0, len(aid)]) + aid)
        if selected[-2:] == _OK or selected[-2] == 0x61:
            return opened[0]
        self._card.exchange(bytes([0, MANAGE_CHANNEL, 0x80, opened[0]]))
        return _FAILED


def driven(card: EuiccCard, command: Sequence[str], environment: Mapping[str, str]) -> list[Message]:
    """Run a program against the card to its end; returns its other messages, in order."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(environment), text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        return pumped(card, program.stdout, program.stdin)


def pumped(card: EuiccCard, incoming: IO[str], outgoing: IO[str]) -> list[Message]:
    """Answer each message for the card until the other side ends; returns the other messages."""
    side, others = StdioCard(card), []
    for line in incoming:
        message = json.loads(line)
        answer = side.answered(message)
        if answer is None:
            others.append(message)
        else:
            print(json.dumps(answer), file=outgoing, flush=True)
    return others


def main(command: Sequence[str]) -> None:
    """Offer a chip with a profile."""
    card = EuiccCard(chip_of(make_world()))
    put(card.chip, Offer().encoded(), is_enabled=True)
    if not command:
        pumped(card, sys.stdin, sys.stdout)
        return
    for message in driven(card, command, os.environ | {"LPAC_APDU": "stdio"}):
        print(json.dumps(message, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
