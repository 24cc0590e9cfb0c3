"""The chip itself: who it is, what it keeps, what it is in the middle of, and how it misbehaves if told to.

What may not enter: commands, which live in a module for each interface.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.euicc.memory import Memory
from tests.support.rsp.certificates import TEST_EID, Identity, World
from tests.support.rsp.der import bits, tlv

SVN = bytes([2, 2, 2])


class Loading(Protocol):
    """A package on its way in."""

    def fed(self, data: bytes) -> bytes:
        """Take the next piece; returns nothing, or at the end the signed result."""
        ...


@dataclass(frozen=True)
class Habits:
    """Ways of real cards that an LPA must live with; a well-behaved card has none of them."""

    refuses_refresh: bool = False  # catBusy to any change that asks for a refresh
    refuses_aid: bool = False  # knows a profile by ICCID only
    announces_refresh: bool = False  # status 910B after a change, not 9000
    resets_after_refresh: bool = False  # once the answer to such a change is fetched, all channels are closed
    holds_back: bool = True  # T=0: 61xx first, data by GET RESPONSE; else data comes along with 61xx
    asks_for_length: bool = False  # 6Cxx once for a GET RESPONSE whose length is not what is there
    ends_in_status: int | None = None  # every STORE DATA answers with this status and no data
    forbids_rules: bool = False  # its rules authorisation table is empty


@dataclass
class Session:
    """One remote SIM provisioning session; the end of the power ends it."""

    challenge: bytes
    transaction: bytes | None = None
    server: x509.Certificate | None = None
    address: str = ""
    binding: x509.Certificate | None = None  # CERT.DPpb, from PrepareDownload on
    signature1: bytes = b""
    one_time_key: ec.EllipticCurvePrivateKey | None = None
    loading: Loading | None = None


@dataclass
class Chip:
    """One eUICC under one CI."""

    identity: Identity
    eum: Identity
    roots: tuple[x509.Certificate, ...]
    eid: str = TEST_EID
    memory: Memory = field(default_factory=Memory)
    habits: Habits = Habits()
    session: Session | None = None
    random: Callable[[int], bytes] = os.urandom
    refreshes: int = 0  # how often a refresh of the device was asked for

    def info1(self) -> bytes:
        """Return EUICCInfo1."""
        return tlv(0xBF20, tlv(0x82, SVN), *self._key_ids())

    def info2(self) -> bytes:
        """Return EUICCInfo2; free memory is what is left at this moment."""
        resources = tlv(0x81, bytes([len(self.memory.profiles)]))
        resources += tlv(0x82, self.memory.free_bytes.to_bytes(4, "big")) + tlv(0x83, bytes([0x22, 0x23]))
        return tlv(
            0xBF22,
            *(tlv(0x81, bytes([2, 3, 1])), tlv(0x82, SVN), tlv(0x83, bytes([4, 6, 0])), tlv(0x84, resources)),
            *(bits((1, 4, 6, 14, 19), 0x85), tlv(0x86, bytes([9, 2, 0])), tlv(0x87, bytes([2, 3, 0]))),
            *(bits((0, 3), 0x88), *self._key_ids(), tlv(0x8B, b"\2"), tlv(0x04, bytes([1, 0, 0]))),
            tlv(0x0C, b"NT-TEST-UP-0001"),
        )

    def _key_ids(self) -> tuple[bytes, bytes]:
        listed = [tlv(0x04, key_id(root)) for root in self.roots]
        return tlv(0xA9, *listed), tlv(0xAA, *listed)


def key_id(certificate: x509.Certificate) -> bytes:
    """Return the subject key identifier."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return found.value.digest


def chip_of(world: World, eid: str = TEST_EID) -> Chip:
    """Return a new, empty chip of this world."""
    return Chip(world.euicc(eid), world.eum, (world.ci.certificate,), eid)
