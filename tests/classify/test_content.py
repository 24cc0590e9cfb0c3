from __future__ import annotations

import io
import zipfile

import pytest

from notou.classify import HEAD_BYTES, lane_by_content
from notou.model import Lane


def zip_of(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x")
    return buffer.getvalue()


MAIL = b"Return-Path: <a@b.nc>\nReceived: from b.nc\nDate: Mon, 2 Feb 2026 10:00:00 +1100\nFrom: a@b.nc\n\nhi"


@pytest.mark.parametrize(
    ("head", "lane"),
    [
        (b"\xff\xd8\xff\xe1\x00\x10Exif", Lane.PHOTOS),
        (b"\x89PNG\r\n\x1a\n\0\0", Lane.PHOTOS),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Lane.PHOTOS),
        (b"\0\0\0\x18ftypavif\0\0\0\0", Lane.PHOTOS),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Lane.PHOTOS),
        (b"\0\0\0\x18ftypisom\0\0\x02\0", Lane.VIDEOS),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", Lane.VIDEOS),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", Lane.OTHER),
        (b"RIFF\x10\0\0\0AVI LIST", Lane.VIDEOS),
        (b"RIFF\x10\0\0\0WAVEfmt ", Lane.OTHER),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1f", Lane.VIDEOS),
        ((b"G" + b"\x40" * 187) * 20, Lane.VIDEOS),
        (b"%PDF-1.7\n", Lane.DOCUMENTS),
        (zip_of("[Content_Types].xml", "word/document.xml"), Lane.DOCUMENTS),
        (zip_of("mimetype", "content.xml"), Lane.DOCUMENTS),
        (zip_of("manifest.json", "pass.json"), Lane.WALLET),
        (zip_of("anything.bin"), Lane.OTHER),
        (b"LPA:1$smdp.example$CODE", Lane.WALLET),
        (b"\xef\xbb\xbfBEGIN:VCARD\r\nVERSION:4.0\r\n", Lane.CONTACTS),
        (b"begin:vcalendar\nVERSION:2.0\n", Lane.CALENDARS),
        (b"From - Mon Feb 02 10:00:00 2026\nX-Mozilla-Status: 0001\n", Lane.MESSAGES),
        (MAIL, Lane.MESSAGES),
        (b"SQLite format 3\0\x10\0", Lane.OTHER),
        (b"Date: today\nplain notes", Lane.OTHER),
        (b"import os\n", Lane.OTHER),
        (b"", Lane.OTHER),
        (b"\0" * HEAD_BYTES, Lane.OTHER),
    ],
)
def test_content_tells_the_class_where_the_name_does_not(head: bytes, lane: Lane) -> None:
    assert lane_by_content(head) is lane
