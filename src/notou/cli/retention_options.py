"""--keep-last and its kin → ``policy``.

What may not enter: what a policy keeps (notou.upkeep.retention).
"""

from __future__ import annotations

import functools
from typing import Any

import click

from notou.cli.options import Command
from notou.errors import UsageError
from notou.sentence import say
from notou.upkeep.retention import UNLIMITED, Policy
from notou.upkeep.span import Span

PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly")


def retaining(command: Command) -> Command:
    """Turn the retention options into one argument ``policy``."""

    @functools.wraps(command)
    def wrapped(**given: Any) -> None:
        counts = {name: given.pop(f"keep_{name}") for name in ("last", *PERIODS)}
        spans = {f"within_{name}": given.pop(f"keep_within_{name}") for name in PERIODS}
        tags = tuple(_tags(group) for group in given.pop("keep_tag"))
        policy = Policy(**counts, within=given.pop("keep_within"), **spans, tags=tags)
        command(policy=policy, **given)

    for decorate in reversed(_options()):
        wrapped = decorate(wrapped)
    return wrapped


def _tags(group: str) -> tuple[str, ...]:
    tags = tuple(group.split(","))
    if not all(tags):
        raise click.UsageError(say("--keep-tag was given an empty tag; is a variable not set?"))
    return tags


def _options() -> list[Any]:
    options = [_count("--keep-last", say("Keep the last N snapshots; N may be unlimited."))]
    options += [_count(f"--keep-{name}", _NEWEST[name]) for name in PERIODS]
    options.append(
        _span("--keep-within", say("Keep everything this close to the newest, such as 1y6m14d12h."))
    )
    options += [_span(f"--keep-within-{name}", _WITHIN[name]) for name in PERIODS]
    options.append(
        click.option(
            "--keep-tag", metavar="TAG[,TAG…]", multiple=True, help="Keep what bears all these tags."
        )
    )
    return options


_NEWEST = {
    "hourly": say("Keep the newest of each of the last N hours; N may be unlimited."),
    "daily": say("Keep the newest of each of the last N days; N may be unlimited."),
    "weekly": say("Keep the newest of each of the last N weeks; N may be unlimited."),
    "monthly": say("Keep the newest of each of the last N months; N may be unlimited."),
    "yearly": say("Keep the newest of each of the last N years; N may be unlimited."),
}
_WITHIN = {
    "hourly": say("Keep the newest of each of the hours within."),
    "daily": say("Keep the newest of each of the days within."),
    "weekly": say("Keep the newest of each of the weeks within."),
    "monthly": say("Keep the newest of each of the months within."),
    "yearly": say("Keep the newest of each of the years within."),
}


def _count(name: str, help_text: str) -> Any:
    return click.option(name, metavar="N", type=parse_count, default="0", help=help_text)


def _span(name: str, help_text: str) -> Any:
    return click.option(name, metavar="SPAN", type=parse_span, default="", help=help_text)


def parse_count(text: str) -> int:
    """A number from 0, or ``unlimited``. For click's ``type=``."""
    if text == "unlimited":
        return UNLIMITED
    if not text.isascii() or not text.isdigit():
        raise click.BadParameter(say("“{text}” is no count: write a number, or unlimited.", text=text))
    return int(text)


def parse_span(text: str | Span) -> Span:
    """A span such as ``1y6m``; nothing is no span. For click's ``type=``."""
    if isinstance(text, Span):
        return text
    try:
        return Span.parse(text) if text else Span()
    except UsageError as error:
        raise click.BadParameter(str(error)) from None
