from __future__ import annotations

import pytest

from notou.classify import lane_by_name
from notou.classify.extensions import AMBIGUOUS, LANE_BY_EXTENSION
from notou.classify.name import _Verdicts
from notou.model import Lane


@pytest.mark.parametrize(
    ("name", "lane"),
    [
        (b"IMG_0001.JPG", Lane.PHOTOS),
        (b"IMG_0001.HEIC", Lane.PHOTOS),
        (b"film.Mp4", Lane.VIDEOS),
        (b"Notes.md", Lane.DOCUMENTS),
        (b"data.csv", Lane.DOCUMENTS),
        (b"a.b.pdf", Lane.DOCUMENTS),
        (b"report.docx~", Lane.DOCUMENTS),
        (b"all.vcf", Lane.CONTACTS),
        (b"contacts.csv", Lane.CONTACTS),
        (b"abook.sqlite", Lane.CONTACTS),
        (b"trip.ics", Lane.CALENDARS),
        (b"Calendar.sqlitedb", Lane.CALENDARS),
        (b"boarding.pkpass", Lane.WALLET),
        (b"esim.lpa", Lane.WALLET),
        (b"mail.eml", Lane.MESSAGES),
        (b"msgstore-2026-01-02.1.db.crypt14", Lane.MESSAGES),
        (b"msgstore.db", Lane.MESSAGES),
        (b"chat.db", Lane.MESSAGES),
        (b"sms-20260102030405.xml", Lane.MESSAGES),
        (b"signal-2026-01-02.backup", Lane.MESSAGES),
        (b"pom.xml", Lane.OTHER),
        (b"main.py", Lane.OTHER),
        (b"song.mp3", Lane.OTHER),
    ],
)
def test_a_name_settles_the_class_a_person_would_look_under(name: bytes, lane: Lane) -> None:
    assert lane_by_name(name) is lane


@pytest.mark.parametrize(
    "name", [b"README", b"jpg", b".bashrc", b"x.db", b"clip.mts", b"index.ts", b"\xff\xfe", b"a."]
)
def test_a_name_that_settles_nothing_leaves_it_to_the_content(name: bytes) -> None:
    assert lane_by_name(name) is None


@pytest.mark.parametrize("end", [b"-wal", b"-shm", b"-journal"])
@pytest.mark.parametrize("database", [b"chat.db", b"msgstore.db", b"AddressBook.sqlitedb", b"x.sqlite"])
def test_a_database_and_its_companions_share_a_lane(database: bytes, end: bytes) -> None:
    assert lane_by_name(database + end) is lane_by_name(database)


def test_a_hostile_folder_cannot_fill_the_memory_of_verdicts() -> None:
    verdicts = _Verdicts()
    for number in range(verdicts.MOST + 100):
        assert verdicts[b"x%d" % number] is None
    assert len(verdicts) == verdicts.MOST


def test_extensions_are_stored_as_they_are_looked_up() -> None:
    for extension in LANE_BY_EXTENSION.keys() | AMBIGUOUS:
        assert extension == extension.lower()
        assert b"." not in extension
