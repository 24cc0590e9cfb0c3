"""The steps before a trip in words, each with what was seen of the vault.

What may not enter: whether a step is done (notou.esim.trip.checklist).
"""

from __future__ import annotations

from notou.cli.facts import data_text
from notou.cli.text import duration_text, printable, time_text
from notou.esim.trip.checklist import State, Step, StepKind
from notou.esim.trip.standing import Standing
from notou.sentence import Sentence, say


def step_text(step: Step, standing: Standing | None) -> Sentence:
    """What to do, or what is done."""
    match step.kind:
        case StepKind.FIRST_BACKUP:
            return _first_backup(standing)
        case StepKind.FRESH_BACKUP:
            return _fresh_backup(standing, done=step.state is State.DONE)
        case StepKind.SECOND_PLACE:
            return _second_place(standing)
        case StepKind.CODES_SAVED:
            return _codes(standing)
        case StepKind.KIT_PRINTED:
            return _kit(standing)


def _first_backup(standing: Standing | None) -> Sentence:
    if standing is None:
        return say(
            "Make the first full backup at home, over a line that costs nothing: it is the largest. "
            "--vault tells how large it was, and how long it took."
        )
    if standing.last_backup_ns is None:
        return say(
            "Make the first full backup at home, over a line that costs nothing: the vault holds none."
        )
    size = data_text(standing.whole_bytes)
    if not standing.whole_bytes:  # made by a program that writes no summary
        return say("The vault holds a full backup.")
    if standing.first is None:
        return say("The vault holds a full backup, {size} of files.", size=size)
    return say(
        "The vault holds a full backup, {size} of files; the largest run stored {stored} and took {time}.",
        size=size,
        stored=data_text(standing.first.bytes_stored),
        time=duration_text(standing.first.took_s),
    )


def _fresh_backup(standing: Standing | None, *, done: bool) -> Sentence:
    if standing is None or standing.last_backup_ns is None:
        return say("Back up once more in the last days before leaving.")
    day = time_text(standing.last_backup_ns)[:10]
    if done:
        return say("The last backup is of {day}, not long before leaving.", day=day)
    return say("Back up once more in the last days before leaving; the last backup is of {day}.", day=day)


def _second_place(standing: Standing | None) -> Sentence:
    if standing is None:
        return say("Have the vault at two places, one of which stays at home, and see that both answer.")
    reached = ", ".join(map(printable, standing.reached))
    silent = [place for place in standing.places if place.failure]
    if silent:
        return say(
            "See that every place answers: {reached} did, {silent} did not.",
            reached=reached,
            silent=", ".join(printable(place.location) for place in silent),
        )
    if len(standing.reached) > 1:
        return say("The vault is at two places or more, and all answer: {reached}.", reached=reached)
    return say("Have the vault at a second place; only {reached} was named.", reached=reached)


def _codes(standing: Standing | None) -> Sentence:
    if standing is None or standing.wallet_ns is None:
        return say(
            "Save the activation codes of your eSIMs in the vault with 'notou esim add': no code can be read "
            "back from a chip."
        )
    return say(
        "The wallet in the vault was last saved on {day}; 'notou esim list' tells which eSIMs are in it.",
        day=time_text(standing.wallet_ns)[:10],
    )


def _kit(standing: Standing | None) -> Sentence:
    if standing is None:
        return say(
            "Put on paper where the vault is and where its password is found, and keep it apart from phone "
            "and laptop."
        )
    return say(
        "Put on paper where the vault is ({places}) and where its password is found, and keep it apart from "
        "phone and laptop.",
        places=", ".join(printable(place.location) for place in standing.places),
    )
