"""Finds a place on a card for each kept message: pure, onto an image of the card.

A message that the card holds already, read since or not, stays as it is there. What may not enter: commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from notou.sentence import Sentence, say
from notou.sim.image import SMS_ROLE, CardImage, FileImage
from notou.sim.message import is_free_message, messages
from notou.sim.placing import Write
from notou.sim.steps import Step, Verdict

_SHOWN_CHARS = 40


def message_steps(kept: CardImage, card: CardImage, *, replace: bool) -> Iterator[Step]:
    """One step a kept record, in the order of records."""
    held, there = kept.files.get(SMS_ROLE), card.files.get(SMS_ROLE)
    if held is None:
        return
    wanted = {number: record for number, record in enumerate(held.records, 1) if not is_free_message(record)}
    shown, targets = _shown(held), _targets(wanted, there.records if there else (), replace=replace)
    for number, record in wanted.items():
        yield _step(number, shown[number], record, targets.get(number), there)


def _shown(held: FileImage) -> dict[int, str]:
    texts = {number: f"{one.peer}: {one.text}" for one in messages(held) for number in one.records}
    return {number: text[:_SHOWN_CHARS] for number, text in texts.items()}


def _targets(wanted: Mapping[int, bytes], there: Sequence[bytes], *, replace: bool) -> dict[int, int]:
    """Where each goes, by its number: where it is, where it stood, where there is room."""
    present = {number: record for number, record in enumerate(there, 1) if not is_free_message(record)}
    targets: dict[int, int] = {}
    for number, record in wanted.items():
        places = (at for at in (number, *present) if at not in targets.values())
        same = next((at for at in places if _same(present.get(at), record)), None)
        if same is not None:
            targets[number] = same
    for own in (True, False):
        for number in wanted:
            free = [number] if own else list(range(1, len(there) + 1))
            usable = [at for at in free if at not in targets.values() and 0 < at <= len(there)
                      and (at not in present or (own and replace))]  # fmt: skip
            if number not in targets and usable:
                targets[number] = usable[0]
    return targets


def _same(there: bytes | None, kept: bytes) -> bool:
    """The state (read or not) is the card's own."""
    return there is not None and _content(there) == _content(kept)


def _content(record: bytes) -> bytes:
    return record[1:].rstrip(b"\xff")


def _step(number: int, shown: str, record: bytes, target: int | None, there: FileImage | None) -> Step:
    if there is None or target is None:
        reason = (
            say("This card keeps no messages.") if there is None else say("This card has no free place left.")
        )
        return _no_room(number, shown, reason)
    content = record.rstrip(b"\xff")
    if len(content) > there.record_bytes:
        return _no_room(number, shown, say("It is longer than this card has room for."))
    old = there.records[target - 1]
    if _same(old, record):
        return Step(Verdict.LEAVE, SMS_ROLE, number, shown, target)
    written = (Write(SMS_ROLE, target, content.ljust(there.record_bytes, b"\xff")),)
    if is_free_message(old):
        return Step(Verdict.ADD, SMS_ROLE, number, shown, target, writes=written)
    gone = _shown(there)[target]
    return Step(Verdict.REPLACE, SMS_ROLE, number, shown, target, replaced=gone, writes=written)


def _no_room(number: int, shown: str, reason: Sentence) -> Step:
    return Step(Verdict.NO_ROOM, SMS_ROLE, number, shown, reason=reason)
