"""Makes the homes that are backed up in a measurement: seeded, so that every tool sees the same bytes.

Pictures and films are real containers (JPEG segments, MP4 boxes) round random data, because that is how they
look to a backup: structured heads, incompressible bodies. What may not enter: timing, tools.
"""

from __future__ import annotations

import random
import sqlite3
import struct
from pathlib import Path

KIB = 1024
MIB = 1024 * KIB

WORDS = (
    *("lagoon", "reef", "ferry", "harbour", "ticket", "passport", "island", "morning", "market", "mountain"),
    *("weather", "letter", "receipt", "village", "coffee", "journey", "window", "paper", "garden", "evening"),
    *("meeting", "bread", "river", "bridge", "station", "bicycle", "holiday", "camera"),
)


def text(rng: random.Random, size: int) -> bytes:
    """About ``size`` bytes of words: compresses as prose does, about four to one."""
    words: list[str] = []
    length = 0
    while length < size:
        word = rng.choice(WORDS) if rng.random() < 0.8 else f"{rng.getrandbits(40):x}"
        words.append(word)
        length += len(word) + 1
    return " ".join(words).encode()


def exif(title: str) -> bytes:
    """An APP1 segment: an XMP packet with a title, padded as picture editors pad it."""
    packet = f'<x:xmpmeta><rdf:Description dc:title="{title}"/></x:xmpmeta>'.encode().ljust(4 * KIB)
    body = b"http://ns.adobe.com/xap/1.0/\x00" + packet
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def jpeg_body(rng: random.Random, size: int) -> bytes:
    """Everything behind the metadata: tables, frame, scan, end; random where a camera's data looks random."""
    tables = b"\xff\xdb" + struct.pack(">H", 67) + b"\x00" + bytes(range(64))
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 3000, 4000, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x3f\x00"
    data = rng.randbytes(size).replace(b"\xff", b"\xfe")
    return tables + frame + scan + data + b"\xff\xd9"


def jpeg(rng: random.Random, size: int, title: str) -> bytes:
    """One photo of about ``size`` bytes."""
    return b"\xff\xd8" + exif(title) + jpeg_body(rng, size)


def mp4(rng: random.Random, size: int) -> bytes:
    """One film of about ``size`` bytes: ftyp, moov, mdat."""
    ftyp = b"ftypisom\x00\x00\x02\x00isomiso2mp41"
    moov = b"moov" + text(rng, 8 * KIB)
    mdat = b"mdat" + rng.randbytes(size)
    return b"".join(struct.pack(">I", len(box) + 4) + box for box in (ftyp, moov, mdat))


def write_photos(root: Path, rng: random.Random, albums: int, photos_each: int, mean_bytes: int) -> int:
    """Albums of photos; returns the bytes written."""
    written = 0
    for album in range(albums):
        folder = root / f"Album {album:02d}"
        folder.mkdir(parents=True)
        for number in range(photos_each):
            size = rng.randrange(mean_bytes // 2, mean_bytes * 3 // 2)
            written += (folder / f"IMG_{album:02d}{number:04d}.JPG").write_bytes(
                jpeg(rng, size, f"{album}.{number}")
            )
    return written


def write_documents(root: Path, rng: random.Random, count: int) -> int:
    """Letters, notes and office files (these incompressible, being archives), 1 to 24 KiB each."""
    written = 0
    for number in range(count):
        folder = root / f"{number // 200:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        size = rng.randrange(KIB, 24 * KIB)
        if number % 4 == 0:
            written += (folder / f"sheet{number}.docx").write_bytes(b"PK\x03\x04" + rng.randbytes(size))
        else:
            written += (folder / f"letter{number}.txt").write_bytes(text(rng, size))
    return written


def media_home(root: Path, seed: int = 1, scale: float = 1.0) -> int:
    """1.6 GB of photos and films with 20,000 documents, at ``scale`` 1; returns the bytes written."""
    rng = random.Random(seed)
    written = write_photos(root / "Pictures", rng, 20, round(14 * scale), 4 * MIB)
    films = root / "Videos"
    films.mkdir(parents=True)
    for number in range(round(8 * scale)):
        written += (films / f"VID_{number:03d}.mp4").write_bytes(mp4(rng, rng.randrange(40 * MIB, 80 * MIB)))
    return written + write_documents(root / "Documents", rng, round(20_000 * scale))


def small_files(root: Path, seed: int = 2, count: int = 200_000) -> int:
    """``count`` files of 2 KB, a hundred a folder, half of each compressible; returns the bytes written."""
    rng = random.Random(seed)
    written = 0
    for number in range(count):
        folder = root / f"{number // 5000:03d}" / f"{number // 100 % 50:02d}"
        if number % 100 == 0:
            folder.mkdir(parents=True)
        content = (b"entry %016x of the journal; " % rng.getrandbits(64)) * 24 + rng.randbytes(KIB)
        written += (folder / f"{number:06d}.txt").write_bytes(content)
    return written


def contact(number: int, phone: int) -> str:
    """One vCard."""
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:person-{number}\r\nFN:Person {number}\r\nN:Person;{number};;;\r\n"
        f"TEL;TYPE=CELL:+687{phone:06d}\r\nEMAIL:person{number}@example.org\r\n"
        f"ADR;TYPE=HOME:;;{number} rue du Port;Noumea;;98800;NC\r\nEND:VCARD\r\n"
    )


def event(number: int, day: int) -> str:
    """One calendar event."""
    start = f"2026{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}T{number % 24:02d}0000Z"
    return (
        f"BEGIN:VEVENT\r\nUID:event-{number}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\n"
        f"SUMMARY:Meeting {number}\r\nDESCRIPTION:Room {number * 7919 % 997}\r\nEND:VEVENT\r\n"
    )


class LivingHome:
    """A home with a past, and one day of its life.

    ``root`` is empty or absent before :meth:`settle`. The same seed gives the same bytes.
    """

    CONTACTS = 6_000
    EVENTS = 8_000
    MESSAGES = 120_000

    def __init__(self, root: Path, seed: int = 3) -> None:
        self.root = root
        self.rng = random.Random(seed)

    def settle(self) -> None:
        """Make everything the person owned before the day."""
        self.root.mkdir(parents=True, exist_ok=True)
        self._write_contacts(changed=frozenset())
        self._write_calendar(changed=frozenset(), extra=0)
        write_documents(self.root / "Documents", self.rng, 1_000)
        write_photos(self.root / "Pictures", self.rng, 8, 40, 2 * MIB)
        films = self.root / "Videos"
        films.mkdir()
        for number in range(3):
            (films / f"VID_{number}.mp4").write_bytes(mp4(self.rng, 30 * MIB))
        self._create_messages()

    def live_a_day(self) -> int:
        """Edit contacts, events, documents, titles of photos and messages, rename an album, take new photos.

        Returns the bytes of new incompressible content: what every tool must store whatever it does.
        """
        self._write_contacts(changed=frozenset(self.rng.sample(range(self.CONTACTS), 6)))
        self._write_calendar(changed=frozenset(self.rng.sample(range(self.EVENTS), 10)), extra=5)
        self._edit_documents(20)
        self._retitle_photos(60)
        (self.root / "Pictures" / "Album 03").rename(self.root / "Pictures" / "Ile des Pins")
        self._update_messages(updates=60, inserts=400)
        return write_photos(self.root / "Pictures" / "Today", self.rng, 1, 20, 2 * MIB)

    def _write_contacts(self, changed: frozenset[int]) -> None:
        cards = (contact(n, n * 7919 % 1_000_000 + (n in changed)) for n in range(self.CONTACTS))
        (self.root / "contacts.vcf").write_text("".join(cards), newline="")

    def _write_calendar(self, changed: frozenset[int], extra: int) -> None:
        events = (event(n, n * 31 + (n in changed)) for n in range(self.EVENTS + extra))
        body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(events) + "END:VCALENDAR\r\n"
        (self.root / "calendar.ics").write_text(body, newline="")

    def _edit_documents(self, count: int) -> None:
        letters = sorted((self.root / "Documents").rglob("*.txt"))
        for path in self.rng.sample(letters, count):
            content = path.read_bytes()
            at = self.rng.randrange(len(content))
            path.write_bytes(content[:at] + text(self.rng, 200) + content[at:])

    def _retitle_photos(self, count: int) -> None:
        for path in self.rng.sample(sorted((self.root / "Pictures").rglob("*.JPG")), count):
            content = path.read_bytes()
            length = struct.unpack(">H", content[4:6])[0] + 4
            path.write_bytes(b"\xff\xd8" + exif(f"Holiday {path.name}") + content[length:])

    def _create_messages(self) -> None:
        with sqlite3.connect(self.root / "messages.db") as db:
            db.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, peer TEXT, state INTEGER, body TEXT)")
            db.execute("CREATE INDEX by_peer ON message (peer, id)")
            db.executemany(
                "INSERT INTO message (peer, state, body) VALUES (?, ?, ?)", self._rows(self.MESSAGES)
            )
        db.close()

    def _update_messages(self, updates: int, inserts: int) -> None:
        with sqlite3.connect(self.root / "messages.db") as db:
            for _ in range(updates):
                row = self.rng.randrange(1, self.MESSAGES)
                db.execute("UPDATE message SET state = state + 1 WHERE id = ?", (row,))
            db.executemany("INSERT INTO message (peer, state, body) VALUES (?, ?, ?)", self._rows(inserts))
        db.close()

    def _rows(self, count: int) -> list[tuple[str, int, str]]:
        rng = self.rng
        return [
            (f"+687{rng.randrange(100_000, 100_400)}", 0, text(rng, rng.randrange(20, 400)).decode())
            for _ in range(count)
        ]
