"""Carrying a plan out on the card it was made for, record after record, each read again after it was written.

What may not enter: deciding what to write.
"""

from __future__ import annotations

from collections.abc import Callable

from notou.errors import CardError
from notou.sentence import say
from notou.sim.file_system import FileSystem
from notou.sim.image import CardImage
from notou.sim.paths import file_words
from notou.sim.steps import RestorePlan, Step

Told = Callable[[Step], None]


def carry_out(files: FileSystem, card: CardImage, plan: RestorePlan, told: Told) -> None:
    """Write what the plan says; ``told`` hears of each step that is done.

    CardError where the card fails: every step told of is done, and making the plan anew finds what is left.
    """
    for done, step in enumerate(plan.changes):
        try:
            for role, number, record in step.writes:
                files.update_record(card.files[role].path, number, record, file_words(role))
        except CardError as error:
            raise CardError(
                say(
                    "{why} Of {total} changes {done} were made; run this again: the card is read first, "
                    "and what it holds already is left.",
                    why=error.args[0],
                    total=len(plan.changes),
                    done=done,
                )
            ) from error
        told(step)
