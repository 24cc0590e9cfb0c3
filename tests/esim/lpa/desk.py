"""A chip in a reader and a server in reach, with our LPA between them, which they judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from notou.card.logical import WireCard
from notou.errors import CardError
from notou.esim.es9 import HttpsServers, Trust
from notou.esim.lpa.download import Order
from notou.esim.lpa.driver import Chip, Surroundings
from notou.esim.lpa.steps import Consent, Preview
from notou.esim.roots import Root
from notou.esim.sgp22.authentication import Device
from notou.esim.sgp22.chip import ISD_R
from notou.events import Event
from notou.jobs.chip import ChipAtHand
from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import Habits, chip_of
from tests.support.euicc.metadata import ALL_EVENTS, Offer
from tests.support.rsp.certificates import World
from tests.support.smdp.orders import Order as Bought
from tests.support.smdp.server import DpSite, serving_dp

CODE = "NOTOU-1"
STORE_DATA = 0xE2


@dataclass
class Somebody:
    """A person with fixed answers, who remembers what was asked."""

    says: Consent = Consent.GIVEN
    code: str | None = None
    previews: list[Preview] = field(default_factory=list)
    asked_for_code: int = 0
    then: Callable[[], None] = lambda: None

    def consent(self, preview: Preview) -> Consent:
        self.previews.append(preview)
        self.then()
        return self.says

    def confirmation_code(self) -> str | None:
        self.asked_for_code += 1
        return self.code


@dataclass
class Desk:
    """One chip, one server, one person."""

    world: World
    card: EuiccCard
    dp: DpSite
    person: Somebody = field(default_factory=Somebody)
    events: list[Event] = field(default_factory=list)

    def order(self, **fields: object) -> Bought:
        """What the operator has ready for the code CODE."""
        offer = Offer(told=[(ALL_EVENTS, self.dp.address)])
        bought = Bought(**{"matching_id": CODE, "offer": offer} | fields)  # type: ignore[arg-type]
        self.dp.dp.orders.append(bought)
        return bought

    def wanted(self, **fields: object) -> Order:
        """What the person wants."""
        wanted = {"server": self.dp.address, "matching_id": CODE, "device": Device()} | fields
        return Order(**wanted)  # type: ignore[arg-type]

    @contextmanager
    def hand(self) -> Iterator[ChipAtHand]:
        """The chip, as one command has it: a channel of its own, connections of its own."""
        trust = Trust([Root(self.world.ci.certificate)])
        chip = Chip(WireCard("a reader", self.card), ISD_R, lambda _: None)
        with HttpsServers(trust, time.monotonic) as servers:
            try:
                yield ChipAtHand(chip, Surroundings(servers, self.person, self.events.append))
            finally:
                chip.close()


@contextmanager
def desk_of(world: World, habits: Habits | None = None) -> Iterator[Desk]:
    """A new, empty chip and a server without orders."""
    chip = chip_of(world)
    chip.habits = habits or Habits()
    with serving_dp(world) as dp:
        yield Desk(world, EuiccCard(chip), dp)


class Cut:
    """A line to the card that is cut at the given STORE DATA, before it arrives or once it is carried out."""

    def __init__(self, at: int, *, before: bool) -> None:
        self.at, self.before, self.seen = at, before, 0

    def __call__(self, command: bytes, exchange: Callable[[bytes], bytes]) -> bytes:
        if command[1] != STORE_DATA:
            return exchange(command)
        self.seen += 1
        if self.seen != self.at:
            return exchange(command)
        if not self.before:
            exchange(command)
        raise CardError("The line was cut.")
