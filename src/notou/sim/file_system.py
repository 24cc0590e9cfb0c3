"""The file system of a SIM, over a channel of the card seam: select, read, update, and the PIN's tries.

A UICC and a plain SIM speak two dialects of the same commands (TS 102 221, 11; 3GPP TS 51.011, 9); they
differ here and nowhere else. What may not enter: which files there are, asking people.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from notou.card.base import Channel
from notou.errors import CardRefusedError, NotOnCardError
from notou.sentence import Sentence, say
from notou.sim.fcp import FileInfo, Structure, sim_file, uicc_file
from notou.sim.paths import MF, Path
from notou.sim.status import data_of, is_done, tries_of

MOST_RECORDS = 254
MOST_FILE_BYTES = 4096
_AT_ONCE_BYTES = 255
_ABSOLUTE = 0x04
_PIN_BYTES = 8


class Pin(IntEnum):
    """The two PINs of a person; the value is a plain SIM's number for it."""

    ONE = 1
    TWO = 2


class Standing(NamedTuple):
    """``opened``: the PIN was given already, or is switched off. ``tries``: how often a wrong one may still
    be given; None where the card does not say.
    """

    opened: bool
    tries: int | None


class Records(NamedTuple):
    """The records of a file, the first one first."""

    record_bytes: int
    all: tuple[bytes, ...]


class FileSystem:
    """One selected application and the files below the master file."""

    def __init__(self, channel: Channel, *, plain_sim: bool) -> None:
        """``plain_sim``: the card speaks TS 51.011 only."""
        self.plain_sim = plain_sim
        self._channel = channel
        self._class = 0xA0 if plain_sim else 0x00

    def select(self, path: Path, what: Sentence) -> FileInfo:
        """Go to a file, from the top. NotOnCardError when it is not there."""
        info = FileInfo(Structure.FOLDER, 0)
        for file_id in path:
            info = self._file_of(self._select(file_id, what))
        return info

    def read_transparent(self, path: Path, what: Sentence) -> bytes:
        """A file without records. NotOnCardError when it is not there or built otherwise."""
        info = self.select(path, what)
        if info.structure is not Structure.TRANSPARENT:
            raise NotOnCardError(say("The card holds {what} in another form than it should.", what=what))
        size, content = min(info.size_bytes, MOST_FILE_BYTES), b""
        while len(content) < size:
            length = min(_AT_ONCE_BYTES, size - len(content))
            part = data_of(self._send(0xB0, len(content) >> 8, len(content) & 0xFF, length=length), what)
            if not part:
                break
            content += part
        return content

    def read_records(self, path: Path, what: Sentence) -> Records:
        """All records of a file. NotOnCardError when it is not there or built otherwise."""
        info = self.select(path, what)
        if info.structure not in (Structure.LINEAR_FIXED, Structure.CYCLIC) or not info.record_bytes:
            raise NotOnCardError(say("The card holds {what} in another form than it should.", what=what))
        size, count = info.record_bytes, min(info.records, MOST_RECORDS)
        return Records(size, tuple(self.read_record(number, size, what) for number in range(1, count + 1)))

    def read_record(self, number: int, record_bytes: int, what: Sentence) -> bytes:
        """One record of the file selected. CardRefusedError when it is not as long as the card said."""
        record = data_of(self._send(0xB2, number, _ABSOLUTE, length=record_bytes), what)
        if len(record) != record_bytes:
            raise CardRefusedError(
                say(
                    "The card gave record {number} of {what} in another length than it has.",
                    number=number,
                    what=what,
                )
            )
        return record

    def update_record(self, path: Path, number: int, record: bytes, what: Sentence) -> None:
        """Write one record, and read it again. CardRefusedError when the card refused it or did not keep
        it.
        """
        self.select(path, what)
        data_of(self._send(0xDC, number, _ABSOLUTE, data=record), what)
        if self.read_record(number, len(record), what) != record:
            raise CardRefusedError(
                say(
                    "The card did not keep record {number} of {what} as it was written.",
                    number=number,
                    what=what,
                )
            )

    def standing(self, pin: Pin) -> Standing:
        """How a PIN stands. Costs no try."""
        if self.plain_sim:
            return Standing(opened=False, tries=self._tries_of_sim(pin))
        response = self._send(0x20, 0x00, self._reference(pin))
        return Standing(is_done(response), tries_of(response))

    def verify(self, pin: Pin, code: str) -> bool:
        """Give the PIN, once; False when it was wrong or is blocked. CardRefusedError when the card
        refused to look at it.
        """
        response = self._send(
            0x20, 0x00, self._reference(pin), data=code.encode("ascii").ljust(_PIN_BYTES, b"\xff")
        )
        if is_done(response):
            return True
        if tries_of(response) is not None or response[-2:] == b"\x98\x04":
            return False
        data_of(response, say("the PIN"))
        return True

    def _reference(self, pin: Pin) -> int:
        """The key reference of a PIN (TS 102 221, 9.5.1)."""
        return pin if self.plain_sim or pin is Pin.ONE else 0x81

    def _tries_of_sim(self, pin: Pin) -> int | None:
        """From what a plain SIM says of its folders (TS 51.011, 9.2.1); octet 19 for CHV1, 21 for CHV2."""
        answer = self._select(MF, say("the master file"))
        status = answer[16 + 2 * pin : 17 + 2 * pin]
        return status[0] & 0xF if status and status[0] & 0x80 else None

    def _select(self, file_id: int, what: Sentence) -> bytes:
        response = self._send(0xA4, 0x00, 0x00 if self.plain_sim else 0x04, data=file_id.to_bytes(2, "big"))
        if self.plain_sim and response[-2:-1] == b"\x9f":
            response = self._send(0xC0, 0x00, 0x00, length=response[-1])
        return data_of(response, what)

    def _file_of(self, answer: bytes) -> FileInfo:
        return sim_file(answer) if self.plain_sim else uicc_file(answer)

    def _send(
        self, instruction: int, p1: int, p2: int, *, data: bytes = b"", length: int | None = None
    ) -> bytes:
        command = bytes([self._class, instruction, p1, p2])
        if data:
            command += bytes([len(data)]) + data
        elif length is not None:
            command += bytes([length & 0xFF])
        return self._channel.transmit(command)


def speaks_plain_sim(channel: Channel) -> bool:
    """Whether the card knows the commands of a plain SIM only: it refuses the class of all others."""
    response = channel.transmit(bytes.fromhex("00A40004023F00"))
    return response[-2:] in (b"\x6e\x00", b"\x6d\x00")
