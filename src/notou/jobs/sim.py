"""What a SIM card holds: read it, keep it in a vault, write it back.

What may not enter: the card's files and records (notou.sim), how any of it is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from notou.backup.keep import KeepResult
from notou.errors import CardError, NotFoundError, UsageError
from notou.events import Note, Report
from notou.jobs.keep import Change, change_kept, kept_in
from notou.jobs.places import open_vault
from notou.jobs.readers import open_card
from notou.jobs.snapshots import tell_faults
from notou.model import Lane
from notou.sentence import say
from notou.sim.carry_out import Told, carry_out
from notou.sim.file_system import FileSystem, Pin
from notou.sim.image import MSISDN_ROLE, SMS_ROLE, SMSP_ROLE, CardImage, kind_of
from notou.sim.kept import PHONE_BOOK, card_items, contact_items, kept_image, message_items
from notou.sim.pin import AskPin, unlock
from notou.sim.read import Contents, file_system, read_card
from notou.sim.restore_plan import plan_restore
from notou.sim.steps import RestorePlan
from notou.vault.kept import KeptSet, newest_of_kept
from notou.vault.repository import Vault

_ROOT = "/sim/"
_LANES = {
    **dict.fromkeys(["iccid", "imsi", "spn", SMSP_ROLE, MSISDN_ROLE], Lane.WALLET),
    SMS_ROLE: Lane.MESSAGES,
}
"""The lane of what a file holds, by its kind; of all others it is contacts."""
_ENDING_CHARS = 4


def read_sim(reader: str | None, environ: Mapping[str, str], ask: AskPin) -> Contents:
    """What the card in the reader holds. Raises what reaching a card and its PIN raise."""
    with open_card(reader, environ) as card, file_system(card) as files:
        return _read(files, ask)


def save_sim(
    locations: Sequence[str],
    password: str,
    contents: Contents,
    environ: Mapping[str, str],
    report: Report,
) -> KeepResult:
    """Keep what a card holds at every location, each part in its lane. Raises what change_kept raises."""
    image = contents.image
    if not image.iccid:
        raise CardError(say("The card does not say its number (ICCID), under which it would be kept."))
    items = {
        Lane.WALLET: card_items(image, contents.imsi, contents.provider),
        Lane.CONTACTS: contact_items(image),
        Lane.MESSAGES: message_items(image),
    }
    changes = {
        KeptSet(lane, _ROOT + image.iccid): _becoming(held, lane, report)
        for lane, held in items.items()
        if lane not in unseen_lanes(contents)
    }
    return change_kept(locations, password, changes, environ, report)


def unseen_lanes(contents: Contents) -> frozenset[Lane]:
    """The lanes of which the card did not show all: what was kept in them before stays as it is."""
    return frozenset(_LANES.get(kind_of(role), Lane.CONTACTS) for role in contents.unseen)


def _becoming(items: Mapping[str, bytes], lane: Lane, report: Report) -> Change:
    """The items; but a card that was emptied does not empty what is kept of it."""

    def become(before: Mapping[str, bytes]) -> Mapping[str, bytes]:
        if before and items.keys() <= {PHONE_BOOK}:
            report(
                Note(
                    say(
                        "The card holds nothing of the class {lane} now; what the vault holds of it stays.",
                        lane=lane.label,
                    )
                )
            )
            return before
        return items

    return become


def kept_sims(vault: Vault) -> dict[str, int]:
    """The cards that the vault holds something of, by number (ICCID): when that changed last, Unix ns."""
    found: dict[str, int] = {}
    for one in newest_of_kept(vault.snapshots()):
        if one.paths[0].startswith(_ROOT):
            iccid = one.paths[0].removeprefix(_ROOT)
            found[iccid] = max(found.get(iccid, 0), one.time_ns)
    return found


@dataclass(frozen=True, slots=True)
class KeptCard:
    """What a vault holds of a card. ``incomplete``: some of it could not be read, which was reported."""

    image: CardImage
    incomplete: bool


def kept_card(vault: Vault, iccid: str, report: Report) -> KeptCard:
    """What the vault holds of one card. DamagedError when that is not what Notou keeps."""
    root = _ROOT + iccid
    contacts, texts = (kept_in(vault, KeptSet(lane, root), report) for lane in (Lane.CONTACTS, Lane.MESSAGES))
    image = kept_image(iccid, contacts.items, texts.items)
    return KeptCard(image, contacts.incomplete or texts.incomplete)


@dataclass(frozen=True, slots=True)
class Restoring:
    """A card in the reader, and what would be written to it."""

    kept: KeptCard
    card: Contents
    plan: RestorePlan
    _files: FileSystem
    _ask: AskPin

    def carry_out(self, told: Told) -> None:
        """Write it; PIN2 is asked for when fixed dialling numbers are among it. Raises as carry_out."""
        if self.plan.touches_fixed_dialling:
            unlock(self._files, Pin.TWO, self._ask)
        carry_out(self._files, self.card.image, self.plan, told)


@contextmanager
def restoring(
    locations: Sequence[str],
    password: str,
    wanted: str | None,
    reader: str | None,
    environ: Mapping[str, str],
    ask: AskPin,
    report: Report,
    *,
    replace: bool,
) -> Iterator[Restoring]:
    """The plan of writing a kept card back, with the card in hand; ``wanted``: the end of its number."""
    vault = open_vault(locations, password).vault
    held = kept_sims(vault)
    if not held:
        raise NotFoundError(say("The vault holds nothing of a SIM card; 'notou sim save' keeps one."))
    with open_card(reader, environ) as card, file_system(card) as files:
        contents = _read(files, ask)
        kept = kept_card(vault, _chosen(held, wanted, contents.image.iccid), report)
        tell_faults(vault, report)
        plan = plan_restore(kept.image, contents.image, replace=replace)
        yield Restoring(kept, contents, plan, files, ask)


def _chosen(held: Collection[str], wanted: str | None, present: str) -> str:
    """The card meant: the one named, else the one in the reader, else the only one."""
    if wanted is None:
        if present in held:
            return present
        matching = list(held)
    else:
        matching = [iccid for iccid in held if iccid.endswith(wanted)]
    if len(matching) == 1:
        return matching[0]
    endings = ", ".join("…" + iccid[-_ENDING_CHARS:] for iccid in held)
    if not matching:
        raise NotFoundError(
            say("The vault holds no card whose number ends in {wanted}; it holds {endings}.",
                wanted=wanted, endings=endings)
        )  # fmt: skip
    raise UsageError(
        say("The vault holds several cards: say which with --iccid and the end of its number. They are "
            "{endings}.", endings=endings)
    )  # fmt: skip


def _read(files: FileSystem, ask: AskPin) -> Contents:
    return read_card(files, lambda opened: unlock(opened, Pin.ONE, ask))
