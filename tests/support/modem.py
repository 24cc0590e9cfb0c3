"""A modem on a pseudo-terminal, with a card behind a plain wire inside; it misbehaves on demand.

Written from 3GPP TS 27.007 alone. It stands apart from notou.card.modem and shares nothing with it.
"""

from __future__ import annotations

import os
import re
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Exchange = Callable[[bytes], bytes]
Spoil = Callable[[str, bytes], bytes | None]
"""(command line, right answer) → what is sent instead; None sends nothing at all."""


class Modem:
    """Answers AT commands on the master side; ``heard`` are the command lines."""

    def __init__(self, exchange: Exchange, spoil: Spoil | None = None) -> None:
        self.heard: list[str] = []
        self.echo = True
        self._exchange = exchange
        self._spoil = spoil or (lambda _, answer: answer)

    def answer(self, line: str) -> bytes | None:
        self.heard.append(line)
        echo = f"{line}\r" if self.echo else ""
        return self._spoil(line, (echo + self._body(line)).encode())

    def _body(self, line: str) -> str:
        if line == "ATE0":
            self.echo = False
            return "\r\nOK\r\n"
        if line in ("AT+CCHO=?", "AT+CCHC=?", "AT+CGLA=?"):  # whether the modem has the command
            return "\r\nOK\r\n"
        if found := re.fullmatch(r'AT\+CCHO="([0-9A-F]+)"', line):
            return self._open(bytes.fromhex(found[1]))
        if found := re.fullmatch(r"AT\+CCHC=(\d+)", line):
            self._exchange(bytes([0, 0x70, 0x80, int(found[1])]))
            return "\r\nOK\r\n"
        if found := re.fullmatch(r'AT\+(CGLA=\d+,|CSIM=)(\d+),"([0-9A-F]+)"', line):
            return self._carry(found[1][:4], int(found[2]), found[3])
        return "\r\nERROR\r\n"

    def _open(self, aid: bytes) -> str:
        opened = self._exchange(bytes.fromhex("0070000001"))
        selected = self._exchange(bytes([opened[0], 0xA4, 4, 0, len(aid)]) + aid)
        if selected[-2] not in (0x90, 0x61):
            self._exchange(bytes([0, 0x70, 0x80, opened[0]]))
            return "\r\n+CME ERROR: 22\r\n"
        return f"\r\n+CCHO: {opened[0]}\r\n\r\nOK\r\n"

    def _carry(self, name: str, length: int, apdu: str) -> str:
        if length != len(apdu):
            return "\r\n+CME ERROR: 24\r\n"
        answer = self._exchange(bytes.fromhex(apdu)).hex().upper()
        return f'\r\n+{name}: {len(answer)},"{answer}"\r\n\r\nOK\r\n'


@contextmanager
def plugged_in(modem: Modem) -> Iterator[str]:
    """The path of the modem's serial line."""
    master, slave = os.openpty()
    tty.setraw(master)
    worker = threading.Thread(target=_serve, args=(modem, master), daemon=True)
    worker.start()
    try:
        yield os.ttyname(slave)
    finally:
        os.close(slave)  # the reader of the master sees the end
        worker.join(10)
        os.close(master)


def _serve(modem: Modem, master: int) -> None:
    waiting = b""
    while True:
        try:
            waiting += os.read(master, 4096)
        except OSError:  # the line was unplugged
            return
        while b"\r" in waiting:
            line, _, waiting = waiting.partition(b"\r")
            answer = modem.answer(line.decode().lstrip("\n"))  # V.250: what comes before AT is ignored
            if answer is not None:
                os.write(master, answer)
