"""What writing a kept card back would change on a card: a plan, as data, that is shown before it is
carried out.

Every kept entry and message gets one verdict. What is on the card stays, unless replacing was asked for;
what is there already stays where it is. What may not enter: commands, asking.
"""

from __future__ import annotations

from notou.sim.entry import entries
from notou.sim.entry_plan import EntryPlaces
from notou.sim.image import FDN_ROLE, CardImage, NumberList
from notou.sim.message_plan import message_steps
from notou.sim.steps import RestorePlan, Step


def plan_restore(kept: CardImage, card: CardImage, *, replace: bool) -> RestorePlan:
    """What brings the kept entries and messages onto the card; ``replace``: over what stands in their
    places.
    """
    steps: list[Step] = []
    for lists_of in (_phone_book, _fixed_dialling):
        places = EntryPlaces(kept, card, lists_of(card), replace=replace)
        steps += places.steps([entry for each in lists_of(kept) for entry in entries(kept, each)])
        card = places.card
    return RestorePlan((*steps, *message_steps(kept, card, replace=replace)))


def _phone_book(image: CardImage) -> tuple[NumberList, ...]:
    return image.phone_book


def _fixed_dialling(image: CardImage) -> tuple[NumberList, ...]:
    found = image.list_of(FDN_ROLE)
    return (found,) if found else ()
