"""Reading a card: which files it has, in which order, and what cannot be seen.

What may not enter: what records mean beyond finding the next file; who is asked for a PIN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from notou.card.base import Card
from notou.errors import CardRefusedError, NotOnCardError, PinNeededError
from notou.sentence import Sentence, say
from notou.sim import paths
from notou.sim.alpha import alpha_text
from notou.sim.file_system import FileSystem, Records, speaks_plain_sim
from notou.sim.image import (
    EXT2_ROLE,
    FDN_ROLE,
    MOST_LISTS,
    MSISDN_ROLE,
    SMS_ROLE,
    SMSP_ROLE,
    CardImage,
    FileImage,
    NumberList,
)
from notou.sim.number import card_number, subscriber_number
from notou.sim.paths import Homes, Path, file_words
from notou.sim.phone_book import Assembly, assembly
from notou.sim.tlv import first

T = TypeVar("T")

Unlock = Callable[[FileSystem], None]
"""Gives the card its PIN, or raises."""

_APPLICATION, _AID = 0x61, 0x4F
_USIM = bytes.fromhex("A0000000871002")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a card holds. ``unseen``: why a file is not among it, by role, for each that could not be read."""

    plain_sim: bool
    imsi: str
    provider: str
    image: CardImage
    unseen: Mapping[str, Sentence]


@contextmanager
def file_system(card: Card) -> Iterator[FileSystem]:
    """The card's file system: of its USIM, or of a plain SIM. CardError when the card is neither."""
    with card.basic() as channel:
        plain_sim = speaks_plain_sim(channel)
        if plain_sim:
            yield FileSystem(channel, plain_sim=True)
            return
        aid = _usim_aid(FileSystem(channel, plain_sim=False))
    with card.application(aid) as channel:
        yield FileSystem(channel, plain_sim=False)


def _usim_aid(files: FileSystem) -> bytes:
    """The USIM of the card's list of applications (ETSI TS 102 221, 13.1)."""
    for record in files.read_records(paths.APPLICATIONS, say("the list of applications")).all:
        aid = first(first(record, _APPLICATION), _AID)
        if aid.startswith(_USIM) and len(aid) <= 16:
            return aid
    raise NotOnCardError(
        say("The card holds no SIM application: an empty eSIM chip, or a card of another kind.")
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """What a card says of itself to anybody: its number needs no PIN."""

    plain_sim: bool
    iccid: str


def identity(card: Card) -> Identity:
    """Whose card it is. CardError when it does not say."""
    with card.basic() as channel:
        plain_sim = speaks_plain_sim(channel)
        files = FileSystem(channel, plain_sim=plain_sim)
        return Identity(plain_sim, card_number(files.read_transparent(paths.ICCID, file_words("iccid"))))


def read_card(files: FileSystem, unlock: Unlock) -> Contents:
    """All of it. ``unlock`` is called at most once, when the card first wants its PIN."""
    return _Reading(files, unlock).contents()


@dataclass
class _Reading:
    """One reading of one card."""

    files: FileSystem
    unlock: Unlock
    unlocked: bool = False
    images: dict[str, FileImage] = field(default_factory=dict)
    lists: list[NumberList] = field(default_factory=list)
    unseen: dict[str, Sentence] = field(default_factory=dict)

    def contents(self) -> Contents:
        homes = paths.SIM_HOMES if self.files.plain_sim else paths.UICC_HOMES
        iccid = card_number(self._required(paths.ICCID, "iccid"))
        imsi = self._optional((*homes.network, paths.IMSI), "imsi")
        provider = self._optional((*homes.network, paths.SPN), "spn")
        self._phone_book(homes)
        self._number_lists(homes)
        self._record_files(homes)
        image = CardImage(iccid, tuple(self.lists), self.images)
        return Contents(
            self.files.plain_sim, subscriber_number(imsi), alpha_text(provider[1:]), image, self.unseen
        )

    def _required(self, path: Path, role: str) -> bytes:
        return self._opening(lambda: self.files.read_transparent(path, file_words(role)))

    def _optional(self, path: Path, role: str) -> bytes:
        return self._seen(role, lambda: self._required(path, role)) or b""

    def _phone_book(self, homes: Homes) -> None:
        """The phone books of the reference files; where there is none, the plain one."""
        for home in homes.telephony:
            folder = (*home, paths.PHONEBOOK)
            reference = None if self.files.plain_sim else self._records("pbr", (*folder, paths.PBR))
            for record in reference.all if reference else ():
                self._add(assembly(record, self._count()), folder)
        if not self._count():
            plain = {"adn.0": paths.ADN, "ext1.0": paths.EXT1}
            self._add(Assembly(NumberList("adn.0", "ext1.0"), plain), homes.telephony[-1])

    def _count(self) -> int:
        return sum(each.main.startswith("adn.") for each in self.lists)

    def _records(self, role: str, path: Path) -> Records | None:
        return self._seen(
            role, lambda: self._opening(lambda: self.files.read_records(path, file_words(role)))
        )

    def _number_lists(self, homes: Homes) -> None:
        """Those that stand beside each other in the application, on a plain SIM among the telephone
        functions.
        """
        folder = homes.telephony[0]
        for main, file_id, extension, extension_id in _lists_beside(plain_sim=self.files.plain_sim):
            files = {main: file_id, **({extension: extension_id} if extension_id else {})}
            self._add(Assembly(NumberList(main, extension), files), folder)

    def _record_files(self, homes: Homes) -> None:
        for role, file_id in ((SMS_ROLE, paths.SMS), (SMSP_ROLE, paths.SMSP)):
            self._image(role, (*homes.telephony[0], file_id))

    def _add(self, found: Assembly | None, folder: Path) -> None:
        """Read a list and what belongs to it; it counts when its main file is there."""
        if (
            found is None
            or len(self.lists) >= MOST_LISTS
            or not self._image_of(found, found.numbers.main, folder)
        ):
            return
        for role in found.files:
            if role != found.numbers.main:
                self._image_of(found, role, folder)
        self.lists.append(_without_missing(found.numbers, self.images))

    def _image_of(self, found: Assembly, role: str, folder: Path) -> bool:
        return self._image(role, (*folder, found.files[role]))

    def _image(self, role: str, path: Path) -> bool:
        read = self._records(role, path)
        if read is not None:
            self.images[role] = FileImage(role, path, read.record_bytes, read.all)
        return read is not None

    def _opening(self, read: Callable[[], T]) -> T:
        """Read; where the card wants its PIN, give it and read again."""
        try:
            return read()
        except PinNeededError:
            if self.unlocked:
                raise
            self.unlocked = True
            self.unlock(self.files)
            return read()

    def _seen(self, role: str, read: Callable[[], T]) -> T | None:
        """None where the card has no such file; where it refuses, that is said as well."""
        try:
            return read()
        except NotOnCardError:
            return None
        except CardRefusedError as error:
            self.unseen[role] = error.args[0]
            return None


def _lists_beside(*, plain_sim: bool) -> Iterator[tuple[str, int, str, int]]:
    """(list, file, its extension, file): own numbers of a plain SIM go on in the phone book's extension."""
    yield FDN_ROLE, paths.FDN, EXT2_ROLE, paths.EXT2
    yield (
        (MSISDN_ROLE, paths.MSISDN, "ext1.0", 0)
        if plain_sim
        else (MSISDN_ROLE, paths.MSISDN, "ext5", paths.EXT5)
    )


def _without_missing(numbers: NumberList, images: Mapping[str, FileImage]) -> NumberList:
    """The list without files that the card names and does not have. Places in the index stay."""
    index = numbers.index if numbers.index in images else None
    return replace(
        numbers,
        extension=numbers.extension if numbers.extension in images else None,
        beside=tuple(role for role in numbers.beside if role in images),
        index=index,
        indexed=numbers.indexed if index else (),
    )
