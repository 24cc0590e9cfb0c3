"""A bare terminal for the tests: sends a command to the ISD-R in blocks and reads what comes back.

What may not enter: judgement of an answer.
"""

from __future__ import annotations

from notou.card.base import Channel
from tests.support.rsp.der import Tlv, read

_BLOCK = 120


class StatusError(Exception):
    """The card answered with another status than 9000 or 91xx."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


class Terminal:
    """Speaks to the ISD-R over a channel of the seam."""

    def __init__(self, channel: Channel, block_bytes: int = _BLOCK) -> None:
        self._transmit = channel.transmit
        self._block_bytes = block_bytes

    def send(self, command: bytes) -> bytes:
        """Send one whole command and return the data of the answer to its last block."""
        size = self._block_bytes
        blocks = [command[at : at + size] for at in range(0, len(command), size)]
        data = b""
        for number, block in enumerate(blocks):
            p1 = 0x91 if number == len(blocks) - 1 else 0x11
            data = self._accepted(bytes([0x80, 0xE2, p1, number & 0xFF, len(block)]) + block + b"\0")
        return data

    def _accepted(self, command: bytes) -> bytes:
        answer = self._transmit(command)
        status = int.from_bytes(answer[-2:], "big")
        if status != 0x9000 and status >> 8 != 0x91:
            raise StatusError(status)
        return answer[:-2]

    def ask(self, command: bytes) -> Tlv:
        """Send one whole command and return the one data object of the answer."""
        return read(self.send(command))
