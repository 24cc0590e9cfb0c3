"""A simulated card that another process offers on a Unix socket.

Each message is two bytes of length, big-endian, and that many bytes: a command APDU there, its response
back. The other side behaves as a card does, logical channels included.
What may not enter: what a simulated card does.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from notou.card.base import Card
from notou.card.logical import WireCard
from notou.errors import CardError, CardLostError
from notou.sentence import Sentence, say
from notou.words.system import system_reason

_TIMEOUT_S = 60.0


@dataclass(slots=True)
class SocketWire:
    """A Wire of notou.card.logical over a connected socket.

    One on which an answer stayed away is not used again: what comes late would be taken for the next answer.
    """

    connection: socket.socket
    path: str
    broken: bool = False

    def exchange(self, command: bytes) -> bytes:
        """See Wire."""
        if self.broken:
            raise CardLostError(self._no_answer())
        self.broken = True  # until the answer is whole
        try:
            self.connection.sendall(len(command).to_bytes(2, "big") + command)
            answer = self._receive(int.from_bytes(self._receive(2), "big"))
        except OSError as error:
            raise CardError(self._no_answer()) from error
        self.broken = False
        return answer

    def _no_answer(self) -> Sentence:
        return say("The simulated card at {path} gave no answer.", path=self.path)

    def _receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            if not part:
                raise ConnectionResetError
            data += part
        return data


@contextmanager
def simulated_card(path: str) -> Iterator[Card]:
    """The card offered at this socket, for as long as the context lasts. CardError when none is."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_TIMEOUT_S)
        try:
            connection.connect(path)
        except OSError as error:
            raise CardError(
                say(
                    "There is no simulated card at {path}: {reason}.",
                    path=path,
                    reason=system_reason(error),
                )
            ) from error
        yield WireCard(path, SocketWire(connection, path))
