"""ES10c: profiles listed, enabled, disabled, deleted, named; the memory reset (SGP.22 5.7.15 to 5.7.21).

What may not enter: how a profile comes onto the chip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.support.euicc import memory as kept
from tests.support.euicc.chip import Chip
from tests.support.euicc.memory import Event, Kind, Profile, Rule
from tests.support.euicc.notices import note
from tests.support.rsp.der import MalformedError, Tlv, integer, named_bits, read, tlv

OK, NOT_FOUND, WRONG_STATE, DISALLOWED, CAT_BUSY, UNDEFINED = 0, 1, 2, 3, 5, 127
_NOTHING_TO_DELETE = 1
_INFO_ORDER = (
    *(kept.ICCID, kept.AID, kept.STATE, kept.NICKNAME, kept.PROVIDER, kept.NAME, kept.ICON_TYPE),
    *(kept.ICON, kept.CLASS, kept.NOTIFICATIONS, kept.OWNER, 0xB8, kept.RULES, 0xBF76),
)
_UNASKED = frozenset(_INFO_ORDER[:9])  # what comes without a tag list


def listed(chip: Chip, request: Tlv) -> bytes:
    """Answer ProfileInfoList, by search criterion and tag list."""
    criteria, tags = request.find(0xA0), request.find(0x5C)
    wanted = _tags(tags.value) if tags else _UNASKED
    if wanted - set(_INFO_ORDER):
        return tlv(0xBF2D, integer(1, 0x81))
    found = [each for each in chip.memory.profiles if criteria is None or _fits(each, criteria)]
    return tlv(0xBF2D, tlv(0xA0, *(_info(each, wanted) for each in found)))


def _info(profile: Profile, wanted: Iterable[int]) -> bytes:
    described = profile.described()
    return tlv(0xE3, *(described[tag] for tag in _INFO_ORDER if tag in wanted and tag in described))


def _fits(profile: Profile, criteria: Tlv) -> bool:
    (criterion,) = criteria.children() or (None,)
    if criterion is None or criterion.tag not in (kept.AID, kept.ICCID, kept.CLASS):
        raise MalformedError("a search criterion is AID, ICCID or class")
    return profile.described()[criterion.tag] == criterion.raw


def _tags(value: bytes) -> frozenset[int]:
    found = []
    while value:
        size = 2 if value[0] & 0x1F == 0x1F else 1
        found.append(int.from_bytes(value[:size], "big"))
        value = value[size:]
    return frozenset(found)


def enabled(chip: Chip, request: Tlv) -> bytes:
    """Answer EnableProfile; the profile enabled before is disabled by it."""
    return tlv(0xBF31, integer(_changed(chip, request, _enable), 0x80))


def disabled(chip: Chip, request: Tlv) -> bytes:
    """Answer DisableProfile."""
    return tlv(0xBF32, integer(_changed(chip, request, _disable), 0x80))


def _changed(chip: Chip, request: Tlv, change: Callable[[Chip, Profile], int]) -> int:
    """Carry out what may want a refresh of the device; refused or done, the result code is returned."""
    (wanted,) = request.need(0xA0).children() or (None,)
    refresh = request.need(0x81).value != b"\0"
    if refresh and chip.habits.refuses_refresh:
        return CAT_BUSY
    profile = _named(chip, wanted)
    result = change(chip, profile) if profile else NOT_FOUND
    chip.refreshes += refresh and result == OK
    return result


def _named(chip: Chip, wanted: Tlv | None) -> Profile | None:
    if wanted is None or wanted.tag not in (kept.AID, kept.ICCID):
        raise MalformedError("a profile is named by AID or ICCID")
    if wanted.tag == kept.AID and chip.habits.refuses_aid:
        return None
    return chip.memory.profile(wanted.tag, wanted.value)


def _enable(chip: Chip, profile: Profile) -> int:
    before = chip.memory.enabled
    if profile.enabled:
        return WRONG_STATE
    if before and before.bound_by(Rule.MAY_NOT_BE_DISABLED):
        return DISALLOWED
    if before:
        _disable(chip, before)
    profile.enabled = True
    note(chip, profile, Event.ENABLE)
    return OK


def _disable(chip: Chip, profile: Profile) -> int:
    if not profile.enabled:
        return WRONG_STATE
    if profile.bound_by(Rule.MAY_NOT_BE_DISABLED):
        return DISALLOWED
    profile.enabled = False
    note(chip, profile, Event.DISABLE)
    return OK


def deleted(chip: Chip, request: Tlv) -> bytes:
    """Answer DeleteProfile."""
    (wanted,) = request.children() or (None,)
    profile = _named(chip, wanted)
    return tlv(0xBF33, integer(_delete(chip, profile) if profile else NOT_FOUND, 0x80))


def _delete(chip: Chip, profile: Profile) -> int:
    if profile.enabled:
        return WRONG_STATE
    if profile.bound_by(Rule.MAY_NOT_BE_DELETED):
        return DISALLOWED
    _remove(chip, profile)
    return OK


def _remove(chip: Chip, profile: Profile) -> None:
    chip.memory.profiles.remove(profile)
    note(chip, profile, Event.DELETE)


def named(chip: Chip, request: Tlv) -> bytes:
    """Answer SetNickname; an empty one takes the nickname away."""
    nickname = request.need(kept.NICKNAME)
    profile = chip.memory.profile(kept.ICCID, request.need(kept.ICCID).value)
    if len(nickname.value) > 64:
        return tlv(0xBF29, integer(UNDEFINED, 0x80))
    if profile:
        profile.nickname = nickname.text() or None
    return tlv(0xBF29, integer(OK if profile else NOT_FOUND, 0x80))


def reset(chip: Chip, request: Tlv) -> bytes:
    """Answer eUICCMemoryReset: profiles go whatever their state and rules."""
    options = named_bits(request.need(0x82).value)
    kinds = [kind for bit, kind in ((0, Kind.OPERATIONAL), (1, Kind.TEST)) if bit in options]
    gone = [profile for profile in chip.memory.profiles if profile.kind in kinds]
    for profile in gone:
        _remove(chip, profile)
    resets_address = 2 in options and chip.memory.default_address != ""
    if resets_address:
        chip.memory.default_address = ""
    return tlv(0xBF34, integer(OK if gone or resets_address else _NOTHING_TO_DELETE, 0x80))


def put(chip: Chip, metadata: bytes, *, is_enabled: bool = False, size_bytes: int = 20_000) -> Profile:
    """Put a profile onto the chip as its maker does, without a download and without a notification."""
    objects = {item.tag: item.raw for item in read(metadata).children()}
    profile = Profile(chip.memory.next_aid(), objects, size_bytes, is_enabled)
    chip.memory.profiles.append(profile)
    return profile
