"""Cards as people have them: a USIM with a phone book of its own, and a plain SIM."""

from __future__ import annotations

from tests.support.simcard.card import SimCard
from tests.support.simcard.files import Access, Elementary, Folder
from tests.support.simcard.records import alpha, swapped

ICCID = "8968701234567890123"
IMSI = "546012345678901"
USIM_AID = bytes.fromhex("A0000000871002FFFFFFFF8907030000")
ADN_SFI = 0x01


def empty(file_id: int, count: int, record_bytes: int, *, update: Access = Access.PIN1) -> Elementary:
    """A file of records that were never written."""
    return Elementary(file_id, [b"\xff" * record_bytes] * count, read=Access.PIN1, update=update)


def messages(count: int) -> Elementary:
    return Elementary(0x6F3C, [b"\x00" + b"\xff" * 175] * count, read=Access.PIN1)


def transparent(file_id: int, content: bytes, read: Access = Access.ALWAYS) -> Elementary:
    return Elementary(file_id, [content], "transparent", read=read, update=Access.NEVER)


def _subscription() -> list[Elementary | Folder]:
    imsi = bytes([8]) + swapped("9" + IMSI)
    return [
        transparent(0x6F07, imsi, Access.PIN1),
        transparent(0x6F46, b"\x01" + alpha("Helia", 16)),
    ]


def _numbers(contacts: int, sms: int, fixed: int, room: int) -> list[Elementary | Folder]:
    return [
        empty(0x6F3B, fixed, room + 14, update=Access.PIN2),
        empty(0x6F4B, 2, 13, update=Access.PIN2),
        empty(0x6F40, 2, room + 14),
        messages(sms),
        empty(0x6F42, 1, 28 + room),
    ]


def plain_sim(
    *, contacts: int = 10, sms: int = 5, fixed: int = 3, room: int = 14, iccid: str = ICCID
) -> SimCard:
    """A SIM of TS 51.011."""
    telecom = Folder(0x7F10).put(empty(0x6F3A, contacts, room + 14), empty(0x6F4A, 4, 13))
    telecom.put(*_numbers(contacts, sms, fixed, room))
    gsm = Folder(0x7F20).put(*_subscription())
    return SimCard(Folder(0x3F00).put(transparent(0x2FE2, swapped(iccid)), telecom, gsm))


def usim(
    *,
    contacts: int = 10,
    sms: int = 5,
    fixed: int = 3,
    room: int = 14,
    extensions: int = 4,
    iccid: str = ICCID,
) -> SimCard:
    """A USIM with a phone book of TS 31.102: a second number beside each entry, addresses by an index."""
    phone_book = Folder(0x5F3A).put(
        Elementary(0x4F30, [reference()], read=Access.PIN1),
        empty(0x4F3A, contacts, room + 14),
        empty(0x4F4A, extensions, 13),
        empty(0x4F11, contacts, 15),
        empty(0x4F12, contacts, 1),
        empty(0x4F13, contacts // 2, 32),
        empty(0x4F14, contacts, 16),
    )
    telecom = Folder(0x7F10).put(phone_book)
    application = Folder(0x7FFF).put(*_subscription(), *_numbers(contacts, sms, fixed, room))
    names = b"\x61" + bytes([2 + len(USIM_AID)]) + b"\x4f" + bytes([len(USIM_AID)]) + USIM_AID
    master = Folder(0x3F00).put(
        transparent(0x2FE2, swapped(iccid)),
        Elementary(0x2F00, [b"\xff" * 40, names.ljust(40, b"\xff")]),
        telecom,
    )
    return SimCard(master, application, USIM_AID)


def reference() -> bytes:
    """EF PBR: ADN, IAP, ANR and SNE beside each other, e-mail by the index, EXT1 pointed at."""
    beside = "C0034F3A01C1034F1202C4034F1103C3034F1404"
    indexed, pointed = "CA034F1305", "C2034F4A06"
    record = b"".join(
        bytes([tag, len(value) // 2]) + bytes.fromhex(value)
        for tag, value in ((0xA8, beside), (0xA9, indexed), (0xAA, pointed))
    )
    return record.ljust(64, b"\xff")


def file_of(card: SimCard, file_id: int) -> Elementary:
    """The file with this id, wherever it stands."""
    folders = [card.master, *([card.usim] if card.usim else [])]
    while folders:
        folder = folders.pop()
        for child in folder.children.values():
            if isinstance(child, Folder):
                folders.append(child)
            elif child.file_id == file_id:
                return child
    raise AssertionError(f"no file {file_id:04X}")


def write(card: SimCard, file_id: int, number: int, record: bytes) -> None:
    """Write a record past all conditions, as the card's maker would."""
    file = file_of(card, file_id)
    assert len(record) == len(file.records[number - 1])
    file.records[number - 1] = record
