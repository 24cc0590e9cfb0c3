"""A card on a plain wire that answers by a script and records each command it got."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from notou.errors import CardError


class ScriptedWire:
    """Gives the answers in order; ``commands`` are the APDUs received, in hexadecimal."""

    def __init__(self, answers: Iterable[str]) -> None:
        self.commands: list[str] = []
        self._answers = iter(answers)

    def exchange(self, command: bytes) -> bytes:
        self.commands.append(command.hex())
        answer = next(self._answers, None)
        if answer is None:
            raise CardError("The card is gone.")
        return bytes.fromhex(answer)


class AnsweringWire:
    """Answers every command by a function; ``commands`` are the APDUs received."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.commands: list[bytes] = []
        self._answer = answer

    def exchange(self, command: bytes) -> bytes:
        self.commands.append(command)
        return self._answer(command)
