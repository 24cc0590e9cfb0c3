"""Entries of a card as vCards, for people and other programs to read; what goes back to a card is kept
beside them.

What may not enter: reading vCards.
"""

from __future__ import annotations

from collections.abc import Iterable

import vobject  # type: ignore[import-untyped]  # it has no types

from notou.sim.entry import Entry


def cards_of(found: Iterable[Entry]) -> bytes:
    """One vCard 3.0 an entry, in their order."""
    return "".join(_card(entry) for entry in found).encode("utf-8", "replace")


def _card(entry: Entry) -> str:
    card = vobject.vCard()
    name = _plain(entry.name) or entry.number or entry.main
    card.add("fn").value = name
    card.add("n").value = vobject.vcard.Name(given=name)
    for number in (entry.number, *entry.more_numbers):
        if number:
            card.add("tel").value = number
    for address in filter(None, map(_plain, entry.addresses)):
        card.add("email").value = address
    for more in filter(None, map(_plain, entry.more_names)):
        card.add("nickname").value = more
    text: str = card.serialize()
    return text


def _plain(text: str) -> str:
    """Without what no name holds: control characters, which a card may carry."""
    return "".join(char if char.isprintable() else " " for char in text).strip()
