"""What the chip keeps without power: profiles, notifications, the default address, unused one-time keys.

What may not enter: a command's encoding, a session, which ends with the power.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.rsp.der import integer, named_bits, read, tlv

AID, ICCID, STATE, NICKNAME, PROVIDER, NAME = 0x4F, 0x5A, 0x9F70, 0x90, 0x91, 0x92
ICON_TYPE, ICON, CLASS, NOTIFICATIONS, OWNER, RULES = 0x93, 0x94, 0x95, 0xB6, 0xB7, 0x99


class Event(IntEnum):
    """A change that a notification tells of, as the number of its bit (NotificationEvent)."""

    INSTALL, ENABLE, DISABLE, DELETE = range(4)


class Rule(IntEnum):
    """A profile policy rule, as the number of its bit (PprIds)."""

    MAY_NOT_BE_DISABLED, MAY_NOT_BE_DELETED = 1, 2


class Kind(IntEnum):
    """Profile classes."""

    TEST, PROVISIONING, OPERATIONAL = range(3)


@dataclass
class Profile:
    """One profile: its metadata as StoreMetadata brought it, object by object, and what the chip adds."""

    aid: bytes
    metadata: dict[int, bytes]  # tag to whole data object
    size_bytes: int = 0
    enabled: bool = False
    nickname: str | None = None

    @property
    def iccid(self) -> bytes:
        """The ten bytes as EF ICCID holds them, digits swapped."""
        return read(self.metadata[ICCID]).value

    @property
    def kind(self) -> Kind:
        found = self.metadata.get(CLASS)
        return Kind(read(found).number()) if found else Kind.OPERATIONAL

    def bound_by(self, rule: Rule) -> bool:
        found = self.metadata.get(RULES)
        return found is not None and rule in named_bits(read(found).value)

    def addresses(self, event: Event) -> Iterator[str]:
        """Yield where the metadata wants this event told."""
        found = self.metadata.get(NOTIFICATIONS)
        for item in read(found).children() if found else ():
            if event in named_bits(item.need(0x80).value):
                yield item.need(0x81).text()

    def described(self) -> dict[int, bytes]:
        """Return every data object that ProfileInfo can carry, by tag."""
        own = {AID: tlv(AID, self.aid), STATE: integer(int(self.enabled), STATE)}
        if self.nickname is not None:
            own[NICKNAME] = tlv(NICKNAME, self.nickname.encode())
        return {CLASS: integer(Kind.OPERATIONAL, CLASS)} | self.metadata | own


@dataclass(frozen=True)
class Notification:
    """One pending notification, whole and signed as the server must get it."""

    number: int
    event: Event
    metadata: bytes
    signed: bytes


@dataclass
class Memory:
    """The non-volatile memory of one chip."""

    capacity_bytes: int = 256 * 1024
    default_address: str = ""
    root_address: str = "testrootsmds.example.com"
    profiles: list[Profile] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    last_number: int = 0
    last_aid: int = 0x10
    unused_keys: dict[bytes, ec.EllipticCurvePrivateKey] = field(default_factory=dict)

    @property
    def free_bytes(self) -> int:
        return self.capacity_bytes - sum(profile.size_bytes for profile in self.profiles)

    @property
    def enabled(self) -> Profile | None:
        return next((profile for profile in self.profiles if profile.enabled), None)

    def profile(self, tag: int, value: bytes) -> Profile | None:
        """Return the profile with this AID (4F) or ICCID (5A)."""
        matches = (each for each in self.profiles if value == (each.aid if tag == AID else each.iccid))
        return next(matches, None)

    def next_aid(self) -> bytes:
        """Return the AID of the next ISD-P (SGP.02: the last bytes count up from 10)."""
        self.last_aid += 1
        return bytes.fromhex("A0000005591010FFFFFFFF89") + self.last_aid.to_bytes(3, "big") + b"\0"
