"""The card itself: it takes command APDUs and answers as the specifications say, or misbehaves as it is
told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from notou.card.base import Channel
from notou.errors import CardError, NotOnCardError
from tests.support.simcard.files import Access, Elementary, Folder

DONE = b"\x90\x00"


@dataclass
class PinState:
    """One PIN. ``asked``: how often a code was tried."""

    code: str
    tries: int = 3
    enabled: bool = True
    verified: bool = False
    asked: int = 0

    @property
    def opens(self) -> bool:
        return self.verified or not self.enabled


@dataclass
class Place:
    """Where one channel stands."""

    folder: Folder
    file: Elementary | None = None
    waiting: bytes = b""


@dataclass
class SimCard:
    """``application``: the USIM's folder and ``aid`` its name; None on a plain SIM, which knows class A0
    only.

    ``refusals``: status by (file, instruction), instead of doing it. ``removed_after``: commands until the
    card is pulled out.
    """

    master: Folder
    usim: Folder | None = None
    aid: bytes = b""
    pins: dict[int, PinState] = field(default_factory=lambda: {1: PinState("1234"), 2: PinState("9876")})
    name: str = "the simulated card"
    refusals: dict[tuple[int, int], str] = field(default_factory=dict)
    removed_after: int | None = None
    forgets: bool = False  # says that it wrote, and did not
    commands: list[bytes] = field(default_factory=list)

    # What the seam asks of a card

    @contextmanager
    def basic(self) -> Iterator[Channel]:
        yield _Fetching(self, Place(self.master))

    @contextmanager
    def application(self, aid: bytes) -> Iterator[Channel]:
        if self.usim is None or not self.aid.startswith(aid):
            raise NotOnCardError("No such application.")
        yield _Fetching(self, Place(self.usim))

    # Commands

    def process(self, place: Place, command: bytes) -> bytes:
        """One command APDU of T=0; data that wait are announced by 61xx or 9Fxx."""
        self.commands.append(command)
        if self.removed_after is not None and len(self.commands) > self.removed_after:
            raise CardError("The card was taken out of the reader.")
        wanted_class = 0xA0 if self.usim is None else 0x00
        if command[0] != wanted_class:
            return b"\x6e\x00"
        refusal = self.refusals.get((place.file.file_id if place.file else 0, command[1]))
        if refusal is not None:
            return bytes.fromhex(refusal)
        doing = {0xA4: self._select, 0xB0: self._read, 0xB2: self._read_record, 0xDC: self._update_record}
        if command[1] == 0xC0:
            return _wanted(place.waiting, command)
        if command[1] == 0x20:
            return self._verify(command)
        action = doing.get(command[1])
        return action(place, command) if action else b"\x6d\x00"

    def _select(self, place: Place, command: bytes) -> bytes:
        found = self._find(place, int.from_bytes(command[5:7], "big"))
        if found is None:
            return b"\x94\x04" if self.usim is None else b"\x6a\x82"
        place.file = found if isinstance(found, Elementary) else None
        place.folder = found if isinstance(found, Folder) else place.folder
        place.waiting = self._answer(found)
        return (b"\x9f" if self.usim is None else b"\x61") + bytes([len(place.waiting)])

    def _find(self, place: Place, file_id: int) -> Elementary | Folder | None:
        """TS 102 221, 8.4.1."""
        if file_id == 0x3F00:
            return self.master
        if file_id == 0x7FFF:
            return self.usim
        near = [place.folder, *([place.folder.parent] if place.folder.parent else [])]
        return next((folder.children[file_id] for folder in near if file_id in folder.children), None)

    def _answer(self, found: Elementary | Folder) -> bytes:
        if self.usim is not None:
            return found.fcp()
        if isinstance(found, Elementary):
            return found.header()
        return found.header((0x80 | self.pins[1].tries, 0x80 | self.pins[2].tries))

    def _read(self, place: Place, command: bytes) -> bytes:
        file = place.file
        if file is None or file.structure != "transparent":
            return b"\x69\x86"
        if not self._opens(file.read):
            return self._closed()
        return _wanted(file.records[0][command[2] << 8 | command[3] :], command)

    def _read_record(self, place: Place, command: bytes) -> bytes:
        file = place.file
        if file is None or file.structure == "transparent":
            return b"\x69\x86"
        if not self._opens(file.read):
            return self._closed()
        if not 0 < command[2] <= len(file.records):
            return b"\x94\x02" if self.usim is None else b"\x6a\x83"
        return _wanted(file.records[command[2] - 1], command)

    def _update_record(self, place: Place, command: bytes) -> bytes:
        file = place.file
        if file is None or file.structure != "linear":
            return b"\x69\x86"
        if not self._opens(file.update):
            return self._closed()
        data = command[5:]
        if not 0 < command[2] <= len(file.records):
            return b"\x94\x02" if self.usim is None else b"\x6a\x83"
        if len(data) != command[4] or len(data) != len(file.records[0]):
            return b"\x67\x00"
        if not self.forgets:
            file.records[command[2] - 1] = data
        return DONE

    def _opens(self, access: Access) -> bool:
        return access is Access.ALWAYS or (access in self.pins and self.pins[access].opens)

    def _closed(self) -> bytes:
        return b"\x98\x04" if self.usim is None else b"\x69\x82"

    def _verify(self, command: bytes) -> bytes:
        pin = self.pins[2 if command[3] in (0x02, 0x81) else 1]
        if not pin.tries:
            return b"\x98\x40" if self.usim is None else b"\x69\x83"
        if len(command) < 6:
            if self.usim is None:
                return b"\x67\x08"
            return DONE if pin.opens else bytes([0x63, 0xC0 | pin.tries])
        pin.asked += 1
        if command[5:] == pin.code.encode().ljust(8, b"\xff"):
            pin.tries, pin.verified = 3, True
            return DONE
        pin.tries -= 1
        if self.usim is None:
            return b"\x98\x40" if not pin.tries else b"\x98\x04"
        return bytes([0x63, 0xC0 | pin.tries])


@dataclass
class _Fetching:
    """A channel that fetches what the card holds back, as the seam promises."""

    card: SimCard
    place: Place

    def transmit(self, command: bytes) -> bytes:
        response = self.card.process(self.place, command)
        if response[-2] == 0x6C:
            return self.card.process(self.place, command[:4] + response[-1:])
        if response[-2] == 0x61:
            return self.card.process(self.place, bytes([command[0], 0xC0, 0, 0, response[-1]]))
        return response


def _wanted(data: bytes, command: bytes) -> bytes:
    """As much as was asked for; the right length where that is not what there is to give."""
    length = command[4] or 256
    return data[:length] + DONE if length <= len(data) else bytes([0x6C, len(data) & 0xFF])
