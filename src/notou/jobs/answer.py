"""Does my eSIM have a backup? Gathers what the answer needs: the card at hand, and what a vault keeps of it.

Neither has to be there: what could not be seen is part of the answer. What may not enter: the words of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from notou.card.base import Card
from notou.errors import CardError, LockedError, NotOnCardError, UsageError
from notou.esim.sgp22.chip import ISD_R
from notou.esim.wallet.entry import Entry
from notou.events import Report
from notou.jobs.places import open_vault
from notou.jobs.readers import open_card
from notou.jobs.sim import kept_card, kept_sims
from notou.jobs.snapshots import tell_faults
from notou.jobs.wallet import read_wallet
from notou.sim.image import CardImage
from notou.sim.read import identity


class CardKind(Enum):
    """What a person holds in hand."""

    ESIM_CHIP = "esim_chip"
    SIM_CARD = "sim_card"


@dataclass(frozen=True, slots=True)
class CardSeen:
    """The card at hand; ``iccid`` is that of the enabled profile on an eSIM chip, "" where none is
    enabled.
    """

    kind: CardKind
    iccid: str


@dataclass(frozen=True, slots=True)
class VaultSeen:
    """What a vault keeps. ``image`` and ``kept_ns``: of the card at hand; ``entry``: the code of its
    profile.
    """

    codes: int
    cards: int
    image: CardImage | None
    kept_ns: int
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Answer:
    """``card_fault``: why no card was seen. ``vault``: None where none was named."""

    card: CardSeen | None
    card_fault: str
    vault: VaultSeen | None


def answer_for(reader: str | None, environ: Mapping[str, str]) -> tuple[CardSeen | None, str]:
    """(the card at hand, why there is none). Never raises for a card that is not there."""
    try:
        with open_card(reader, environ) as card:
            return CardSeen(_kind(card), _number(card)), ""
    except (CardError, LockedError, UsageError) as error:
        return None, error.args[0]


def vault_for(locations: Sequence[str], password: str, card: CardSeen | None, report: Report) -> VaultSeen:
    """What the vault keeps of this card and its profile. Raises what opening a vault raises."""
    vault = open_vault(locations, password).vault
    cards = kept_sims(vault)
    iccid = card.iccid if card else ""
    entries = read_wallet(vault, report).entries
    image = kept_card(vault, iccid, report).image if iccid in cards else None
    tell_faults(vault, report)
    entry = next(
        (each for each in entries if iccid and each.installed and each.installed.iccid == iccid), None
    )
    codes = sum(each.code is not None for each in entries)
    return VaultSeen(codes, len(cards), image, cards.get(iccid, 0), entry)


def _kind(card: Card) -> CardKind:
    try:
        with card.application(ISD_R):
            return CardKind.ESIM_CHIP
    except NotOnCardError:
        return CardKind.SIM_CARD
    except CardError:
        if identity(card).plain_sim:  # such a card has no channels to open
            return CardKind.SIM_CARD
        raise


def _number(card: Card) -> str:
    try:
        return identity(card).iccid
    except NotOnCardError:
        return ""
