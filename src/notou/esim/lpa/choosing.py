"""Which profile of a chip a person means.

What may not enter: asking the person.
"""

from __future__ import annotations

from collections.abc import Sequence

from notou.errors import NotFoundError, UsageError
from notou.esim.sgp22.profiles import Profile
from notou.sentence import say

LEAST_DIGITS = 4
"""So many of an ICCID's last digits name a profile."""

_MOST_DIGITS = 20


def choose_profile(profiles: Sequence[Profile], word: str) -> Profile:
    """The profile with this nickname, name or provider, letter case aside, or whose ICCID ends so.

    NotFoundError when there is none, UsageError when there are several.
    """
    found = [each for each in profiles if _is_called(each, word.strip().casefold())]
    if len(found) == 1:
        return found[0]
    names = _told_apart(found or profiles)
    if found:
        raise UsageError(
            say("“{word}” may be any of these; give the last digits of one: {names}.", word=word, names=names)
        )
    if not profiles:
        raise NotFoundError(say("There is no profile on this chip."))
    raise NotFoundError(
        say("No profile here is called “{word}”; there are: {names}.", word=word, names=names)
    )


def _told_apart(profiles: Sequence[Profile]) -> str:
    """Their names, with as many last digits as tell them apart."""
    digits = LEAST_DIGITS
    while digits < _MOST_DIGITS and len({each.iccid[-digits:] for each in profiles}) < len(profiles):
        digits += 1
    return "; ".join(f"{each.called} (…{each.iccid[-digits:]})" for each in profiles)


def _is_called(profile: Profile, word: str) -> bool:
    if word.isdigit() and len(word) >= LEAST_DIGITS and profile.iccid.endswith(word):
        return True
    return word != "" and word in (
        name.casefold() for name in (profile.nickname, profile.name, profile.provider)
    )
