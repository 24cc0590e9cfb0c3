"""--exclude and its kin → ``rules``.

What may not enter: what a pattern means (notou.sources.excludes).
"""

from __future__ import annotations

import functools
import os
from typing import Any

import click

from notou.cli.options import Command
from notou.cli.places import FILE
from notou.cli.sizes import size_of
from notou.sources.excludes import ExcludeRules, read_patterns


def excluding(command: Command) -> Command:
    """Turn the options about what is left out into one argument ``rules``."""

    @click.option("-e", "--exclude", metavar="PATTERN", multiple=True, help="Leave out, as in .gitignore.")
    @click.option("--iexclude", metavar="PATTERN", multiple=True, help="The same, whatever the case.")
    @click.option(
        "--exclude-file", metavar="FILE", type=FILE, multiple=True, help="Read patterns from a file."
    )
    @click.option(
        "--iexclude-file", metavar="FILE", type=FILE, multiple=True, help="The same, whatever the case."
    )
    @click.option("--exclude-caches", is_flag=True, help="Leave out what a CACHEDIR.TAG marks.")
    @click.option(
        "--exclude-if-present", metavar="NAME", multiple=True, help="Leave out folders that hold NAME."
    )
    @click.option(
        "--exclude-larger-than", metavar="SIZE", type=size_of, help="Leave out larger files: 500M, 2G."
    )
    @click.option("-x", "--one-file-system", is_flag=True, help="Do not enter what is mounted below.")
    @functools.wraps(command)
    def wrapped(
        *,
        exclude: tuple[str, ...],
        iexclude: tuple[str, ...],
        exclude_file: tuple[str, ...],
        iexclude_file: tuple[str, ...],
        exclude_caches: bool,
        exclude_if_present: tuple[str, ...],
        exclude_larger_than: int | None,
        one_file_system: bool,
        **rest: Any,
    ) -> None:
        rules = ExcludeRules(
            patterns=exclude + _lines_of(exclude_file),
            patterns_any_case=iexclude + _lines_of(iexclude_file),
            caches=exclude_caches,
            if_present=tuple(os.fsencode(name) for name in exclude_if_present),
            larger_than=exclude_larger_than,
            one_file_system=one_file_system,
        )
        command(rules=rules, **rest)

    return wrapped


def _lines_of(files: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for file in files for line in read_patterns(file))
