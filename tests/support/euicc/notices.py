"""Notifications of the chip: made at each change, kept until said to be sent (SGP.22 3.5, 5.7.9 to 5.7.11).

What may not enter: the changes themselves.
"""

from __future__ import annotations

from tests.support.euicc.chip import Chip
from tests.support.euicc.memory import Event, Notification, Profile
from tests.support.rsp.der import Tlv, bits, integer, named_bits, tlv

_OK, _NOTHING_TO_DELETE, _NO_RESULT = 0, 1, 1


def note(chip: Chip, profile: Profile, event: Event) -> None:
    """Make the notifications that the profile's metadata wants of this event, one for each address."""
    for address in profile.addresses(event):
        metadata = metadata_of(chip, event, address, profile.iccid)
        signature = chip.identity.sign(metadata)
        keep(chip, event, metadata, tlv(0x30, metadata, signature, chip.identity.der, chip.eum.der))


def metadata_of(chip: Chip, event: Event, address: str, iccid: bytes | None) -> bytes:
    """Return NotificationMetadata with the next sequence number, which is thereby used up."""
    chip.memory.last_number += 1
    parts = [integer(chip.memory.last_number, 0x80), bits((event,), 0x81), tlv(0x0C, address.encode())]
    return tlv(0xBF2F, *parts, *([tlv(0x5A, iccid)] if iccid else []))


def keep(chip: Chip, event: Event, metadata: bytes, signed: bytes) -> None:
    """Keep a notification under the number used last."""
    chip.memory.notifications.append(Notification(chip.memory.last_number, event, metadata, signed))


def listed(chip: Chip, request: Tlv) -> bytes:
    """Answer ListNotification."""
    wanted = request.find(0x81)
    found = [each.metadata for each in chip.memory.notifications if _is_of(each, wanted)]
    return tlv(0xBF28, tlv(0xA0, *found))


def retrieved(chip: Chip, request: Tlv) -> bytes:
    """Answer RetrieveNotificationsList."""
    criteria = request.find(0xA0)
    number = criteria.find(0x80) if criteria else None
    event = criteria.find(0x81) if criteria else None
    found = [
        each.signed
        for each in chip.memory.notifications
        if (number is None or each.number == number.number()) and _is_of(each, event)
    ]
    return tlv(0xBF2B, tlv(0xA0, *found) if found else integer(_NO_RESULT, 0x81))


def sent(chip: Chip, request: Tlv) -> bytes:
    """Answer NotificationSent: what was sent is forgotten."""
    number = request.need(0x80).number()
    left = [each for each in chip.memory.notifications if each.number != number]
    result = _NOTHING_TO_DELETE if len(left) == len(chip.memory.notifications) else _OK
    chip.memory.notifications = left
    return tlv(0xBF30, integer(result, 0x80))


def _is_of(notification: Notification, events: Tlv | None) -> bool:
    return events is None or notification.event in named_bits(events.value)
