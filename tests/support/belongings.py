"""Items of every class a folder can hold, as a test writes them: name → content."""

from __future__ import annotations

BELONGINGS = {
    "esim.lpa": b"LPA:1$smdp.example$CODE",
    "contacts.vcf": b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana\r\nEND:VCARD\r\n" * 400,
    "calendar.ics": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n" * 200,
    "mail/old.mbox": b"From ana@example.org\n\nhello\n" * 900,
    "Documents/letter.txt": b"Dear lagoon, " * 9000,
    "Documents/empty.txt": b"",
    "Pictures/trip/IMG_0001.JPG": b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00"
    + bytes(8)
    + b"\xff\xda\x00\x02" * 900,
    "Videos/VID.mp4": b"\x00\x00\x00\x18ftypmp42" + bytes(12) + bytes(range(251)) * 900,
    "bin/tool": b"\x7fELF" + bytes(range(256)) * 64,
}
