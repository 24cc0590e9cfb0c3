"""Which card a person means: a word such as ``pcsc:NAME`` becomes a card in the hands of this process.

What may not enter: how cards are reached (notou.card), what is done with one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from notou.card.base import Card
from notou.card.exclusive import only_user
from notou.errors import UsageError
from notou.sentence import say

Opener = Callable[[str], AbstractContextManager[Card]]


@contextmanager
def open_card(reader: str | None, environ: Mapping[str, str]) -> Iterator[Card]:
    """The card in a reader, for as long as the context lasts; no other Notou uses it meanwhile.

    ``reader``: ``pcsc``, ``pcsc:NAME`` (a part of the reader's name), ``modem:/dev/ttyUSB2``, or ``sim:PATH``
    (a simulated card at a Unix socket); None is what NOTOU_READER says, else ``pcsc``. UsageError when it is
    none of these, LockedError when another Notou uses it, CardError when no card answers.
    """
    word = reader or environ.get("NOTOU_READER") or "pcsc"
    kind, _, name = word.partition(":")
    opener = _OPENERS.get(kind)
    if opener is None or (kind != "pcsc" and not name):
        raise UsageError(
            say("“{word}” names no card reader: write pcsc, pcsc:NAME, modem:/dev/… or sim:PATH.", word=word)
        )
    name = name if kind == "pcsc" else os.path.realpath(name)
    with only_user(_held(kind, name), _locks_folder(environ)), opener(name) as card:
        yield card


def _held(kind: str, name: str) -> str:
    """What one process holds: the line or socket itself, whatever link names it; of PC/SC, every reader."""
    return kind if kind == "pcsc" else f"{kind}:{name}"


def _pcsc(name: str) -> AbstractContextManager[Card]:
    from notou.card.pcsc import pcsc_card

    return pcsc_card(name)


def _modem(name: str) -> AbstractContextManager[Card]:
    from notou.card.modem import modem_card

    return modem_card(name, time.monotonic)


def _simulated(name: str) -> AbstractContextManager[Card]:
    from notou.card.socket import simulated_card

    return simulated_card(name)


_OPENERS: dict[str, Opener] = {"pcsc": _pcsc, "modem": _modem, "sim": _simulated}


def _locks_folder(environ: Mapping[str, str]) -> bytes:
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        return os.fsencode(os.path.join(runtime, "notou"))
    import platformdirs

    return os.fsencode(os.path.join(platformdirs.user_state_dir("notou"), "cards"))
