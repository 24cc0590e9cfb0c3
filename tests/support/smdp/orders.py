"""Download orders: what a matching id gives, to whom, how often, and what has become of it.

What may not enter: encoding, signatures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from tests.support.euicc.metadata import Offer
from tests.support.smdp.status import StatusError


class State(Enum):
    """What has become of an order (SGP.22 3.1.6, annex O)."""

    ALLOCATED = "allocated"  # not released yet
    RELEASED = "released"
    DOWNLOADED = "downloaded"  # a package was bound and handed out
    INSTALLED = "installed"
    EXPIRED = "expired"
    ERROR = "error"  # cancelled, or too many wrong codes


class Reuse(Enum):
    """Whether a code works again once its profile was installed."""

    NEVER = "never"
    SAME_CHIP = "same chip"
    AFTER_DELETION = "after deletion"  # once the signed notification of the deletion arrived


@dataclass
class Order:
    """One order; mutable, as its state goes on."""

    matching_id: str
    offer: Offer = field(default_factory=Offer)
    state: State = State.RELEASED
    confirmation_code: str | None = None
    tries_left: int = 3
    eid: str | None = None  # the only chip that may have it
    reuse: Reuse = Reuse.NEVER
    profile_bytes: int = 5000
    elements: bytes | None = None  # instead of elements made for the offer
    holder: str | None = None  # the chip it was handed out to
    one_time_point: bytes | None = None  # the chip's key the package was bound to

    def check_for(self, eid: str) -> None:
        """Raise the status that refuses this chip, if any (SGP.22 5.6.3)."""
        if self.eid is not None and self.eid != eid:
            raise StatusError("8.1.1", "3.8", "The EID does not match the order.")
        if self.state is State.ALLOCATED:
            raise StatusError("8.2", "1.2", "The profile is not released.")
        if self.state is State.EXPIRED:
            raise StatusError("8.8.5", "4.10", "The download order has expired.")
        if self.tries_left <= 0:
            raise StatusError("8.8.5", "6.4", "The order's retries are used up.")
        if not self._is_open_to(eid):
            raise StatusError("8.2.6", "3.8", "The matching id is refused.")

    def _is_open_to(self, eid: str) -> bool:
        if self.state is State.INSTALLED:
            return self.reuse is Reuse.SAME_CHIP and self.holder == eid
        return self.state is State.RELEASED or (self.state is State.DOWNLOADED and self.holder == eid)

    def check_code(self, given: bytes | None, expected: bytes | None) -> None:
        """Hold the hash of a confirmation code against the order's; a wrong one costs a try."""
        if expected is None:
            return
        if given is None:
            raise StatusError("8.2.7", "2.2", "A confirmation code is missing.")
        if given == expected:
            return
        self.tries_left -= 1
        if self.tries_left <= 0:
            self.state = State.ERROR
            raise StatusError("8.2.7", "6.4", "Too many wrong confirmation codes.")
        raise StatusError("8.2.7", "3.8", "The confirmation code is refused.")

    def handed_out(self, eid: str, point: bytes) -> None:
        self.state, self.holder, self.one_time_point = State.DOWNLOADED, eid, point

    def ended(self, *, well: bool) -> None:
        """Take note of how the installation ended; a failed one may be tried again."""
        self.state = State.INSTALLED if well else State.RELEASED
        self.one_time_point = None

    def deleted(self) -> None:
        """Take note that the profile was deleted from its chip."""
        if self.state is State.INSTALLED and self.reuse is Reuse.AFTER_DELETION:
            self.state, self.holder = State.RELEASED, None
