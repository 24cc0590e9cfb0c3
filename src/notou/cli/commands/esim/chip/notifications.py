"""notou esim chip notifications: what operators are still to be told."""

from __future__ import annotations

import click

from notou.cli.chip_options import ChipOptions, revealing, with_chip, with_servers
from notou.cli.chip_person import TerminalPerson
from notou.cli.chip_shapes import notification_fields, notification_row, told_fields, told_lines
from notou.cli.layout import Line, Table
from notou.cli.options import speaking
from notou.cli.screen import Screen
from notou.errors import IncompleteError
from notou.jobs.chip import read_notifications, tell_operators
from notou.jobs.esim_trust import TrustOptions
from notou.sentence import say, say_count


@click.command()
@click.option("--send", is_flag=True, help="Send them; each leaves the chip once its server has taken it.")
@with_chip
@with_servers
@revealing
@speaking
def notifications(where: ChipOptions, trust: TrustOptions, send: bool, reveal: bool, screen: Screen) -> None:
    """Show what operators are still to be told of profiles installed, switched or deleted; --send does."""
    if send:
        _send(where, trust, screen, reveal=reveal)
        return
    with where.chip() as chip:
        waiting = read_notifications(chip)
    if screen.manner.json:
        for each in waiting:
            screen.result("notification", notification_fields(each, reveal=reveal), [])
        return
    heads = [say("Number"), say("Operation"), say("Server"), "ICCID"]
    rows = [notification_row(each, reveal=reveal) for each in waiting]
    told: Line = Table(heads, rows) if rows else say("Operators have been told everything.")
    screen.result("", {}, [told])


def _send(where: ChipOptions, trust: TrustOptions, screen: Screen, *, reveal: bool) -> None:
    with where.hand(trust, TerminalPerson(screen, agreed=True), screen.report) as (hand, _):
        told = tell_operators(hand, lambda _: True)
    count = say_count(len(told.sent), "{count} notification was sent.", "{count} notifications were sent.")
    screen.done("notified", told_fields(told, reveal=reveal), [count, *told_lines(told)])
    if told.kept:
        raise IncompleteError(
            say_count(
                len(told.kept),
                "{count} notification stays on the chip for the next time.",
                "{count} notifications stay on the chip for the next time.",
            )
        )
