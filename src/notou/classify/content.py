"""The class of a file by the first bytes of its content, for names that do not settle it.

Sources of the signatures: the formats' specifications (ISO/IEC 14496-12 for ``ftyp``, RFC 6350,
RFC 5545, RFC 4155, SQLite file format §1.3, ECMA-376, ODF 1.2 part 3) and file(1)'s magic.

What may not enter: reading files, names.
"""

from __future__ import annotations

import re

from notou.model import Lane

HEAD_BYTES = 4096
"""How much of a file's beginning is enough for every rule here."""

_PREFIXES: tuple[tuple[bytes, Lane], ...] = (
    (b"\xff\xd8\xff", Lane.PHOTOS),  # JPEG
    (b"\x89PNG\r\n\x1a\n", Lane.PHOTOS),
    (b"GIF87a", Lane.PHOTOS),
    (b"GIF89a", Lane.PHOTOS),
    (b"II*\0", Lane.PHOTOS),  # TIFF and the raw formats built on it
    (b"MM\0*", Lane.PHOTOS),
    (b"FUJIFILMCCD-RAW", Lane.PHOTOS),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Lane.PHOTOS),
    (b"8BPS\0\x01", Lane.PHOTOS),
    (b"\x1aE\xdf\xa3", Lane.VIDEOS),  # Matroska, WebM
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Lane.VIDEOS),  # ASF
    (b"FLV\x01", Lane.VIDEOS),
    (b"\0\0\x01\xba", Lane.VIDEOS),  # MPEG program stream
    (b"%PDF-", Lane.DOCUMENTS),
    (b"%!PS-Adobe", Lane.DOCUMENTS),
    (b"{\\rtf", Lane.DOCUMENTS),
    (b"AT&TFORM", Lane.DOCUMENTS),  # DjVu
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Lane.DOCUMENTS),  # Office before 2007
    (b"SQLite format 3\0", Lane.OTHER),
    (b"\x7fELF", Lane.OTHER),
)

_PICTURE_BRANDS = frozenset(b"heic heix heim heis hevc hevx mif1 mif2 msf1 avif avis".split()) | {b"crx "}
_SOUND_BRANDS = frozenset((b"M4A ", b"M4B ", b"M4P ", b"aax "))
_OLD_QUICKTIME = frozenset((b"moov", b"mdat", b"wide"))

_TEXTS: tuple[tuple[re.Pattern[bytes], Lane], ...] = tuple(
    (re.compile(rb"\A(?:\xef\xbb\xbf)?\s{0,64}" + pattern, re.IGNORECASE), lane)
    for pattern, lane in (
        (rb"BEGIN:VCARD\b", Lane.CONTACTS),
        (rb"BEGIN:VCALENDAR\b", Lane.CALENDARS),
        (rb"LPA:1\$", Lane.WALLET),  # an eSIM's activation code
        (rb"From \S+ .*\d\d:\d\d", Lane.MESSAGES),  # mbox
    )
)
_MAIL = re.compile(rb"\A[A-Za-z][A-Za-z0-9-]*:[ \t]")
_MAIL_FIELD = re.compile(
    rb"^(From|Date|Message-ID|Received|Return-Path|Delivered-To|MIME-Version):", re.MULTILINE | re.IGNORECASE
)
_OFFICE = re.compile(
    rb"\[Content_Types\]\.xml|mimetypeapplication/(?:vnd\.oasis|epub)|(?:word|xl|ppt)/|Index/Document\.iwa"
)


def lane_by_content(head: bytes) -> Lane:
    """The class of a file that begins with ``head`` (HEAD_BYTES, or all it has); OTHER when no rule fits."""
    for prefix, lane in _PREFIXES:
        if head.startswith(prefix):
            return lane
    for told in (_of_container(head), _of_text(head)):
        if told is not None:
            return told
    return Lane.OTHER


def _of_container(head: bytes) -> Lane | None:
    if head[4:8] == b"ftyp":
        return _of_brand(head[8:12])
    if head[4:8] in _OLD_QUICKTIME:
        return Lane.VIDEOS
    if head.startswith(b"RIFF"):
        return {b"WEBP": Lane.PHOTOS, b"AVI ": Lane.VIDEOS}.get(head[8:12])
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(head)
    return Lane.VIDEOS if _is_transport_stream(head) else None


def _of_brand(brand: bytes) -> Lane:
    if brand in _PICTURE_BRANDS:
        return Lane.PHOTOS
    return Lane.OTHER if brand in _SOUND_BRANDS else Lane.VIDEOS


def _of_zip(head: bytes) -> Lane | None:
    if b"pass.json" in head:
        return Lane.WALLET
    return Lane.DOCUMENTS if _OFFICE.search(head) else None


def _is_transport_stream(head: bytes) -> bool:
    """Whether a sync byte stands every 188 bytes, or every 192 after a 4-byte time stamp (AVCHD)."""
    return len(head) > 1000 and (head[:941:188] == b"G" * 6 or head[4:965:192] == b"G" * 6)


def _of_text(head: bytes) -> Lane | None:
    for pattern, lane in _TEXTS:
        if pattern.match(head):
            return lane
    if _MAIL.match(head) and len({field.lower() for field in _MAIL_FIELD.findall(head)}) >= 3:
        return Lane.MESSAGES
    return None
