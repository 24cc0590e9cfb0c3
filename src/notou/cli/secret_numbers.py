"""Numbers that others could misuse (ICCID, EID, IMSI) as every command shows them: whole only when asked for.

What may not enter: which command reveals what.
"""

from __future__ import annotations

from typing import Any

from notou.esim.wallet.identifiers import ending


def secret(number: str, *, reveal: bool) -> str:
    """The number for people: the last digits tell it apart."""
    return number if reveal else ending(number)


def secret_fields(name: str, number: str, *, reveal: bool) -> dict[str, Any]:
    """The number for a JSON line: null unless revealed, and the last digits."""
    return {name: number if reveal else None, f"{name}_end": number[-4:]}
