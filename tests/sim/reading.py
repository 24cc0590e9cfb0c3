"""Reading a simulated card with a PIN at hand."""

from __future__ import annotations

from notou.sim.file_system import FileSystem, Pin
from notou.sim.pin import unlock
from notou.sim.read import Contents, file_system, read_card
from tests.support.simcard.card import SimCard


def read(card: SimCard, code: str | None = "1234", asked: list[int | None] | None = None) -> Contents:
    """What the card holds; ``asked`` receives the tries left each time its PIN is asked for."""

    def answer(_: Pin, tries: int | None) -> str | None:
        if asked is not None:
            asked.append(tries)
        return code

    def give(files: FileSystem) -> None:
        unlock(files, Pin.ONE, answer)

    with file_system(card) as files:
        return read_card(files, give)
