"""--keep-last and its kin → ``policy``.

What may not enter: what a policy keeps (notou.upkeep.retention).
"""

from __future__ import annotations

import functools
from typing import Any

import click

from notou.cli.options import Command
from notou.errors import UsageError
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
        raise click.UsageError("--keep-tag was given an empty tag; is a variable not set?")
    return tags


def _options() -> list[Any]:
    options = [_count("--keep-last", "the last N snapshots")]
    options += [
        _count(f"--keep-{name}", f"the newest of each of the last N {_UNITS[name]}") for name in PERIODS
    ]
    options.append(_span("--keep-within", "everything this close to the newest, such as 1y6m14d12h"))
    options += [
        _span(f"--keep-within-{name}", f"the newest of each of the {_UNITS[name]} within") for name in PERIODS
    ]
    options.append(
        click.option(
            "--keep-tag", metavar="TAG[,TAG…]", multiple=True, help="Keep what bears all these tags."
        )
    )
    return options


_UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months", "yearly": "years"}


def _count(name: str, what: str) -> Any:
    return click.option(
        name, metavar="N", type=parse_count, default="0", help=f"Keep {what}; N may be unlimited."
    )


def _span(name: str, what: str) -> Any:
    return click.option(name, metavar="SPAN", type=parse_span, default="", help=f"Keep {what}.")


def parse_count(text: str) -> int:
    """A number from 0, or ``unlimited``. For click's ``type=``."""
    if text == "unlimited":
        return UNLIMITED
    if not text.isascii() or not text.isdigit():
        raise click.BadParameter(f"“{text}” is no count: write a number, or unlimited.")
    return int(text)


def parse_span(text: str | Span) -> Span:
    """A span such as ``1y6m``; nothing is no span. For click's ``type=``."""
    if isinstance(text, Span):
        return text
    try:
        return Span.parse(text) if text else Span()
    except UsageError as error:
        raise click.BadParameter(str(error)) from None
