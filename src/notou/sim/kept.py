"""What is kept of a card in the vault: readable by people and programs, and exact enough to go back
(docs/sim.md).

Pure, from an image of a card to bytes by name and back. What may not enter: vaults, cards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from notou.errors import DamagedError
from notou.sentence import say
from notou.sim.entry import entries
from notou.sim.image import MOST_LISTS, SMS_ROLE, SMSP_ROLE, CardImage, FileImage, NumberList
from notou.sim.message import Message, messages
from notou.sim.vcards import cards_of

PHONE_BOOK, CONTACTS, FIXED, MESSAGES, CARD = (
    "phone-book.json", "contacts.vcf", "fixed-dialling.vcf", "messages.jsonl", "card.json",
)  # fmt: skip
_FORMAT = 1
_MOST_RECORDS = 254
_MOST_RECORD_BYTES = 255
_MOST_FILES = 200
_ENDING_CHARS = 4
_ROLE = re.compile(r"[a-z0-9]{1,8}(\.[0-9]{1,2}){0,2}|")


def contact_items(image: CardImage) -> dict[str, bytes]:
    """For the lane of contacts: vCards to read, and the records of all lists as they are on the card."""
    fixed = image.list_of("fdn")
    items = {
        CONTACTS: cards_of(entry for each in image.phone_book for entry in entries(image, each)),
        FIXED: cards_of(entries(image, fixed) if fixed else ()),
        PHONE_BOOK: _encoded(_lists_fields(image)),
    }
    return {name: content for name, content in items.items() if content}


def message_items(image: CardImage) -> dict[str, bytes]:
    """For the lane of messages: one JSON object a message and line, each with its records as they are."""
    file = image.files.get(SMS_ROLE)
    lines = [_encoded(_message_fields(file, one)) for one in messages(file)] if file else []
    return {MESSAGES: b"".join(lines)} if lines else {}


def card_items(image: CardImage, imsi: str, provider: str) -> dict[str, bytes]:
    """For the wallet: whose card it is, and how its messages are sent."""
    own = image.list_of("msisdn")
    settings = image.files.get(SMSP_ROLE)
    fields = {
        "format": _FORMAT,
        "iccid": image.iccid,
        "imsi": imsi,
        "provider": provider,
        "numbers": [one.number for one in entries(image, own)] if own else [],
        "message_settings": [record.hex() for record in settings.records] if settings else [],
    }
    return {CARD: _encoded(fields)}


def kept_image(iccid: str, contacts: Mapping[str, bytes], texts: Mapping[str, bytes]) -> CardImage:
    """The image that the items of both lanes hold. DamagedError when they are not what is kept."""
    lists: tuple[NumberList, ...] = ()
    files: dict[str, FileImage] = {}
    try:
        if PHONE_BOOK in contacts:
            lists, files = _read_lists(orjson.loads(contacts[PHONE_BOOK]))
        if MESSAGES in texts:
            files[SMS_ROLE] = _read_messages(texts[MESSAGES].splitlines())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedError(
            say(
                "What the vault holds of the card {iccid} is not what Notou keeps; nothing was changed.",
                iccid=f"…{iccid[-_ENDING_CHARS:]}",
            )
        ) from error
    return CardImage(iccid, lists, files)


def _encoded(fields: Mapping[str, Any]) -> bytes:
    return orjson.dumps(fields) + b"\n"


def _lists_fields(image: CardImage) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "iccid": image.iccid,
        "lists": [_list_fields(each) for each in image.lists],
        "files": [
            _file_fields(file) for role, file in image.files.items() if role not in (SMS_ROLE, SMSP_ROLE)
        ],
    }


def _list_fields(numbers: NumberList) -> dict[str, Any]:
    return {
        "main": numbers.main,
        "extension": numbers.extension,
        "beside": numbers.beside,
        "index": numbers.index,
        "indexed": numbers.indexed,
        "short_id": numbers.short_id,
    }


def _file_fields(file: FileImage) -> dict[str, Any]:
    """Records that are all FF are left out; ``count`` says how many the file has."""
    held = {
        str(number): record.hex() for number, record in enumerate(file.records, 1) if record.strip(b"\xff")
    }
    return {
        "role": file.role,
        "path": "/".join(f"{part:04X}" for part in file.path),
        "record_bytes": file.record_bytes,
        "count": len(file.records),
        "records": held,
    }


def _message_fields(file: FileImage, message: Message) -> dict[str, Any]:
    return {
        "state": message.state,
        "peer": message.peer,
        "time": message.time,
        "text": message.text,
        "data": message.data.hex(),
        "missing": message.missing,
        "record_bytes": file.record_bytes,
        "records": {str(number): file.records[number - 1].hex() for number in message.records},
    }


def _read_lists(fields: Mapping[str, Any]) -> tuple[tuple[NumberList, ...], dict[str, FileImage]]:
    found = [_read_file(each) for each in _bounded(fields["files"], _MOST_FILES)]
    files = {file.role: file for file in found}
    lists = tuple(_read_list(each, files) for each in _bounded(fields["lists"], MOST_LISTS))
    return lists, files


def _read_list(fields: Mapping[str, Any], files: Mapping[str, FileImage]) -> NumberList:
    return NumberList(
        main=_held(fields["main"], files),
        extension=None if fields["extension"] is None else _held(fields["extension"], files),
        beside=tuple(_held(each, files) for each in _bounded(fields["beside"], _MOST_FILES)),
        index=None if fields["index"] is None else _held(fields["index"], files),
        indexed=tuple(_role(each) for each in _bounded(fields["indexed"], _MOST_FILES)),
        short_id=_number(fields["short_id"], 0, 255),
    )


def _read_file(fields: Mapping[str, Any]) -> FileImage:
    size = _number(fields["record_bytes"], 1, _MOST_RECORD_BYTES)
    count = _number(fields["count"], 0, _MOST_RECORDS)
    records = [b"\xff" * size] * count
    for number, record in fields["records"].items():
        records[_number(int(number), 1, count) - 1] = _record(record, size)
    path = tuple(int(part, 16) for part in fields["path"].split("/"))
    return FileImage(_role(fields["role"]), path, size, tuple(records))


def _read_messages(lines: Iterable[bytes]) -> FileImage:
    held: dict[int, bytes] = {}
    sizes = {1}
    for line in lines:
        fields = orjson.loads(line)
        size = _number(fields["record_bytes"], 1, _MOST_RECORD_BYTES)
        sizes.add(size)
        for number, record in fields["records"].items():
            held[_number(int(number), 1, _MOST_RECORDS)] = _record(record, size)
    size = max(sizes)
    free = b"\x00" + b"\xff" * (size - 1)
    records = (held.get(number, free).ljust(size, b"\xff") for number in range(1, max(held, default=0) + 1))
    return FileImage(SMS_ROLE, (), size, tuple(records))


def _bounded(values: Any, most: int) -> list[Any]:
    if not isinstance(values, list) or len(values) > most:
        raise ValueError(values)
    return values


def _number(value: Any, least: int, most: int) -> int:
    if not isinstance(value, int) or not least <= value <= most:
        raise ValueError(value)
    return value


def _record(value: str, size: int) -> bytes:
    record = bytes.fromhex(value)
    if len(record) != size:
        raise ValueError(value)
    return record


def _role(value: str) -> str:
    if not _ROLE.fullmatch(value):
        raise ValueError(value)
    return value


def _held(role: str, files: Mapping[str, FileImage]) -> str:
    return files[role].role
