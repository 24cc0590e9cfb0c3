"""Every error Notou raises on purpose, in one tree.

    NotouError                       what happened, to what, what to do: one sentence for a person
    ├── UsageError                   the request cannot be carried out as said
    ├── NoVaultError                 there is no vault at this place (exit 10)
    ├── WrongPasswordError           no key opens with this password (exit 12)
    ├── LockedError                  another process holds the lock (exit 11)
    ├── NotFoundError                the named snapshot, file or object is not there
    ├── DamagedError                 stored bytes are not what they must be: a fault of the place, or hostile
    │   └── LimitError               a declared size is beyond what Notou accepts from outside
    │       └── EndlessError         the work would hardly ever end, so that it stops
    ├── StoreError                   a place did not do what it was asked
    │   ├── StoreFullError           no room left there
    │   └── StoreUnavailableError    not mounted, read-only, gone: worth another try later
    ├── CardError                    no card, or it gave no answer: worth another try with the card in place
    │   ├── NotOnCardError           the card answered, and has no such application or file
    │   ├── NoRoomOnCardError        what should be written there does not fit
    │   ├── CardRefusedError         the card answered, and did not do it
    │   │   └── PinNeededError       it wants its PIN first
    │   ├── CardLostError            the line to the card is of no use any more; opening it anew is
    │   └── ChipRefusedError         the eSIM chip answered, and refused what it was asked
    ├── ServerError                  an operator's server cannot be used, or what it sent cannot
    │   ├── ServerRefusedError       the server answered, and refused what it was asked
    │   └── ServerUnavailableError   no answer came: worth another try later
    └── IncompleteError              finished, but some items were not read or not restored (exit 3)

What may not enter: formatting for the screen, exit codes (they are the command line's), anything
that imports another part of Notou.
"""

from __future__ import annotations


class NotouError(Exception):
    """The root; its text is a whole sentence written for the person who reads it."""


class UsageError(NotouError):
    """The request cannot be carried out as said; another request may."""


class NoVaultError(NotouError):
    """There is no vault at the place named."""


class WrongPasswordError(NotouError):
    """No key of the vault opens with the password given."""


class LockedError(NotouError):
    """Another process holds a lock that excludes this one; trying again later may help."""


class NotFoundError(NotouError):
    """A snapshot, path or object that was named is not in the vault."""


class DamagedError(NotouError):
    """Stored bytes failed verification. Trying again at the same place does not help."""


class LimitError(DamagedError):
    """A size declared by stored bytes is beyond the bound Notou accepts from outside."""


class EndlessError(LimitError):
    """What is stored makes so much work of so little that going on, even without a part of it, is no use."""


class StoreError(NotouError):
    """A place did not do what it was asked, for a reason that trying again will not mend."""


class StoreFullError(StoreError):
    """The place has no room left."""


class StoreUnavailableError(StoreError):
    """The place cannot be reached or written now; another try later may succeed."""


class CardError(NotouError):
    """A card or its reader gave no answer; whether the card did what it was asked must be read from it."""


class NotOnCardError(CardError):
    """The card has no such application or file. Trying again does not help."""


class NoRoomOnCardError(CardError):
    """What should be written to the card does not fit there. Another card may have the room."""


class CardRefusedError(CardError):
    """The card answered, and did not do what it was asked."""


class PinNeededError(CardRefusedError):
    """The card does not show or change a file before its PIN was given."""


class CardLostError(CardError):
    """An answer stayed away on this line before; nothing is sent on it any more."""


class ChipRefusedError(CardError):
    """The chip carried nothing out. ``code``: the result code or status it gave."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


class ServerError(NotouError):
    """An operator's server is not to be trusted, or what it sent is not what it must be."""


class ServerRefusedError(ServerError):
    """The server answered and refused, with a reason; what may help is in the sentence."""


class ServerUnavailableError(ServerError):
    """No answer came from the server; whether it did what it was asked is unknown."""


class IncompleteError(NotouError):
    """The work finished, but some items could not be read or written."""
