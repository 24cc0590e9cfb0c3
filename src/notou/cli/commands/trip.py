"""notou trip: plan the data of a trip, and what to do before it."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from notou.cli.document import document_lines
from notou.cli.facts import country_code
from notou.cli.groups import Group
from notou.cli.language import spoken
from notou.cli.options import Access, Command, looking, speaking
from notou.cli.page import page
from notou.cli.places import FILE
from notou.cli.screen import Screen
from notou.cli.trip_fields import trip_fields
from notou.cli.trip_report import trip_document
from notou.errors import UsageError
from notou.esim.catalogue.records import Audience
from notou.esim.trip.needs import Habits
from notou.esim.trip.plan import Trip, check_trip, plan_trip
from notou.jobs.catalogue import load_catalogue
from notou.jobs.trip import look_before_trip
from notou.sentence import say
from notou.shown import shown
from notou.words.system import system_reason


def day(text: str) -> date:
    """A day as ``2026-12-01``. For click's ``type=``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(say("“{text}” is no day: write it like 2026-12-01.", text=text)) from None


def whole_number(text: str) -> int:
    """For click's ``type=``: click's own names the type in English."""
    try:
        return int(text)
    except ValueError:
        raise click.BadParameter(say("“{text}” is no whole number.", text=text)) from None


def amount_up_to(most: int) -> Callable[[str], Decimal]:
    """A number from 0 to ``most``, such as ``2`` or ``0.5``. For click's ``type=``."""

    def amount(text: str) -> Decimal:
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number <= most:
            raise click.BadParameter(say("“{text}” is no number from 0 to {most}.", text=text, most=most))
        return number

    return amount


@click.group(cls=Group)
def trip() -> None:
    """Plan the data of a trip, and what to do before it."""


def habits_said(command: Command) -> Command:
    """--photos-a-day and the like → ``habits``."""

    @click.option("--photos-a-day", metavar="N", type=amount_up_to(10_000), help="Photos you take a day.")
    @click.option(
        "--video-minutes-a-day", metavar="N", type=amount_up_to(1440), help="Minutes you film a day."
    )
    @click.option("--calls-hours-a-day", metavar="N", type=amount_up_to(24), help="Hours of calls a day.")
    @click.option(
        "--mb-a-day", metavar="N", type=amount_up_to(1_000_000), help="MB a day for all else you do."
    )
    @functools.wraps(command)
    def wrapped(
        *,
        photos_a_day: Decimal | None,
        video_minutes_a_day: Decimal | None,
        calls_hours_a_day: Decimal | None,
        mb_a_day: Decimal | None,
        **rest: Any,
    ) -> None:
        command(habits=Habits(photos_a_day, video_minutes_a_day, calls_hours_a_day, mb_a_day), **rest)

    return wrapped


def trip_wanted(command: Command) -> Command:
    """--to, --from, --days and --resident → ``wanted``."""

    @click.option("--to", "country", metavar="COUNTRY", type=country_code, required=True, help="Such as NC.")
    @click.option("--from", "first_day", metavar="DAY", type=day, required=True, help="Such as 2026-12-01.")
    @click.option(
        "--days", metavar="N", type=whole_number, required=True, help="How many days, at most a year."
    )
    @click.option("--resident", is_flag=True, help="Plan for a resident, not for a tourist.")
    @functools.wraps(command)
    def wrapped(*, country: str, first_day: date, days: int, resident: bool, **rest: Any) -> None:
        audience = Audience.RESIDENT if resident else Audience.TOURIST
        command(wanted=Trip(country, first_day, days, audience), **rest)

    return wrapped


@trip.command()
@trip_wanted
@habits_said
@click.option("--html", "html_file", metavar="FILE", type=FILE, help="Write a page to print instead.")
@looking
@speaking
def plan(wanted: Trip, habits: Habits, html_file: str | None, access: Access | None, screen: Screen) -> None:
    """Tell how much mobile data a trip needs, which known plans would do, and what to do before leaving."""
    today = date.today()
    check_trip(wanted, today)
    catalogue = load_catalogue(today, screen.report)
    snapshots, standing = (
        look_before_trip(access.locations, access.password(), screen.report) if access else ([], None)
    )
    made = plan_trip(wanted, habits, catalogue, snapshots, standing)
    document = trip_document(made, catalogue.countries, today)
    if html_file is not None:
        _write(html_file, page(document, spoken().language, spoken()))
    lines = (
        document_lines(document)
        if html_file is None
        else [say("Wrote {file}.", file=shown(os.fsencode(html_file)))]
    )
    screen.result("trip_planned", trip_fields(made), lines)


def _write(file: str, text: str) -> None:
    try:
        with open(file, "w", encoding="utf-8") as opened:
            opened.write(text)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = system_reason(error) if isinstance(error, OSError) else str(error)
        named = shown(os.fsencode(file))
        raise UsageError(say("{file} cannot be written: {reason}.", file=named, reason=reason)) from error
