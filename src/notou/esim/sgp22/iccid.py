"""Numbers as cards store them: two digits a byte, the second half first, ``F`` where digits end.

ICCID (ITU-T E.118) and the operator's MCC and MNC (3GPP TS 24.008). What may not enter: check digits.
"""

from __future__ import annotations

from notou.errors import DamagedError
from notou.sentence import say

ICCID_BYTES = 10


def iccid_text(stored: bytes) -> str:
    """The ICCID's digits. DamagedError when other halves than digits and a filling stand there."""
    digits = "".join(f"{byte & 0x0F:X}{byte >> 4:X}" for byte in stored).rstrip("F")
    if len(stored) != ICCID_BYTES or not digits.isdigit():
        raise DamagedError(say("The chip gave an ICCID that is no number."))
    return digits


def iccid_bytes(digits: str) -> bytes:
    """The ICCID as cards store it; ``digits``: 18 to 20 of them."""
    padded = digits.ljust(2 * ICCID_BYTES, "F")
    return bytes(int(padded[at + 1] + padded[at], 16) for at in range(0, len(padded), 2))


def operator_text(stored: bytes) -> str:
    """MCC and MNC as people write them: ``546-01``. DamagedError when they are no digits."""
    if len(stored) != 3:
        raise DamagedError(say("The number of an operator that was received is no number."))
    country = f"{stored[0] & 15:X}{stored[0] >> 4:X}{stored[1] & 15:X}"
    network = f"{stored[2] & 15:X}{stored[2] >> 4:X}{stored[1] >> 4:X}".rstrip("F")
    if not country.isdigit() or not network.isdigit():
        raise DamagedError(say("The number of an operator that was received is no number."))
    return f"{country}-{network}"
