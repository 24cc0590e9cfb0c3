"""The files of a card that hold records, as they were read, by the role each plays: exact, so that they
can go back.

A list of numbers (a phone book, fixed dialling, own numbers) is one main file and the files its records
point into. What may not enter: what the records mean (entry, message), reading cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from notou.sim.paths import Path

SMS_ROLE, SMSP_ROLE, FDN_ROLE, MSISDN_ROLE, EXT2_ROLE = "sms", "smsp", "fdn", "msisdn", "ext2"
MOST_LISTS = 8


@dataclass(frozen=True, slots=True)
class FileImage:
    """One file of records, the first record first; all are ``record_bytes`` long."""

    role: str
    path: Path
    record_bytes: int
    records: tuple[bytes, ...]

    def record(self, number: int) -> bytes | None:
        """A record by its number, which counts from 1; None when there is none."""
        return self.records[number - 1] if 0 < number <= len(self.records) else None


@dataclass(frozen=True, slots=True)
class NumberList:
    """One list: its main file, and the roles of those that belong to it.

    ``beside``: record n belongs to record n of the main file (type 1 of TS 31.102, 4.4.2.1). ``indexed``:
    the index file names the record, in the order given here (type 2). ``extension``: pointed at by the
    record itself (type 3).
    """

    main: str
    extension: str | None = None
    beside: tuple[str, ...] = ()
    index: str | None = None
    indexed: tuple[str, ...] = ()
    short_id: int = 0  # the main file's, as records of type 2 name it


@dataclass(frozen=True, slots=True)
class CardImage:
    """What is kept of one card so that it can be written back. ``files`` by role."""

    iccid: str
    lists: tuple[NumberList, ...]
    files: Mapping[str, FileImage]

    @property
    def phone_book(self) -> tuple[NumberList, ...]:
        """The lists of the phone book, in the card's order."""
        return tuple(each for each in self.lists if each.main.startswith("adn."))

    def list_of(self, main: str) -> NumberList | None:
        """The list with this main file."""
        return next((each for each in self.lists if each.main == main), None)

    def with_record(self, role: str, number: int, record: bytes) -> CardImage:
        """The same card with one record changed."""
        file = self.files[role]
        records = (*file.records[: number - 1], record, *file.records[number:])
        return replace(self, files={**self.files, role: replace(file, records=records)})


def is_free(record: bytes) -> bool:
    """Whether a record of names, numbers or pointers holds nothing: the card's makers fill it with FF."""
    return not record.strip(b"\xff")


def kind_of(role: str) -> str:
    """What a file is for: the first part of its role."""
    return role.partition(".")[0]
