"""Which entry a person means, and whether the wallet has a code already.

What may not enter: reading the wallet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from notou.errors import NotFoundError, UsageError
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry
from notou.sentence import say


def choose(entries: Sequence[Entry], word: str) -> Entry:
    """The entry whose id begins with ``word``, else with a name that is it, else with one that holds it.

    Names are the provider, the server, the number and the profile's. NotFoundError when there is none,
    UsageError when there are several.
    """
    wanted = word.strip().casefold()
    tests: list[Callable[[Entry], bool]] = [
        lambda entry: entry.id.startswith(wanted),
        lambda entry: wanted in _names(entry),
        lambda entry: any(wanted in name for name in _names(entry)),
    ]
    findings = ([entry for entry in entries if test(entry)] for test in tests if wanted)
    found = next(filter(None, findings), [])
    if not found:
        raise NotFoundError(
            say("The wallet holds no entry “{word}”; 'notou esim list' shows what it holds.", word=word)
        )
    if len(found) > 1:
        raise UsageError(
            say("“{word}” means several entries: {ids}. Give one of these.", word=word, ids=_ids(found))
        )
    return found[0]


def holder_of(entries: Iterable[Entry], code: ActivationCode) -> Entry | None:
    """The entry that holds this code, whatever is appended to it."""
    for entry in entries:
        if entry.code is not None and _key(entry.code) == _key(code):
            return entry
    return None


def _key(code: ActivationCode) -> tuple[str, str]:
    return code.server.casefold(), code.matching_id


def _names(entry: Entry) -> list[str]:
    there = entry.installed
    return [
        entry.provider.casefold(),
        entry.number,
        entry.code.server.casefold() if entry.code else "",
        there.nickname.casefold() if there else "",
        there.profile_name.casefold() if there else "",
    ]


def _ids(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.id for entry in entries)
