"""A modem's serial line: one AT command there, the lines of its answer back.

A line on which an answer stayed away is not used again: what comes late would be taken for the next answer.
3GPP TS 27.007. What may not enter: cards.
"""

from __future__ import annotations

import os
import select
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from notou.errors import CardError, CardLostError, UsageError
from notou.sentence import say
from notou.words.system import system_reason

ANSWER_TIMEOUT_S = 120.0
"""Installing a profile may keep a card busy for a minute."""

MOST_ANSWER_BYTES = 16 * 1024
"""The longest right answer is a response APDU in hexadecimal, 520 characters."""

_FINAL = ("OK", "ERROR")
_FINAL_PREFIXES = ("+CME ERROR:", "+CMS ERROR:")
_SPEED = termios.B115200


class ModemRefusedError(CardError):
    """The modem answered ERROR. ``code``: its number, where it gave one."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


class SerialLine:
    """An open serial line; ``clock`` gives seconds that never go back."""

    def __init__(
        self, descriptor: int, path: str, clock: Callable[[], float], timeout_s: float = ANSWER_TIMEOUT_S
    ) -> None:
        self.path = path
        self._descriptor, self._clock, self._timeout_s = descriptor, clock, timeout_s
        self._waiting = b""
        self._broken = False

    def ask(self, command: str) -> list[str]:
        """Send a command; returns the lines before OK, its echo left out.

        ModemRefusedError when the modem answers ERROR, CardError when it does not answer.
        """
        if self._broken:
            raise CardLostError(self._no_answer())
        self._broken = True  # until its answer is whole
        self._send(command.encode("ascii") + b"\r")
        lines = self._lines_until_final(self._clock() + self._timeout_s)
        self._broken = False
        final = lines.pop()
        if final != "OK":
            code = final.partition(":")[2].strip()
            raise ModemRefusedError(
                say(
                    "The modem {path} refused a command to the card ({answer}).", path=self.path, answer=final
                ),
                code,
            )
        return [line for line in lines if line != command]

    def _send(self, data: bytes) -> None:
        deadline_s = self._clock() + self._timeout_s
        while data:
            left_s = deadline_s - self._clock()
            if left_s <= 0 or not select.select([], [self._descriptor], [], left_s)[1]:
                raise CardError(self._no_answer())
            try:
                data = data[os.write(self._descriptor, data) :]
            except OSError as error:
                raise CardError(self._no_answer()) from error

    def _lines_until_final(self, deadline_s: float) -> list[str]:
        lines: list[str] = []
        seen = 0
        while not lines or not _is_final(lines[-1]):
            line = self._line(deadline_s)
            seen += len(line)
            if seen > MOST_ANSWER_BYTES:
                raise CardError(say("The modem {path} never stops answering one command.", path=self.path))
            if line:
                lines.append(line)
        return lines

    def _line(self, deadline_s: float) -> str:
        while b"\n" not in self._waiting:
            self._waiting += self._read(deadline_s)
            if len(self._waiting) > MOST_ANSWER_BYTES:
                raise CardError(say("The modem {path} never stops answering one command.", path=self.path))
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line.strip(b"\r ").decode("ascii", "replace")

    def _read(self, deadline_s: float) -> bytes:
        left_s = deadline_s - self._clock()
        if left_s <= 0 or not select.select([self._descriptor], [], [], left_s)[0]:
            raise CardError(self._no_answer())
        try:
            data = os.read(self._descriptor, 4096)
        except OSError as error:
            raise CardError(self._no_answer()) from error
        if not data:
            raise CardError(self._no_answer())
        return data

    def _no_answer(self) -> str:
        return say("The modem {path} gave no answer.", path=self.path)


def _is_final(line: str) -> bool:
    return line in _FINAL or line.startswith(_FINAL_PREFIXES)


@contextmanager
def serial_line(path: str, clock: Callable[[], float]) -> Iterator[SerialLine]:
    """The line at this path, raw and flushed. UsageError when it is none, or may not be opened."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(
            say(
                "The modem's line {path} cannot be opened: {reason}.",
                path=path,
                reason=system_reason(error),
            )
        ) from error
    try:
        _make_raw(descriptor, path)
        yield SerialLine(descriptor, path, clock)
    finally:
        os.close(descriptor)


def _make_raw(descriptor: int, path: str) -> None:
    try:
        tty.setraw(descriptor)
        settings = termios.tcgetattr(descriptor)
        settings[4] = settings[5] = _SPEED
        termios.tcsetattr(descriptor, termios.TCSANOW, settings)
        termios.tcflush(descriptor, termios.TCIOFLUSH)
    except termios.error as error:
        raise UsageError(say("{path} is no serial line of a modem.", path=path)) from error
