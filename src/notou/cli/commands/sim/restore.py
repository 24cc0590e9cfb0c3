"""notou sim restore: write kept contacts and messages back to a card."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import click

from notou.cli.card_options import CardAccess, with_card_to_write
from notou.cli.layout import Line, Row, Table
from notou.cli.options import Access, reading, speaking
from notou.cli.prompt import agrees
from notou.cli.screen import Screen
from notou.cli.text import printable
from notou.errors import IncompleteError
from notou.jobs.sim import Restoring, restoring
from notou.sentence import Sentence, say, say_count
from notou.sim.image import FDN_ROLE, SMS_ROLE
from notou.sim.steps import RestorePlan, Step, Verdict

VERDICTS = {
    Verdict.ADD: say("add"),
    Verdict.REPLACE: say("replace"),
    Verdict.LEAVE: say("leave"),
    Verdict.NO_ROOM: say("does not fit"),
}
CONTACT = say("contact")
KINDS = {SMS_ROLE: say("message"), FDN_ROLE: say("fixed dialling number")}


@click.command()
@click.option("--iccid", metavar="DIGITS", help="The kept card, by the end of its number.")
@click.option("--replace", is_flag=True, help="Write over what else stands where a kept record stood.")
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would change.")
@with_card_to_write
@reading
@speaking
def restore(
    iccid: str | None, replace: bool, dry_run: bool, card: CardAccess, access: Access, screen: Screen
) -> None:
    """Write the contacts, messages and fixed dialling numbers that were kept of a SIM card back to a card.

    Shows what changes and asks first. What the card holds already stays where it is; nothing else on it is
    erased, unless --replace is given. Fixed dialling numbers need the card's PIN2.
    """
    with restoring(
        access.locations, access.password(), iccid, card.reader, os.environ, card.ask, screen.report,
        replace=replace,
    ) as work:  # fmt: skip
        _show_plan(work.plan, screen)
        if not dry_run and work.plan.changes:
            _carry_out(work, screen)
    _require_whole(work)


def _require_whole(work: Restoring) -> None:
    """IncompleteError when not all that was kept of the card is on this one, or would be."""
    if left := work.plan.count(Verdict.NO_ROOM):
        raise IncompleteError(
            say_count(
                left,
                "{count} kept entry does not fit on this card; it stays in the vault.",
                "{count} kept entries do not fit on this card; they stay in the vault.",
            )
        )
    if work.kept.incomplete:
        raise IncompleteError(
            say(
                "Part of what was kept of the card could not be read, so it is not among this: name "
                "another copy beside, or mend this one with 'notou repair heal'."
            )
        )


def _carry_out(work: Restoring, screen: Screen) -> None:
    if not agrees(say("Write this to the card?")):
        screen.say(say("Nothing was written."))
        return
    work.carry_out(lambda step: screen.detail(Row(_row(step))))
    done = say_count(
        len(work.plan.changes),
        "{count} change was written and read again.",
        "{count} changes were written and read again.",
    )
    screen.done("sim_restored", _counts(work.plan), [done])


def _show_plan(plan: RestorePlan, screen: Screen) -> None:
    if screen.manner.json:
        for step in plan.steps:
            screen.result("sim_step", _fields(step), [])
    else:
        screen.result("", {}, _lines(plan))


def _lines(plan: RestorePlan) -> Iterator[Line]:
    rows = [_row(step) for step in plan.steps if step.verdict is not Verdict.LEAVE]
    heads: list[str] = [say("Change"), say("What"), say("Record"), say("Name or text"), say("Remark")]
    if rows:
        yield Table(heads, rows)
    yield say_count(
        plan.count(Verdict.LEAVE),
        "{count} entry is on the card already and stays where it is.",
        "{count} entries are on the card already and stay where they are.",
    )
    if not plan.changes:
        yield say("There is nothing to write.")
    if plan.touches_fixed_dialling:
        yield say("Fixed dialling numbers are among it: the card will want its PIN2.")


def _row(step: Step) -> list[str]:
    place = "" if step.target is None else str(step.target)
    return [VERDICTS[step.verdict], _kind(step), place, printable(step.shown), _remark(step)]


def _remark(step: Step) -> str:
    if step.verdict is Verdict.REPLACE:
        return say("{old} gives way to it.", old=printable(step.replaced))
    return step.reason or ""


def _kind(step: Step) -> Sentence:
    return KINDS.get(step.role, CONTACT)


def _fields(step: Step) -> dict[str, Any]:
    return {
        "verdict": step.verdict.value,
        "kind": {SMS_ROLE: "message", FDN_ROLE: "fixed_dialling"}.get(step.role, "contact"),
        "record": step.record,
        "target": step.target,
        "shown": step.shown,
        "replaced": step.replaced,
        "reason": step.reason,
    }


def _counts(plan: RestorePlan) -> dict[str, int]:
    return {verdict.value: plan.count(verdict) for verdict in Verdict}
