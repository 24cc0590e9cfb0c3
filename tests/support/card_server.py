"""Offers a card on a Unix socket as ``--reader sim:PATH`` finds it, logical channels included.

It turns a Card (notou.card.base) back into plain APDUs, as the card's own operating system would.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from notou.card.base import Card, Channel
from notou.errors import CardError, NotOnCardError

Cut = Callable[[bytes], bool]
"""Whether the line is cut instead of the answer to this command."""


class PlainCard:
    """One card; ``exchange`` answers plain APDUs."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._open: dict[int, tuple[ExitStack, Channel | None]] = {}

    def exchange(self, command: bytes) -> bytes:
        """Data and status."""
        number = _channel(command[0])
        if command[:2] == b"\x00\x70":
            return self._manage(command)
        if number not in self._open and number != 0:
            return b"\x68\x81"
        if command[1] == 0xA4 and command[2] == 0x04 and number:
            return self._select(number, command[5 : 5 + command[4]])
        channel = self._channel_of(number)
        return b"\x69\x85" if channel is None else channel.transmit(_plain_class(command[0]) + command[1:])

    def close(self) -> None:
        """As when power is taken away."""
        for stack, _ in self._open.values():
            stack.close()
        self._open.clear()

    def _manage(self, command: bytes) -> bytes:
        if command[2] == 0x80:
            stack, _ = self._open.pop(command[3], (ExitStack(), None))
            stack.close()
            return b"\x90\x00"
        free = next((n for n in range(1, 20) if n not in self._open), None)
        if free is None:
            return b"\x6a\x81"
        self._open[free] = (ExitStack(), None)
        return bytes([free, 0x90, 0x00])

    def _select(self, number: int, aid: bytes) -> bytes:
        self._open[number][0].close()
        stack = ExitStack()
        try:
            channel = stack.enter_context(self._card.application(aid))
        except NotOnCardError:
            return b"\x6a\x82"
        self._open[number] = (stack, channel)
        return b"\x90\x00"

    def _channel_of(self, number: int) -> Channel | None:
        if number == 0 and 0 not in self._open:
            stack = ExitStack()
            self._open[0] = (stack, stack.enter_context(self._card.basic()))
        return self._open[number][1]


def _channel(class_byte: int) -> int:
    return 4 + (class_byte & 0x0F) if class_byte & 0x40 else class_byte & 0x03


def _plain_class(class_byte: int) -> bytes:
    return bytes([class_byte & (0xB0 if class_byte & 0x40 else 0xFC)])


@contextmanager
def offered(card: Card, path: Path, cut: Cut = lambda _: False) -> Iterator[str]:
    """The card at this socket, for one program after another; the word for ``--reader``."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        worker = threading.Thread(target=_serve, args=(server, card, cut), daemon=True)
        worker.start()
        try:
            yield f"sim:{path}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            worker.join(10)


def _serve(server: socket.socket, card: Card, cut: Cut) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # the test is over
            return
        plain = PlainCard(card)
        with connection, connection.makefile("rwb") as stream:
            while (head := stream.read(2)) and len(head) == 2:
                command = stream.read(int.from_bytes(head, "big"))
                try:
                    answer = plain.exchange(command)
                except CardError:
                    break
                if cut(command):
                    break
                stream.write(len(answer).to_bytes(2, "big") + answer)
                stream.flush()
        plain.close()
