"""The card inside a modem, by AT commands: +CCHO, +CGLA and +CCHC for applications, +CSIM for channel 0.

3GPP TS 27.007, sections 8.17 and 8.43 to 8.45. The number that +CCHO gives is the channel's, as modems
have it, and the class byte carries it. What may not enter: serial lines, what commands mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from notou.card.base import Card, Channel
from notou.card.logical import WireCard, WireChannel, without_length
from notou.card.serial import ModemRefusedError, serial_line
from notou.errors import CardError, NotOnCardError
from notou.sentence import say

_NOT_FOUND_CODE = "22"
_APDU = re.compile(r'\s*(\d{1,5})\s*,\s*"?([0-9A-Fa-f]*)"?\s*')
_SESSION = re.compile(r"\s*\"?(\d{1,2})\"?\s*")
_HIGHEST_CHANNEL = 19


class Line(Protocol):
    """A line to a modem; SerialLine is one."""

    path: str

    def ask(self, command: str) -> list[str]:
        """Send a command; returns the lines before OK."""
        ...


@dataclass(frozen=True, slots=True)
class ModemCard:
    """A Card of notou.card.base in a modem."""

    line: Line

    @property
    def name(self) -> str:
        """See Card."""
        return self.line.path

    @contextmanager
    def application(self, aid: bytes) -> Iterator[Channel]:
        """See Card. A modem that does not know +CCHO is asked for a channel by way of +CSIM."""
        try:
            session = self._open(aid)
        except ModemRefusedError:
            with WireCard(self.name, self).application(aid) as channel:
                yield channel
            return
        try:
            yield WireChannel(lambda command: self._exchange(f"CGLA={session},", command), session, self.name)
        finally:
            with suppress(CardError):  # a modem that is gone has closed it already
                self.line.ask(f"AT+CCHC={session}")

    @contextmanager
    def basic(self) -> Iterator[Channel]:
        """See Card."""
        yield WireChannel(self.exchange, 0, self.name)

    def exchange(self, command: bytes) -> bytes:
        """A command as it is, by +CSIM: a Wire of notou.card.logical."""
        return self._exchange("CSIM=", command)

    def _open(self, aid: bytes) -> int:
        try:
            lines = self.line.ask(f'AT+CCHO="{aid.hex().upper()}"')
        except ModemRefusedError as error:
            if error.code != _NOT_FOUND_CODE:
                raise
            raise NotOnCardError(
                say("The card in {reader} has no such application.", reader=self.name)
            ) from error
        found = [each for line in lines if (each := _SESSION.fullmatch(_after("+CCHO:", line)))]
        if len(found) != 1 or not 1 <= int(found[0][1]) <= _HIGHEST_CHANNEL:
            raise self._garbled()
        return int(found[0][1])

    def _exchange(self, command: str, apdu: bytes) -> bytes:
        digits = without_length(apdu).hex().upper()  # modems hand it on as it is, and their cards speak T=0
        lines = self.line.ask(f'AT+{command}{len(digits)},"{digits}"')
        prefix = f"+{command[:4]}:"
        found = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
        answer = _APDU.fullmatch(found[0]) if len(found) == 1 else None
        if answer is None or int(answer[1]) != len(answer[2]) or len(answer[2]) % 2:
            raise self._garbled()
        return bytes.fromhex(answer[2])

    def _garbled(self) -> CardError:
        return CardError(
            say(
                "The answer of the modem {path} to a command for the card cannot be read.",
                path=self.line.path,
            )
        )


def _after(prefix: str, line: str) -> str:
    """What follows the prefix; some modems leave it away."""
    return line.removeprefix(prefix)


@contextmanager
def modem_card(path: str, clock: Callable[[], float]) -> Iterator[Card]:
    """The card in the modem on this serial line. UsageError when there is no such line."""
    with serial_line(path, clock) as line:
        with suppress(ModemRefusedError):  # it may not know how to leave the echo away, which does no harm
            line.ask("ATE0")
        yield ModemCard(line)
