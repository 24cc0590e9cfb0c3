"""ES10a, and what the chip says of itself: addresses, infos, challenge, EID, rules (SGP.22 5.7.3 to 5.7.22).

What may not enter: profiles and sessions, beyond starting one with a challenge.
"""

from __future__ import annotations

from tests.support.euicc.chip import Chip, Session
from tests.support.euicc.memory import Rule
from tests.support.rsp.der import MalformedError, Tlv, bits, integer, tlv

_ANY_OPERATOR = bytes.fromhex("EEEEEE")


def addresses(chip: Chip, _request: Tlv) -> bytes:
    """Answer EuiccConfiguredAddresses."""
    default = chip.memory.default_address
    parts = [tlv(0x80, default.encode())] if default else []
    return tlv(0xBF3C, *parts, tlv(0x81, chip.memory.root_address.encode()))


def set_default_address(chip: Chip, request: Tlv) -> bytes:
    """Answer SetDefaultDpAddress."""
    chip.memory.default_address = request.need(0x80).text()
    return tlv(0xBF3F, integer(0, 0x80))


def info1(chip: Chip, _request: Tlv) -> bytes:
    """Answer GetEUICCInfo for EUICCInfo1."""
    return chip.info1()


def info2(chip: Chip, _request: Tlv) -> bytes:
    """Answer GetEUICCInfo for EUICCInfo2."""
    return chip.info2()


def challenge(chip: Chip, _request: Tlv) -> bytes:
    """Answer GetEUICCChallenge: a session begins, and one under way is forgotten."""
    chip.session = Session(chip.random(16))
    return tlv(0xBF2E, tlv(0x80, chip.session.challenge))


def eid(chip: Chip, request: Tlv) -> bytes:
    """Answer GetEID."""
    if request.need(0x5C).value != b"\x5a":
        raise MalformedError("the tag list of GetEuiccData is 5A alone")
    return tlv(0xBF3E, tlv(0x5A, bytes.fromhex(chip.eid)))


def rules(chip: Chip, _request: Tlv) -> bytes:
    """Answer GetRAT: any operator may set either rule, with the person's consent; or nobody may."""
    allowed = tlv(0xA1, tlv(0x30, tlv(0x80, _ANY_OPERATOR)))
    both = (int(Rule.MAY_NOT_BE_DISABLED), int(Rule.MAY_NOT_BE_DELETED))
    rule = tlv(0x30, bits(both, 0x80), allowed, bits((0,), 0x82))
    return tlv(0xBF43, tlv(0xA0, *([] if chip.habits.forbids_rules else [rule])))
