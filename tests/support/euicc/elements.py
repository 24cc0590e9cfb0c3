"""What is in a package: metadata as StoreMetadata brings it, and the profile's elements (SGP.22 5.5.3, SAIP).

What may not enter: protection.
"""

from __future__ import annotations

from tests.support.euicc import memory as kept
from tests.support.euicc.chip import Chip
from tests.support.euicc.failures import FailedError, Reason
from tests.support.euicc.memory import Kind, Profile
from tests.support.rsp.der import MalformedError, Tlv, integer, named_bits, read_all, tlv

HEADER, END = 0xA0, 0xAA  # profile elements (SAIP 2.3 annex A)
ALL_WELL = tlv(0x30, tlv(0xA0, tlv(0x30, integer(0, 0x80))))  # EUICCResponse with one status, 0
_LONGEST = {kept.PROVIDER: 32, kept.NAME: 64, kept.ICON: 1024}


def profile_from(chip: Chip, request: Tlv) -> Profile:
    """Return the profile that StoreMetadata announces, not installed yet."""
    objects = {item.tag: item for item in request.children()}
    _check_values(request, objects)
    if chip.memory.profile(kept.ICCID, objects[kept.ICCID].value):
        raise FailedError(Reason.ICCID_EXISTS)
    rules = objects.get(kept.RULES)
    if chip.habits.forbids_rules and rules and named_bits(rules.value):
        raise FailedError(Reason.RULE_NOT_ALLOWED)
    return Profile(b"", {tag: item.raw for tag, item in objects.items()})


def _check_values(request: Tlv, objects: dict[int, Tlv]) -> None:
    if request.tag != 0xBF25 or not {kept.ICCID, kept.PROVIDER, kept.NAME} <= set(objects):
        raise FailedError(Reason.INCORRECT_INPUT)
    if len(objects[kept.ICCID].value) != 10:
        raise FailedError(Reason.INCORRECT_INPUT)
    if any(len(objects[tag].value) > size for tag, size in _LONGEST.items() if tag in objects):
        raise FailedError(Reason.INCORRECT_INPUT)
    if kept.CLASS in objects and objects[kept.CLASS].number() not in list(Kind):
        raise FailedError(Reason.UNSUPPORTED_CLASS)


def check_profile(chip: Chip, profile: Profile, plain: bytes) -> None:
    """Take the elements: a header of the same ICCID first, the end last, and all of it must fit."""
    try:
        found = read_all(plain)
    except MalformedError as fault:
        raise FailedError(Reason.ELEMENT_ERROR) from fault
    if len(found) < 2 or found[0].tag != HEADER or found[-1].tag != END:
        raise FailedError(Reason.ELEMENT_ERROR)
    if _swapped(found[0].need(0x83).value) != profile.iccid:
        raise FailedError(Reason.DATA_MISMATCH)
    profile.size_bytes = len(plain)
    if profile.size_bytes > chip.memory.free_bytes:
        raise FailedError(Reason.INSUFFICIENT_MEMORY)


def _swapped(digits: bytes) -> bytes:
    return bytes((byte >> 4) | (byte << 4) & 0xF0 for byte in digits)
