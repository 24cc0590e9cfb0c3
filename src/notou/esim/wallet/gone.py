"""What to do when the phone is gone: steps a person can follow, from what an entry of the wallet says. Pure.

Nothing is promised that only a provider can know: where the wallet does not know, the step says what to ask.
What may not enter: secrets; the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from notou.esim.wallet.entry import Entry, Reusable
from notou.esim.wallet.identifiers import number_text
from notou.sentence import Sentence, say


def steps_when_gone(entry: Entry, today: date) -> list[Sentence]:
    """The steps in the order to take them."""
    if entry.is_on_a_chip:
        return [*_block(entry), *_again(entry, today), *_proof(entry)]
    return [*_first_time(entry, today), *_proof(entry)]


def _provider(entry: Entry) -> str:
    return entry.provider or say("the provider")


def _block(entry: Entry) -> Iterator[Sentence]:
    """Whoever has the phone has the number."""
    if entry.number:
        yield say(
            "Have {number} blocked by {provider}, from another line: until then whoever has the phone "
            "receives its calls, and the codes that banks send by SMS.",
            number=number_text(entry.number),
            provider=_provider(entry),
        )
    else:
        yield say(
            "Have the line blocked by {provider}: until then whoever has the phone can use it.",
            provider=_provider(entry),
        )


def _again(entry: Entry, today: date) -> Iterator[Sentence]:
    """The profile itself cannot be brought back; the code, or a new one, downloads it anew."""
    if entry.code is None:
        yield say(
            "Ask {provider} for a new code for the same number: the wallet holds none for this profile.",
            provider=_provider(entry),
        )
    elif _is_over(entry, today):
        yield _ask_since_over(entry)
    elif entry.reusable is Reusable.NO:
        yield say(
            "Ask {provider} for a new code for the same number: this one works once, and was used.",
            provider=_provider(entry),
        )
    else:
        yield from _scan_again(entry)


def _scan_again(entry: Entry) -> Iterator[Sentence]:
    yield say(
        "On the new phone, add an eSIM and scan the code that 'notou esim show {id} --qr' shows.", id=entry.id
    )
    yield from _confirmation(entry)
    if entry.reusable is Reusable.YES:
        yield say(
            "If it is refused, ask {provider} to release it: some do so only once the old profile was "
            "deleted.",
            provider=_provider(entry),
        )
    else:
        yield say(
            "It may be refused, since most codes work once: then ask {provider} for a new one for the same "
            "number.",
            provider=_provider(entry),
        )


def _first_time(entry: Entry, today: date) -> Iterator[Sentence]:
    if entry.code is None:
        yield say(
            "The wallet holds no code here. Ask {provider} for one, and keep it with "
            "'notou esim edit {id} --code -'.",
            provider=_provider(entry),
            id=entry.id,
        )
    elif _is_over(entry, today):
        yield _ask_since_over(entry)
    elif entry.installed is not None:
        yield say("The profile was deleted from its chip, so that nobody who has the phone can use it.")
        yield from _again(entry, today)
    else:
        yield say("The code is installed nowhere that Notou knows of, so nothing is lost with the phone.")
        yield say(
            "On any phone with eSIM, add an eSIM and scan the code that 'notou esim show {id} --qr' shows.",
            id=entry.id,
        )
        yield from _confirmation(entry)


def _confirmation(entry: Entry) -> Iterator[Sentence]:
    if entry.code is None or not entry.code.needs_confirmation:
        return
    if entry.confirmation_code:
        yield say(
            "It asks for the confirmation code, which 'notou esim show {id} --reveal' shows.", id=entry.id
        )
    else:
        yield say(
            "It asks for a confirmation code, which the wallet does not hold: {provider} gave it to you "
            "apart.",
            provider=_provider(entry),
        )


def _is_over(entry: Entry, today: date) -> bool:
    return entry.valid_until is not None and entry.valid_until < today


def _ask_since_over(entry: Entry) -> Sentence:
    return say(
        "Ask {provider} for a new code: this one was valid until {day}.",
        provider=_provider(entry),
        day=str(entry.valid_until),
    )


def _proof(entry: Entry) -> Iterator[Sentence]:
    """What a provider asks for before it believes that the line is yours."""
    if entry.order_number:
        yield say("They will ask who you are: your order number is {number}.", number=entry.order_number)
    if entry.installed is not None and entry.installed.iccid:
        yield say("They may ask for the ICCID, which 'notou esim show {id} --reveal' shows.", id=entry.id)
