"""Where the files of a SIM stand (3GPP TS 31.102, 4; TS 51.011, 10; ETSI TS 102 221, 13), and what they
are called.

What may not enter: reading them.
"""

from __future__ import annotations

from typing import NamedTuple

from notou.sentence import Sentence, say

MF, TELECOM, GSM, USIM, PHONEBOOK = 0x3F00, 0x7F10, 0x7F20, 0x7FFF, 0x5F3A

Path = tuple[int, ...]

APPLICATIONS: Path = (MF, 0x2F00)
ICCID: Path = (MF, 0x2FE2)


class Homes(NamedTuple):
    """The folders of a card's network application and of its telephone functions."""

    network: Path
    telephony: tuple[Path, ...]


UICC_HOMES = Homes((USIM,), ((USIM,), (MF, TELECOM)))
SIM_HOMES = Homes((MF, GSM), ((MF, TELECOM),))

IMSI, SPN = 0x6F07, 0x6F46
ADN, EXT1, FDN, EXT2 = 0x6F3A, 0x6F4A, 0x6F3B, 0x6F4B
MSISDN, EXT5, SMS, SMSP = 0x6F40, 0x6F4E, 0x6F3C, 0x6F42
PBR = 0x4F30


def file_words(role: str) -> Sentence:
    """What people call a file, by its role (image)."""
    return _WORDS.get(role.partition(".")[0]) or say("a file of the phone book")


_WORDS = {
    "iccid": say("the card number (ICCID)"),
    "imsi": say("the subscriber number (IMSI)"),
    "spn": say("the provider's name"),
    "pbr": say("the phone book"),
    "adn": say("the phone book"),
    "fdn": say("the fixed dialling numbers"),
    "msisdn": say("your own numbers"),
    "sms": say("the messages"),
    "smsp": say("the message settings"),
}
