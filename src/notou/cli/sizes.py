"""Sizes as people type them, for click's ``type=``.

What may not enter: sizes as they are shown (text).
"""

from __future__ import annotations

import click

from notou.errors import UsageError
from notou.upkeep.prune_plan import parse_size


def size_of(text: str) -> int:
    """Bytes of ``200M`` and the like."""
    try:
        return parse_size(text)
    except UsageError as error:
        raise click.BadParameter(str(error)) from None
