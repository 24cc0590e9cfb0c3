"""The eSIM chip in a reader: looked at, changed, and its operators told of it.

What may not enter: messages and their order (notou.esim), the wallet (jobs.chip_wallet), asking a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from notou.errors import ChipRefusedError, DamagedError, NotouError, UsageError
from notou.esim.lpa.discovery import Discovered, discover
from notou.esim.lpa.download import Installed, Order, download
from notou.esim.lpa.driver import Chip, Person, Servers, Surroundings, drive
from notou.esim.lpa.steps import Machine
from notou.esim.lpa.switching import Switched, delete, disable, enable, rename
from notou.esim.lpa.telling import Told, tell
from notou.esim.sgp22 import chip as about
from notou.esim.sgp22 import tags
from notou.esim.sgp22.authentication import Device
from notou.esim.sgp22.notifications import Notification, parse_notifications
from notou.esim.sgp22.profiles import Profile, list_request, parse_list
from notou.events import Note, Report
from notou.jobs.readers import open_card
from notou.sentence import say


@dataclass(frozen=True, slots=True)
class ChipReport:
    """What a chip says of itself. ``info`` is None where the chip does not tell."""

    eid: str
    info: about.ChipInfo | None
    addresses: about.Addresses


@dataclass(frozen=True, slots=True)
class ChipAtHand:
    """A chip, and what procedures on it are carried out over."""

    chip: Chip
    surroundings: Surroundings

    def run(self, machine: Machine[Any, Any]) -> Any:
        """Carry a procedure out; returns its result."""
        return drive(machine, self.chip, self.surroundings)


@dataclass(frozen=True, slots=True)
class Change:
    """What came of changing a profile, and of telling its operators."""

    switched: Switched
    told: Told


@dataclass(frozen=True, slots=True)
class Download:
    """What came of a download, and of telling the operator."""

    installed: Installed
    told: Told


@contextmanager
def open_chip(reader: str | None, aid: str | None, environ: Mapping[str, str]) -> Iterator[Chip]:
    """The eSIM chip in a reader. ``aid``: another name than SGP.22's of its application, in hexadecimal.

    Raises what open_card raises, and NotOnCardError (later) when the card is no eSIM chip.
    """
    application = about.ISD_R if aid is None else _application(aid)
    with open_card(reader, environ) as card:
        chip = Chip(card, application, time.sleep)
        try:
            yield chip
        finally:
            chip.close()


def at_hand(chip: Chip, servers: Servers, person: Person, report: Report) -> ChipAtHand:
    """The chip with all that changing it takes."""
    return ChipAtHand(chip, Surroundings(servers, person, report))


def _application(aid: str) -> bytes:
    try:
        name = bytes.fromhex(aid)
    except ValueError as error:
        raise UsageError(
            say("An application's name is written in hexadecimal; “{aid}” is not.", aid=aid)
        ) from error
    if not 5 <= len(name) <= 16:
        raise UsageError(say("An application's name has 5 to 16 bytes."))
    return name


def read_chip(chip: Chip) -> ChipReport:
    """Ask the chip who it is."""
    eid = about.parse_eid(chip.exchange(about.eid_request()))
    addresses = about.parse_addresses(chip.exchange(about.empty_request(tags.EUICC_CONFIGURED_ADDRESSES)))
    try:
        info = about.parse_info(chip.exchange(about.empty_request(tags.EUICC_INFO_2)))
    except (ChipRefusedError, DamagedError):  # some keep it to themselves, or say it in their own way
        return ChipReport(eid, None, addresses)
    return ChipReport(eid, info, addresses)


def read_eid(chip: Chip) -> str:
    """The chip's number."""
    return about.parse_eid(chip.exchange(about.eid_request()))


def read_profiles(chip: Chip) -> tuple[Profile, ...]:
    """The profiles on the chip."""
    return parse_list(chip.exchange(list_request()))


def read_notifications(chip: Chip) -> tuple[Notification, ...]:
    """The notifications that wait on the chip."""
    return parse_notifications(chip.exchange(about.empty_request(tags.LIST_NOTIFICATION)))


def enable_profile(hand: ChipAtHand, iccid: str) -> Change:
    """Make a profile the one in use, and tell the operators. Raises when the chip did not do it."""
    return _changed(hand, enable(iccid))


def disable_profile(hand: ChipAtHand, iccid: str) -> Change:
    """Take a profile out of use, and tell the operators. Raises when the chip did not do it."""
    return _changed(hand, disable(iccid))


def delete_profile(hand: ChipAtHand, iccid: str) -> Change:
    """Delete a profile, and tell its operator, which may free its code. Raises when it is still there."""
    return _changed(hand, delete(iccid))


def rename_profile(hand: ChipAtHand, iccid: str, nickname: str) -> Switched:
    """Give a profile a name of the person's own; "" takes it away."""
    switched: Switched = hand.run(rename(iccid, nickname))
    return switched


def _changed(hand: ChipAtHand, machine: Machine[Any, Any]) -> Change:
    switched: Switched = hand.run(machine)
    return Change(switched, _tell_new(hand, switched.known_notifications))


def download_profile(hand: ChipAtHand, order: Order) -> Download:
    """Download a profile, asking the person on the way, and tell the operator how it went.

    Raises what stood in the way; an operator that handed a profile out is told of that as well.
    """
    machine = download(order)
    try:
        installed: Installed = hand.run(machine)
    except NotouError:
        if machine.session.bytes_sent:  # the chip may have something to tell of the failure
            _tell_new(hand, machine.session.known)
        raise
    return Download(installed, _tell_new(hand, installed.known_notifications))


def _tell_new(hand: ChipAtHand, known: frozenset[int]) -> Told:
    """Send what has come up since; what cannot be sent now stays on the chip, which is no failure here."""
    try:
        return tell_operators(hand, lambda notification: notification.number not in known)
    except NotouError as error:
        unknown = say("Whether the operators were told is not known: {reason}", reason=str(error))
        hand.surroundings.report(Note(unknown))
        return Told((), ())


def tell_operators(hand: ChipAtHand, chosen: Callable[[Notification], bool]) -> Told:
    """Send the chosen notifications; each leaves the chip only once its server has taken it."""
    told: Told = hand.run(tell(chosen))
    return told


def discover_orders(hand: ChipAtHand, server: str, device: Device) -> Discovered:
    """What waits for this chip at a discovery server, the chip's own where ``server`` is ""."""
    discovered: Discovered = hand.run(discover(server, device))
    return discovered
