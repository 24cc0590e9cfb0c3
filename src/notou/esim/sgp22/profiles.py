"""ES10c: the profiles on a chip, and commands that change them.

SGP.22, sections 5.7.15 to 5.7.21. What may not enter: which command to send when.
"""

from __future__ import annotations

from dataclasses import dataclass

from notou.errors import DamagedError, UsageError
from notou.esim.sgp22 import tags
from notou.esim.sgp22.iccid import iccid_bytes, iccid_text
from notou.esim.sgp22.metadata import addresses_of, class_label, operator_of, rules_of
from notou.esim.sgp22.results import refusal, require_ok
from notou.esim.tlv import Tlv, encode, encode_integer, parse
from notou.sentence import say

MOST_NICKNAME_BYTES = 64
_WANTED = bytes.fromhex("5a4f9f70909192 95b6b799".replace(" ", ""))
_LIST = 0xA0
_ERROR = 0x81
_RESULT = 0x80


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile on a chip. ``aid``: of its security domain; texts are "" where the chip gave none."""

    iccid: str
    aid: bytes
    enabled: bool
    nickname: str
    provider: str
    name: str
    profile_class: str
    operator: str = ""
    rules: frozenset[int] = frozenset()
    notification_addresses: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """What a person calls it: the nickname, else the profile's name, else the provider's."""
        return self.nickname or self.name or self.provider or self.iccid[-4:]


def list_request() -> bytes:
    """Ask for all profiles, each with what Profile holds (no icons)."""
    return encode(tags.PROFILE_INFO_LIST, encode(tags.TAG_LIST, _WANTED))


def parse_list(data: bytes) -> tuple[Profile, ...]:
    """The profiles, in the chip's order. ChipRefusedError, or DamagedError for no list."""
    answer = parse(data, tags.PROFILE_INFO_LIST)
    error = answer.maybe(_ERROR)
    if error is not None:
        raise refusal(tags.PROFILE_INFO_LIST, error.integer())
    return tuple(_profile(each) for each in answer.one(_LIST).every(tags.PROFILE_INFO))


def _profile(field: Tlv) -> Profile:
    aid, state = field.maybe(tags.ISDP_AID), field.maybe(tags.PROFILE_STATE)
    return Profile(
        iccid=iccid_text(field.one(tags.ICCID).value),
        aid=b"" if aid is None else aid.value,
        enabled=state is not None and state.integer() == 1,
        nickname=_text(field.maybe(tags.PROFILE_NICKNAME)),
        provider=_text(field.maybe(tags.SERVICE_PROVIDER_NAME)),
        name=_text(field.maybe(tags.PROFILE_NAME)),
        profile_class=class_label(field.maybe(tags.PROFILE_CLASS)),
        operator=operator_of(field.maybe(tags.PROFILE_OWNER)),
        rules=rules_of(field.maybe(tags.PROFILE_POLICY_RULES)),
        notification_addresses=addresses_of(field.maybe(tags.NOTIFICATION_CONFIGURATION)),
    )


def _text(field: Tlv | None) -> str:
    return "" if field is None else field.text()


def by_iccid(profile: Profile) -> bytes:
    """The profile as a command names it, by its ICCID."""
    return encode(tags.ICCID, iccid_bytes(profile.iccid))


def by_aid(profile: Profile) -> bytes:
    """The profile as a command names it, by its security domain. DamagedError when the chip told none."""
    if not profile.aid:
        raise DamagedError(say("The chip gave no second name for this profile."))
    return encode(tags.ISDP_AID, profile.aid)


def switch_request(function: int, named: bytes, *, refresh: bool) -> bytes:
    """EnableProfile or DisableProfile. ``refresh``: the chip tells phone or modem to read it anew."""
    return encode(function, encode(0xA0, named), encode(0x81, b"\xff" if refresh else b"\x00"))


def delete_request(named: bytes) -> bytes:
    """DeleteProfile; there is no way back."""
    return encode(tags.DELETE_PROFILE, named)


def nickname_request(profile: Profile, nickname: str) -> bytes:
    """SetNickname; "" takes it away. UsageError when it is too long."""
    data = nickname.encode()
    if len(data) > MOST_NICKNAME_BYTES:
        raise UsageError(
            say(
                "A name on the chip has room for {bytes} bytes; choose a shorter one.",
                bytes=MOST_NICKNAME_BYTES,
            )
        )
    return encode(tags.SET_NICKNAME, by_iccid(profile), encode(tags.PROFILE_NICKNAME, data))


def require_done(function: int, data: bytes) -> None:
    """Read the response of a command of this module; ChipRefusedError for any result but ok."""
    require_ok(function, parse(data, function).one(_RESULT).integer())


def with_number(function: int, number: int) -> bytes:
    """A request whose only field is a number under the first context tag."""
    return encode(function, encode_integer(_RESULT, number))
