"""ES10a, ES10b and ES10c: what a chip says of itself.

SGP.22, sections 4.3 and 5.7.3, 5.7.4, 5.7.8, 5.7.20, 5.7.22. What may not enter: profiles.
"""

from __future__ import annotations

from dataclasses import dataclass

from notou.errors import DamagedError
from notou.esim.sgp22 import tags
from notou.esim.tlv import Tlv, encode, parse
from notou.sentence import say

ISD_R = bytes.fromhex("A0000005591010FFFFFFFF8900000100")
"""The application that holds profiles, as SGP.22 names it; some makers use other names."""

CHALLENGE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Addresses:
    """Servers that the chip is set to: "" where it has none."""

    default_server: str
    discovery_server: str


@dataclass(frozen=True, slots=True)
class ChipInfo:
    """EUICCInfo2, as much as a person asks for. Versions as ``2.2.2``; ``free_bytes`` None where not told."""

    sgp22_version: str
    firmware_version: str
    free_bytes: int | None
    trusted_roots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleGrant:
    """One row of the rules authorisation table: which operators may set which rules.

    ``operators``: MCC and MNC as stored, E in the place of any digit. Consent is asked for in every case.
    """

    rules: frozenset[int]
    operators: tuple[bytes, ...]


def empty_request(function: int) -> bytes:
    """A request that says nothing but its name."""
    return encode(function)


def eid_request() -> bytes:
    """GetEUICCData for the EID."""
    return encode(tags.GET_EUICC_DATA, encode(tags.TAG_LIST, bytes([tags.EID])))


def parse_eid(data: bytes) -> str:
    """The chip's number, 32 digits. DamagedError when it is none."""
    digits = parse(data, tags.GET_EUICC_DATA).one(tags.EID).value.hex()
    if len(digits) != 32 or not digits.isdigit():
        raise DamagedError(say("The chip gave an EID that is no number."))
    return digits


def parse_addresses(data: bytes) -> Addresses:
    """EuiccConfiguredAddresses."""
    answer = parse(data, tags.EUICC_CONFIGURED_ADDRESSES)
    default, discovery = answer.maybe(0x80), answer.maybe(0x81)
    return Addresses(
        default_server="" if default is None else default.text(),
        discovery_server="" if discovery is None else discovery.text(),
    )


def parse_challenge(data: bytes) -> bytes:
    """GetEUICCChallenge: the chip's 16 random bytes."""
    challenge = parse(data, tags.GET_EUICC_CHALLENGE).one(0x80).value
    if len(challenge) != CHALLENGE_BYTES:
        raise DamagedError(say("The chip gave a challenge of a wrong length."))
    return challenge


def parse_info(data: bytes) -> ChipInfo:
    """EUICCInfo2."""
    info = parse(data, tags.EUICC_INFO_2)
    return ChipInfo(
        sgp22_version=_version(info.one(0x82)),
        firmware_version=_version(info.one(0x83)),
        free_bytes=_free_bytes(info.one(0x84).value),
        trusted_roots=tuple(each.value.hex() for each in info.one(0xA9).children()),
    )


def parse_rule_grants(data: bytes) -> tuple[RuleGrant, ...]:
    """GetRAT: the rules authorisation table."""
    table = parse(data, tags.GET_RAT).one(0xA0)
    return tuple(
        RuleGrant(
            rules=row.one(0x80).bits(),
            operators=tuple(each.one(0x80).value for each in row.one(0xA1).children()),
        )
        for row in table.children()
    )


def grants(rows: tuple[RuleGrant, ...], rule: int, operator: bytes) -> bool:
    """Whether some row lets this operator (MCC and MNC as stored) set the rule (SGP.22, 2.9.2.1)."""
    return any(rule in row.rules and any(_matches(each, operator) for each in row.operators) for row in rows)


def _matches(pattern: bytes, operator: bytes) -> bool:
    return len(pattern) == len(operator) and all(
        wild == digit or wild == "e" for wild, digit in zip(pattern.hex(), operator.hex(), strict=True)
    )


def _version(field: Tlv) -> str:
    return ".".join(str(byte) for byte in field.value)


def _free_bytes(resources: bytes) -> int | None:
    """Free non-volatile memory of Extended Card Resource Information (ETSI TS 102 226, 8.2.1.7.2)."""
    try:
        memory = Tlv(0xE0, resources, 0).maybe(0x82)
    except DamagedError:  # makers fill it as they like, and nothing depends on it
        return None
    return None if memory is None else int.from_bytes(memory.value, "big")
