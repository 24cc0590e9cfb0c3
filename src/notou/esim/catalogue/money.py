"""Prices in the currency they are asked in, and in euro at a rate fixed by law.

What may not enter: rates that move, since nobody is asked for them.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from notou.esim.catalogue.records import Money

XPF_PER_EUR = Decimal("119.33")
"""The Pacific franc is tied to the euro at this rate."""

PER_EUR = {"XPF": XPF_PER_EUR, "EUR": Decimal(1)}
_DECIMALS = {"XPF": Decimal(1), "EUR": Decimal("0.01")}


def in_euro(money: Money) -> Decimal:
    """The amount in euro, rounded to the cent; what is 0.5 cent is rounded up."""
    return (money.amount / PER_EUR[money.currency]).quantize(_DECIMALS["EUR"], ROUND_HALF_UP)


def times(money: Money, count: int) -> Money:
    """What ``count`` of them cost together, exactly."""
    return Money(money.amount * count, money.currency)


def fits_currency(amount: Decimal, currency: str) -> bool:
    """Whether such an amount can be paid: the franc has no cents."""
    return amount == amount.quantize(_DECIMALS[currency])
