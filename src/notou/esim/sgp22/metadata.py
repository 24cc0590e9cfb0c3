"""What is told of a profile before it is installed (StoreMetadataRequest), and its rules.

SGP.22, sections 2.4a.1 and 5.5.3. What may not enter: whether a rule is allowed (notou.esim.lpa).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from notou.esim.sgp22 import tags
from notou.esim.sgp22.iccid import iccid_text, operator_text
from notou.esim.tlv import Tlv, parse


class Rule(IntEnum):
    """Profile policy rules, by the number of their bit."""

    UPDATE_CONTROL = 0
    NOT_DISABLED = 1  # PPR1: the profile may not be disabled
    NOT_DELETED = 2  # PPR2: the profile may not be deleted


class ProfileClass(StrEnum):
    """What a profile is for; in the order of SGP.22's numbers, from 0."""

    TEST = "test"
    PROVISIONING = "provisioning"
    OPERATIONAL = "operational"


@dataclass(frozen=True, slots=True)
class Metadata:
    """A profile as its provider describes it. ``operator``: MCC-MNC, "" where it is not told."""

    iccid: str
    provider: str
    name: str
    profile_class: str
    operator: str
    operator_id: bytes  # the same as it came, b"" where it is not told
    rules: frozenset[int]
    notification_addresses: tuple[str, ...]


def parse_metadata(data: bytes) -> Metadata:
    """Read a StoreMetadataRequest. DamagedError when it is none."""
    field = parse(data, tags.STORE_METADATA)
    owner = field.maybe(tags.PROFILE_OWNER)
    return Metadata(
        iccid=iccid_text(field.one(tags.ICCID).value),
        provider=field.one(tags.SERVICE_PROVIDER_NAME).text(),
        name=field.one(tags.PROFILE_NAME).text(),
        profile_class=class_label(field.maybe(tags.PROFILE_CLASS)),
        operator=operator_of(owner),
        operator_id=b"" if owner is None else owner.one(0x80).value,
        rules=rules_of(field.maybe(tags.PROFILE_POLICY_RULES)),
        notification_addresses=addresses_of(field.maybe(tags.NOTIFICATION_CONFIGURATION)),
    )


def class_label(field: Tlv | None) -> str:
    """The class's name; operational where none is told, a number where it is none of the known."""
    if field is None:
        return ProfileClass.OPERATIONAL.value
    known, number = tuple(ProfileClass), field.integer()
    return known[number].value if 0 <= number < len(known) else str(number)


def operator_of(field: Tlv | None) -> str:
    """MCC-MNC of an OperatorId, "" without one."""
    return "" if field is None else operator_text(field.one(0x80).value)


def rules_of(field: Tlv | None) -> frozenset[int]:
    """The bits of PprIds, none without the field."""
    return frozenset() if field is None else field.bits()


def addresses_of(field: Tlv | None) -> tuple[str, ...]:
    """Where notifications of this profile go, each address once, in order."""
    entries = () if field is None else field.every(tags.SEQUENCE)
    return tuple(dict.fromkeys(entry.one(0x81).text() for entry in entries))
