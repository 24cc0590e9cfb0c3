"""ES10b: notifications that a chip keeps until the operator's server has them.

SGP.22, sections 5.7.9 to 5.7.11. What may not enter: sending them.
"""

from __future__ import annotations

from dataclasses import dataclass

from notou.errors import DamagedError
from notou.esim.sgp22 import tags
from notou.esim.sgp22.iccid import iccid_text
from notou.esim.sgp22.profiles import with_number
from notou.esim.sgp22.results import refusal, require_ok
from notou.esim.tlv import Tlv, encode, encode_integer, parse
from notou.sentence import say

EVENTS = ("install", "enable", "disable", "delete")
NOTHING_TO_DELETE = 1
_LIST = 0xA0
_ERROR = 0x81


@dataclass(frozen=True, slots=True)
class Notification:
    """What the chip has to tell. ``event``: one of EVENTS; ``address``: the server it is for."""

    number: int
    event: str
    address: str
    iccid: str


def parse_notifications(data: bytes) -> tuple[Notification, ...]:
    """ListNotification: all that wait, in the order in which they came about."""
    found = [_notification(each) for each in _entries(data, tags.LIST_NOTIFICATION)]
    return tuple(sorted(found, key=lambda each: each.number))


def retrieve_request(number: int) -> bytes:
    """RetrieveNotificationsList for one."""
    return encode(tags.RETRIEVE_NOTIFICATIONS_LIST, encode(0xA0, encode_integer(0x80, number)))


def parse_retrieved(data: bytes) -> bytes:
    """The notification asked for, signed, as its server wants it. DamagedError when it is not just one."""
    entries = _entries(data, tags.RETRIEVE_NOTIFICATIONS_LIST)
    if len(entries) != 1 or entries[0].tag not in (tags.PROFILE_INSTALLATION_RESULT, tags.SEQUENCE):
        raise DamagedError(say("The chip did not give the notification that it was asked for."))
    return entries[0].raw


def sent_request(number: int) -> bytes:
    """NotificationSent: the chip may forget it."""
    return with_number(tags.NOTIFICATION_SENT, number)


def parse_sent(data: bytes) -> None:
    """ChipRefusedError where the chip keeps it; one that it no longer has is as good."""
    code = parse(data, tags.NOTIFICATION_SENT).one(0x80).integer()
    if code != NOTHING_TO_DELETE:
        require_ok(tags.NOTIFICATION_SENT, code)


def parse_notification(field: Tlv) -> Notification:
    """A NotificationMetadata."""
    iccid = field.maybe(tags.ICCID)
    return Notification(
        number=field.one(0x80).integer(),
        event=_event(field.one(0x81)),
        address=field.one(tags.UTF8_STRING).text(),
        iccid="" if iccid is None else iccid_text(iccid.value),
    )


def _notification(field: Tlv) -> Notification:
    if field.tag != tags.NOTIFICATION_METADATA:
        raise DamagedError(say("The chip's list of notifications cannot be read."))
    return parse_notification(field)


def _entries(data: bytes, function: int) -> tuple[Tlv, ...]:
    answer = parse(data, function)
    error = answer.maybe(_ERROR)
    if error is not None:
        raise refusal(function, error.integer())
    return answer.one(_LIST).children()


def _event(field: Tlv) -> str:
    bits = field.bits()
    if len(bits) != 1 or max(bits) >= len(EVENTS):
        raise DamagedError(say("The chip gave a notification of an unknown kind."))
    return EVENTS[min(bits)]
