"""Numbers that name cards, chips, lines and networks: as people type them, checked, in one form.

What may not enter: activation codes; what a chip says of itself, which is believed.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from stdnum import imsi, luhn
from stdnum.iso7064 import mod_97_10

from notou.errors import UsageError
from notou.sentence import say

_HIDDEN = "••••"
_SHOWN_DIGITS = 4


def read_iccid(text: str) -> str:
    """A card's number (ITU-T E.118): 18 to 20 digits from 89 on, the last one Luhn's. UsageError else."""
    digits = _digits(text).rstrip("Ff")  # the filler of the card's own file
    if not re.fullmatch(r"89[0-9]{16,18}", digits):
        raise UsageError(say("An ICCID has 18 to 20 digits and begins with 89; look at it again."))
    if not luhn.is_valid(digits):
        raise UsageError(say("The check digit of the ICCID does not fit, so a digit is wrong; look again."))
    return digits


def read_eid(text: str) -> str:
    """A chip's number (SGP.29): 32 digits from 89 on, of which 97 leaves 1. UsageError else."""
    digits = _digits(text)
    if not re.fullmatch(r"89[0-9]{30}", digits):
        raise UsageError(say("An EID has 32 digits and begins with 89; look at it again."))
    if not mod_97_10.is_valid(digits):
        raise UsageError(say("The check digits of the EID do not fit, so a digit is wrong; look again."))
    return digits


def read_number(text: str) -> str:
    """A phone number in E.164, such as +687123456. UsageError when it is none, or names no country."""
    plain = re.sub(r"\A00", "+", unicodedata.normalize("NFKC", text).strip())
    if not plain.startswith("+"):
        raise UsageError(say("Write the number with + and the country's code, such as +687 12 34 56."))
    try:
        number = phonenumbers.parse(plain)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise UsageError(say("“{text}” is no phone number; look at it again.", text=text[:40]))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def number_text(number: str) -> str:
    """A number of E.164 as people write it, such as ``+687 12.34.56``."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def read_network(text: str) -> str:
    """A network's code as ``546-01``: three digits of the country, two or three of the network."""
    found = re.fullmatch(r"([0-9]{3})[-/ ]?([0-9]{2,3})", unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise UsageError(say("A network is named by five or six digits, such as 546-01 (MCC and MNC)."))
    return f"{found[1]}-{found[2]}"


def network_name(network: str) -> str:
    """The operator and country of a network such as ``546-01``, by python-stdnum's table; "" if not there."""
    country, _, code = network.partition("-")
    try:
        known = imsi.info(f"{country}{code}".ljust(15, "0"))
    except ValueError:  # no such country
        return ""
    operator = known.get("operator") or known.get("brand")
    if not operator or known.get("mnc") != code:
        return ""
    return f"{operator}, {known.get('country', country)}"


def hidden(text: str) -> str:
    """What is shown of a secret that is there: that it is."""
    return _HIDDEN if text else ""


def ending(number: str) -> str:
    """What is shown of an ICCID or EID: the last digits, which tell cards apart and give nothing away."""
    return _HIDDEN + number[-_SHOWN_DIGITS:] if len(number) > 3 * _SHOWN_DIGITS else hidden(number)


def _digits(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return "".join(each for each in plain if not each.isspace() and each not in "-.")
