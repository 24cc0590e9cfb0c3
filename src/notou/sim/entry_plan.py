"""Finds a place on a card for each kept entry of its phone book or fixed dialling: pure, onto an image of
the card.

What is there already stays where it is; then each goes to the record it stood in; then to any that is free.
What may not enter: how an entry is laid out (placing), commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from notou.errors import NoRoomOnCardError
from notou.sentence import Sentence, say
from notou.sim.entry import Entry, entries
from notou.sim.image import FDN_ROLE, CardImage, NumberList, is_free
from notou.sim.placing import Spot, Write, cleared, moved, named_by, released
from notou.sim.steps import Step, Verdict


class EntryPlaces:
    """Finds a place for each entry of one kind of list; ``card`` is as it will be after the steps so far."""

    def __init__(
        self, kept: CardImage, card: CardImage, lists: Sequence[NumberList], *, replace: bool
    ) -> None:
        self.card = card
        self._kept, self._replace = kept, replace
        self._lists = {each.main: each for each in lists}
        self._present = {(entry.main, entry.record): entry for each in lists for entry in entries(card, each)}
        self._used = {each for spot in self._spots() for each in named_by(spot)}
        self._settled: set[tuple[str, int]] = set()  # places on the card that hold something kept

    def steps(self, kept: Sequence[Entry]) -> list[Step]:
        """One step an entry, in the order given; each round of finding places leaves some for the next."""
        found: dict[Entry, Step] = {}
        for find in (self._in_place, self._elsewhere, self._own_place, self._any_place):
            for entry in kept:
                if entry not in found and (step := find(entry)) is not None:
                    found[entry] = step
        return [found[entry] for entry in kept]

    def _in_place(self, entry: Entry) -> Step | None:
        """It stands where it stood."""
        return self._left(entry, [(entry.main, entry.record)])

    def _elsewhere(self, entry: Entry) -> Step | None:
        """It stands somewhere."""
        return self._left(entry, self._present)

    def _left(self, entry: Entry, places: Iterable[tuple[str, int]]) -> Step | None:
        for place in places:
            there = self._present.get(place)
            if there and place not in self._settled and there.contents == entry.contents:
                self._settled.add(place)
                return Step(Verdict.LEAVE, entry.main, entry.record, _shown(entry), place[1])
        return None

    def _own_place(self, entry: Entry) -> Step | None:
        """The record it stood in, where that is free or may be replaced, and the entry fits."""
        numbers, place = self._lists.get(entry.main), (entry.main, entry.record)
        if numbers is None or place in self._settled or not self._may_use(place):
            return None
        try:
            return self._placed(entry, numbers, entry.record)
        except NoRoomOnCardError:
            return None

    def _may_use(self, place: tuple[str, int]) -> bool:
        main, number = place
        return number <= len(self.card.files[main].records) and (self._replace or place not in self._present)

    def _any_place(self, entry: Entry) -> Step | None:
        """The first free record of any list that has room for all of it; else why there is none."""
        reason = _no_list(entry)
        for numbers in self._lists.values():
            number = self._free_record(numbers)
            if number is None:
                reason = say("This card has no free place left.")
                continue
            try:
                return self._placed(entry, numbers, number)
            except NoRoomOnCardError as error:
                reason = error.args[0]
        return Step(Verdict.NO_ROOM, entry.main, entry.record, _shown(entry), reason=reason)

    def _free_record(self, numbers: NumberList) -> int | None:
        records = self.card.files[numbers.main].records
        return next((number for number, record in enumerate(records, 1) if is_free(record)), None)

    def _placed(self, entry: Entry, numbers: NumberList, number: int) -> Step:
        home = next(each for each in self._kept.lists if each.main == entry.main)
        there = Spot(self.card, numbers, number)
        writes = moved(Spot(self._kept, home, entry.record), there, self._used)
        gone = self._present.pop((numbers.main, number), None)
        writes = self._over(there, writes) if gone else (*_unless(cleared(there), writes), *writes)
        for write in writes:
            self.card = self.card.with_record(*write)
        self._used |= {(write.role, write.number) for write in writes}
        self._settled.add((numbers.main, number))
        verdict = Verdict.REPLACE if gone else Verdict.ADD
        return Step(
            verdict,
            entry.main,
            entry.record,
            _shown(entry),
            number,
            _shown(gone) if gone else "",
            writes=writes,
        )

    def _spots(self) -> list[Spot]:
        return [Spot(self.card, self._lists[main], number) for main, number in self._present]

    def _over(self, there: Spot, writes: tuple[Write, ...]) -> tuple[Write, ...]:
        """First the old entry goes, and what it leaves behind: no mixture of both is ever on the card."""
        main = there.numbers.main
        others = [
            Spot(self.card, self._lists[role], number)
            for role, number in self._present
            if role in self._lists
        ]
        behind = _unless([*cleared(there), *released(there, others)], writes)
        if len(writes) == 1 and not behind:
            return writes
        empty = Write(main, there.record, b"\xff" * self.card.files[main].record_bytes)
        return (empty, *behind, *writes)


def _unless(first: Iterable[Write], writes: Sequence[Write]) -> list[Write]:
    """Those whose record is not written anyhow."""
    written = {(write.role, write.number) for write in writes}
    return [write for write in first if (write.role, write.number) not in written]


def _shown(entry: Entry) -> str:
    return entry.name or entry.number or entry.main


def _no_list(entry: Entry) -> Sentence:
    if entry.main == FDN_ROLE:
        return say("This card keeps no fixed dialling numbers.")
    return say("This card keeps no phone book.")
