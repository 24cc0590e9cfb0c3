"""QR codes in pictures: real ones read, hostile ones refused before they are decoded."""

from __future__ import annotations

import io
import struct
import sys
import zlib

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from notou.errors import UsageError
from notou.esim.picture import MOST_PICTURE_BYTES, qr_texts

CODE, OTHER = "LPA:1$rsp.example.com$ABCD-1234", "https://example.com/help"


def qr(text: str, scale: int = 6) -> Image.Image:
    data = io.BytesIO()
    segno.make(text, error="m", micro=False).save(data, kind="png", scale=scale)
    return Image.open(data).convert("L")


def saved(picture: Image.Image, form: str = "PNG") -> bytes:
    data = io.BytesIO()
    picture.save(data, format=form)
    return data.getvalue()


def on_a_page(*codes: str) -> Image.Image:
    page = Image.new("L", (400 * len(codes), 400), 255)
    for number, text in enumerate(codes):
        page.paste(qr(text), (400 * number + 50, 50))
    return page


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_code_is_read_from_pictures_of_every_usual_kind(form: str) -> None:
    assert qr_texts(saved(on_a_page(CODE), form)) == [CODE]


def test_every_code_in_a_picture_is_read_once() -> None:
    assert sorted(qr_texts(saved(on_a_page(CODE, OTHER, CODE)))) == sorted([CODE, OTHER])


def test_a_code_on_a_transparent_ground_is_read() -> None:
    black = qr(CODE)
    picture = Image.new("RGBA", black.size, (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), mask=black.point(lambda shade: 255 - shade))
    assert qr_texts(saved(picture)) == [CODE]


def test_a_picture_with_a_side_longer_than_the_reader_of_codes_takes_is_refused() -> None:
    for size in ((65_536, 1), (1, 65_536)):
        with pytest.raises(UsageError, match="too large"):
            qr_texts(saved(Image.new("1", size)))


def test_a_code_in_a_very_large_picture_is_read() -> None:
    page = Image.new("L", (8000, 8000), 255)
    page.paste(qr(CODE, scale=30), (3000, 3000))
    assert qr_texts(saved(page)) == [CODE]


def test_a_picture_without_a_code_has_none() -> None:
    assert qr_texts(saved(Image.new("L", (300, 300), 255))) == []


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(9000, 9000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_would_fill_the_memory_is_refused(width: int, height: int) -> None:
    with pytest.raises(UsageError):
        qr_texts(bomb(width, height))


def test_a_file_larger_than_any_picture_of_a_code_is_refused() -> None:
    with pytest.raises(UsageError, match="too large"):
        qr_texts(bytes(MOST_PICTURE_BYTES + 1))


@pytest.mark.parametrize("missing", ["PIL", "zxingcpp"])
def test_without_the_extra_it_is_said_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match="extra “qr”"):
        qr_texts(b"")


SOUND = saved(qr(CODE))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=100), st.integers(0, len(SOUND)), st.binary(max_size=8))
def test_no_bytes_are_more_than_refused(data: bytes, place: int, damage: bytes) -> None:
    damaged = SOUND[:place] + damage + SOUND[place + len(damage) :]
    for picture in (data, damaged, SOUND[:place]):
        try:
            qr_texts(picture)
        except UsageError:
            continue
