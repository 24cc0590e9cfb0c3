"""The class of a file by its name alone: its extension, or its whole name where many programs share one.

What may not enter: anything that looks at content.
"""

from __future__ import annotations

import re
from enum import Enum

from notou.classify.extensions import AMBIGUOUS, LANE_BY_EXTENSION
from notou.model import Lane

_COMPANION = re.compile(rb"(?:-wal|-shm|-journal|~)\Z", re.IGNORECASE)
"""How the name of a file ends that belongs to another: SQLite's three companions, editors' backups."""

_DATABASE = rb"\.(?:db3?|sqlite3?|sqlitedb)"
_EXPORT = rb"\.(?:xml|json|csv|html|zip)"

_WHOLE_NAMES: tuple[tuple[Lane, re.Pattern[bytes]], ...] = tuple(
    (lane, re.compile(rb"(?:" + pattern + rb")\Z", re.IGNORECASE | re.DOTALL))
    for lane, pattern in (
        # WhatsApp, Android, iMessage, iOS, Signal; Thunderbird's index
        (Lane.MESSAGES, rb"(?:msgstore|mmssms|chatstorage|bugle_db|global-messages)[^/]*" + _DATABASE),
        (Lane.MESSAGES, rb"(?:wa|sms|chat|messages|signal)" + _DATABASE),
        (Lane.MESSAGES, rb"signal[-_][^/]*\.backup"),
        # what SMS backup programs, Telegram and Facebook export
        (Lane.MESSAGES, rb"(?:sms|mms|calls?|messages?)(?:[-_ 0-9][^/]*)?" + _EXPORT),
        (
            Lane.CONTACTS,
            rb"(?:contacts?|address[-_ ]?book|abook)[^/]*(?:" + _DATABASE + rb"|" + _EXPORT + rb")",
        ),
        (Lane.CALENDARS, rb"(?:calendars?|events)[-_ 0-9]*(?:" + _DATABASE + rb"|" + _EXPORT + rb")"),
        (Lane.WALLET, rb"(?:esims?|lpa)[-_ 0-9]*" + _EXPORT),
    )
)


class _Ask(Enum):
    WHOLE_NAME = 0


class _Verdicts(dict[bytes, Lane | _Ask | None]):
    """Extension as written → verdict; remembers them, up to a bound that no hostile folder can pass."""

    MOST = 20_000

    def __missing__(self, extension: bytes) -> Lane | _Ask | None:
        plain = _COMPANION.sub(b"", extension).lower()
        verdict = _Ask.WHOLE_NAME if plain in AMBIGUOUS else LANE_BY_EXTENSION.get(plain)
        if len(self) < self.MOST:
            self[extension] = verdict
        return verdict


_VERDICTS = _Verdicts()


def lane_by_name(name: bytes) -> Lane | None:
    """The class the name of a file settles; None when its content must be asked.

    A companion of a database (``-wal``, ``-shm``, ``-journal``) is of its database's class.
    """
    dot = name.rfind(b".")
    if dot < 0:
        return None
    verdict = _VERDICTS[name[dot + 1 :]]
    return _by_whole_name(name) if verdict is _Ask.WHOLE_NAME else verdict


def _by_whole_name(name: bytes) -> Lane | None:
    name = _COMPANION.sub(b"", name)
    for lane, pattern in _WHOLE_NAMES:
        if pattern.match(name):
            return lane
    return LANE_BY_EXTENSION.get(name[name.rfind(b".") + 1 :].lower())
