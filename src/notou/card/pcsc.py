"""Cards in PC/SC readers, by pyscard (the extra ``card``), which is imported when a reader is asked for.

What may not enter: logical channels (notou.card.logical), what commands mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from notou.card.base import Card
from notou.card.logical import WireCard, without_length
from notou.errors import CardError, UsageError
from notou.sentence import say


class Connection(Protocol):
    """What is used of pyscard's connection."""

    def transmit(self, command: list[int]) -> tuple[list[int], int, int]:
        """Data and the two status bytes."""
        ...


class Reader(Protocol):
    """What is used of pyscard's reader; ``str()`` of it is its name."""

    def createConnection(self) -> Any:  # noqa: N802 - pyscard's name
        """A connection, not yet opened."""
        ...


@dataclass(frozen=True, slots=True)
class PcscWire:
    """A Wire of notou.card.logical. ``byte_wise``: the card speaks T=0, where no command asks for a length
    after its data.
    """

    connection: Connection
    reader: str
    byte_wise: bool

    def exchange(self, command: bytes) -> bytes:
        """See Wire."""
        sent = without_length(command) if self.byte_wise else command
        try:
            data, first, second = self.connection.transmit(list(sent))
        except Exception as error:
            raise CardError(
                say(
                    "The card in {reader} gave no answer; see that it sits in the reader.", reader=self.reader
                )
            ) from error
        return bytes([*data, first, second])


@contextmanager
def pcsc_card(wanted: str, present: Sequence[Reader] | None = None) -> Iterator[Card]:
    """The card in the reader whose name holds ``wanted`` ("" where there is only one reader).

    UsageError when pyscard is missing or no single reader is meant, CardError when no card answers.
    ``present``: the readers, where not those of this machine.
    """
    reader = choose_reader(wanted, _readers() if present is None else present)
    connection = reader.createConnection()
    try:
        connection.connect()
    except Exception as error:  # pyscard's errors have several roots
        raise CardError(say("No card answers in the reader {reader}.", reader=str(reader))) from error
    try:
        byte_wise = connection.getProtocol() == _T0
        yield WireCard(str(reader), PcscWire(connection, str(reader), byte_wise))
    finally:
        with suppress(Exception):  # a card that was taken out is gone already
            connection.disconnect()


_T0 = 1  # SCARD_PROTOCOL_T0


def choose_reader(wanted: str, present: Sequence[Reader]) -> Reader:
    """The one reader whose name holds ``wanted``, letter case aside. UsageError when it is not just one."""
    if not present:
        raise UsageError(say("No card reader is there: plug one in, and see that the service pcscd runs."))
    found = [reader for reader in present if wanted.casefold() in str(reader).casefold()]
    if len(found) == 1:
        return found[0]
    names = "; ".join(str(reader) for reader in present)
    if not found:
        raise UsageError(
            say("No reader is named “{wanted}”; there are: {names}.", wanted=wanted, names=names)
        )
    raise UsageError(
        say("Several readers are there: choose one with --reader pcsc:NAME. They are: {names}.", names=names)
    )


def _readers() -> Sequence[Reader]:
    try:
        from smartcard.System import readers  # type: ignore[import-not-found]  # the extra may be missing
    except ImportError as error:
        raise UsageError(
            say("Card readers need pyscard, which is not installed: run 'pip install notou[card]', or name a "
                "modem with --reader modem:/dev/….")
        ) from error  # fmt: skip
    try:
        return list(readers())
    except Exception as error:  # pyscard's errors have several roots
        raise UsageError(
            say("The service for card readers does not answer: see that pcscd is installed and runs.")
        ) from error
