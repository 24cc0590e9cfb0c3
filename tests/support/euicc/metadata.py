"""Profile metadata as an operator would write it (StoreMetadataRequest, SGP.22 5.5.3).

What may not enter: what the chip makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.euicc import memory as kept
from tests.support.euicc.memory import Event, Kind, Rule
from tests.support.rsp.der import bits, integer, tlv

ALL_EVENTS = (Event.INSTALL, Event.ENABLE, Event.DISABLE, Event.DELETE)


@dataclass(frozen=True)
class Offer:
    """One profile as an operator describes it."""

    iccid: str = "8968701000000000019"  # New Caledonia's prefix; the check digit fits
    provider: str = "Helia"
    name: str = "Séjour 15 Go"
    kind: Kind = Kind.OPERATIONAL
    icon: bytes | None = None  # PNG
    told: Sequence[tuple[tuple[Event, ...], str]] = ()  # events and the address they are told to
    operator: bytes | None = bytes.fromhex("45F610")  # MCC 546, MNC 01 (3GPP TS 24.008)
    rules: tuple[Rule, ...] = ()

    def encoded(self) -> bytes:
        """Return StoreMetadataRequest."""
        parts = [
            tlv(kept.ICCID, swapped(self.iccid)),
            tlv(kept.PROVIDER, self.provider.encode()),
            tlv(kept.NAME, self.name.encode()),
        ]
        if self.icon is not None:
            parts += [integer(1, kept.ICON_TYPE), tlv(kept.ICON, self.icon)]
        if self.kind is not Kind.OPERATIONAL:  # the default, which DER leaves out
            parts.append(integer(self.kind, kept.CLASS))
        if self.told:
            parts.append(tlv(kept.NOTIFICATIONS, *(_configured(*each) for each in self.told)))
        if self.operator is not None:
            parts.append(tlv(kept.OWNER, tlv(0x80, self.operator)))
        if self.rules:
            parts.append(bits(self.rules, kept.RULES))
        return tlv(0xBF25, *parts)


def _configured(events: tuple[Event, ...], address: str) -> bytes:
    return tlv(0x30, bits(events, 0x80), tlv(0x81, address.encode()))


def swapped(digits: str) -> bytes:
    """Return digits as EF ICCID holds them: ten bytes, nibbles swapped, filled up with F."""
    padded = digits.ljust(20, "F")
    return bytes.fromhex("".join(padded[at + 1] + padded[at] for at in range(0, 20, 2)))


def plain(digits: str) -> bytes:
    """Return digits as a profile's header holds them: ten bytes, in order, filled up with F."""
    return bytes.fromhex(digits.ljust(20, "F"))
