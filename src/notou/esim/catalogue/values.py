"""The value of one field: what is accepted, and the sentence for what is not.

Each function takes what TOML gave (text, number, day …) and returns the value. ValueError with a whole
sentence as its first argument otherwise. What may not enter: entries, sources, files.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from notou.esim.catalogue.money import PER_EUR, fits_currency
from notou.esim.catalogue.observed import Observed, observed
from notou.esim.catalogue.records import Money
from notou.sentence import Sentence, say
from notou.shown import shown

MOST_TEXT_CHARS = 1000
MOST_AMOUNT = Decimal(10**9)
MOST_DATA_BYTES = 10**15
MOST_VALIDITY_DAYS = 3660
_SHOWN_CHARS = 40
_UNITS = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?([KMGT])[Bo]")
_URL = re.compile(r"https?://[!-~]{1,500}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_NETWORK_CODE = re.compile(r"\d{3}-\d{2,3}")
_CALLING_CODE = re.compile(r"\+\d{1,3}")

Parse = Callable[[object], object]
Kind = TypeVar("Kind", bound=StrEnum)


def named(value: object) -> str:
    """A value as it can stand in a sentence: short, on one line."""
    text = shown(str(value).encode("utf-8", "surrogatepass"))
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"


def text(value: object) -> str:
    """One line of text."""
    if not isinstance(value, str):
        raise ValueError(say("“{value}” is no text; put it between quotes.", value=named(value)))
    if not value.strip() or not value.isprintable() or len(value) > MOST_TEXT_CHARS:
        raise ValueError(
            say(
                "“{value}” is not one line of 1 to {most} characters.",
                value=named(value),
                most=MOST_TEXT_CHARS,
            )
        )
    return value.strip()


def sentence(value: object) -> Sentence:
    """One line of text for people; the shipped ones can be translated, as every sentence can."""
    return Sentence(text(value).replace("{", "{{").replace("}", "}}"), {})


def _matching(form: re.Pattern[str], value: object, wanted: Sentence) -> str:
    if not isinstance(value, str) or not form.fullmatch(value) or not value.isascii():
        raise ValueError(say("“{value}” is not {wanted}.", value=named(value), wanted=wanted))
    return value


def identity(value: object) -> str:
    """The id of an entry."""
    return _matching(_ID, value, say("an id: lower-case letters, digits and dashes, such as forfait-m-5h"))


def country(value: object) -> str:
    """A country's code."""
    return _matching(_COUNTRY, value, say("a country: two capital letters of ISO 3166, such as NC"))


def url(value: object) -> str:
    """An address of the web."""
    return _matching(_URL, value, say("an address that begins with https://"))


def network_code(value: object) -> str:
    """MCC and MNC."""
    return _matching(_NETWORK_CODE, value, say("a network code: MCC and MNC, such as 546-01"))


def calling_code(value: object) -> str:
    """A country's calling code."""
    return _matching(_CALLING_CODE, value, say("a calling code, such as +687"))


def truth(value: object) -> bool:
    """``yes`` or ``no``."""
    if value not in ("yes", "no"):
        raise ValueError(say("“{value}” is not yes, no or unknown.", value=named(value)))
    return value == "yes"


def one_of(kinds: type[Kind]) -> Callable[[object], Kind]:
    """A word of a fixed list."""

    def parse(value: object) -> Kind:
        if not isinstance(value, str) or value not in set(kinds):
            known = ", ".join(kinds)
            raise ValueError(say("“{value}” is none of: {known}.", value=named(value), known=known))
        return kinds(value)

    return parse


def whole(least: int, most: int) -> Callable[[object], int]:
    """A whole number between two bounds."""

    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(
                say(
                    "“{value}” is no whole number from {least} to {most}.",
                    value=named(value),
                    least=least,
                    most=most,
                )
            )
        return value

    return parse


def number(value: object) -> Decimal:
    """A number that is not negative, exactly as it was written."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(say("“{value}” is no number.", value=named(value)))
    exact = Decimal(value)
    if not exact.is_finite() or not 0 <= exact <= MOST_AMOUNT:
        raise ValueError(
            say("“{value}” is no number from 0 to {most}.", value=named(value), most=int(MOST_AMOUNT))
        )
    return exact


def price_in(currency: str) -> Callable[[object], Money]:
    """An amount of a currency that ``currency_code`` took."""

    def parse(value: object) -> Money:
        amount = number(value)
        if not fits_currency(amount, currency):
            raise ValueError(
                say(
                    "“{value}” cannot be paid in {currency}: it is too fine.",
                    value=named(value),
                    currency=currency,
                )
            )
        return Money(amount, currency)

    return parse


def currency_code(value: object) -> str:
    """A currency whose rate is fixed."""
    if not isinstance(value, str) or value not in PER_EUR:
        known = ", ".join(PER_EUR)
        raise ValueError(
            say(
                "“{value}” is no currency with a fixed rate to the euro, which are: {known}.",
                value=named(value),
                known=known,
            )
        )
    return value


def data_size(value: object) -> int:
    """Bytes of ``15 GB``; operators count in thousands."""
    found = _SIZE.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    size = Decimal(found[1]) * _UNITS[found[2]] if found else Decimal(0)
    if not 1 <= size <= MOST_DATA_BYTES or size != int(size):
        raise ValueError(
            say("“{value}” is no amount of data; write it like 500 MB or 15 GB.", value=named(value))
        )
    return int(size)


def observed_by(today: date) -> Callable[[object], Observed]:
    """The day, month or year when something was observed, which has begun."""

    def parse(value: object) -> Observed:
        try:
            seen = observed(_as_text(value))
        except ValueError:
            raise ValueError(
                say("“{value}” is no day: write it like 2019, 2019-10 or 2019-10-02.", value=named(value))
            ) from None
        if seen.text > today.isoformat():
            raise ValueError(
                say("“{value}” is still to come, so nothing was observed then.", value=named(value))
            )
        return seen

    return parse


def _as_text(value: object) -> str:
    if isinstance(value, datetime | bool):
        raise ValueError(value)
    return value.isoformat() if isinstance(value, date) else str(value)
