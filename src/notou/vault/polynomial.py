"""Irreducible polynomials over GF(2), as restic's chunker needs one of degree 53 in the config.

Notou's own chunker does not use it; stock restic backing up into the same vault does. The test is
Rabin's, as in restic/chunker polynomials.go. A polynomial is an int whose bit i is the coefficient of x^i.
What may not enter: chunking.
"""

from __future__ import annotations

from notou.vault.keys import Random

_DEGREE = 53
_MOST_TRIES = 10_000  # one in about 27 odd ones is irreducible


def random_irreducible(random: Random) -> int:
    """A random irreducible polynomial of degree 53."""
    for _ in range(_MOST_TRIES):
        drawn = int.from_bytes(random(8)) % (1 << _DEGREE)
        candidate = drawn | (1 << _DEGREE) | 1
        if is_irreducible(candidate):
            return candidate
    raise RuntimeError("the source of randomness yields no irreducible polynomial")


def is_irreducible(polynomial: int) -> bool:
    """Whether no polynomial of a lower degree, other than 1, divides it (Rabin 1980, Ben-Or's order)."""
    power = 2
    for _ in range((polynomial.bit_length() - 1) // 2):
        power = _square_mod(power, polynomial)
        if _gcd(polynomial, power ^ 2) != 1:
            return False
    return True


def _square_mod(value: int, modulus: int) -> int:
    # squaring over GF(2) spreads the bits apart: the coefficient of x^i goes to x^(2i)
    squared = int(f"{value:b}", 4)
    return _mod(squared, modulus)


def _mod(value: int, modulus: int) -> int:
    degree = modulus.bit_length()
    while value.bit_length() >= degree:
        value ^= modulus << (value.bit_length() - degree)
    return value


def _gcd(first: int, second: int) -> int:
    while second:
        first, second = second, _mod(first, second)
    return first
