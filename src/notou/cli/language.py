"""The person's language on the command line: --lang, help, and click's own words.

What may not enter: what any command says; which languages there are (notou.words.choice).
"""

from __future__ import annotations

import copy
import gettext
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from notou.words.catalogue import DOMAIN, ENGLISH_WORDS, FOLDER, Words
from notou.words.choice import ENGLISH, LANGUAGES, OPTION

C = TypeVar("C", bound=click.Command)
T = TypeVar("T", bound=Callable[..., Any] | click.Command)


def lang_option() -> Callable[[T], T]:
    """--lang, which every command takes; it was read and judged before the rest was (words.choice)."""
    return click.option(
        OPTION,
        metavar="LANGUAGE",
        expose_value=False,
        shell_complete=lambda _ctx, _param, begun: [each for each in LANGUAGES if each.startswith(begun)],
        help="Speak English (en), French (fr) or Chinese (zh).",
    )


def spoken(context: click.Context | None = None) -> Words:
    """The words of the command of this context, or of the one that runs; English where none does."""
    context = context or click.get_current_context(silent=True)
    return (context.find_object(Words) if context else None) or ENGLISH_WORDS


def translated(command: C, words: Words) -> C:
    """A copy of the command whose help is in the person's language; English needs none."""
    if words.language == ENGLISH:
        return command
    changed = copy.copy(command)
    changed.help = words.literal(inspect.cleandoc(command.help or ""))  # not every click does it itself
    changed.params = [_translated_option(each, words) for each in command.params]
    if isinstance(changed, click.Group):
        changed.commands = {name: translated(each, words) for name, each in changed.commands.items()}
    return changed


@contextmanager
def click_speaks(language: str) -> Iterator[None]:
    """What click itself says comes from our catalogue too: it asks gettext, which asks the environment."""
    if language == ENGLISH:
        yield
        return
    domain, wanted = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if wanted is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = wanted


def _translated_option(param: click.Parameter, words: Words) -> click.Parameter:
    if not isinstance(param, click.Option) or not param.help:
        return param
    changed = copy.copy(param)
    changed.help = words.literal(param.help)
    return changed
