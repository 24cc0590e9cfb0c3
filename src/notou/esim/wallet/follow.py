"""The wallet follows the chip: what is installed, enabled, deleted there is in the entries afterwards. Pure.

A profile is known by its ICCID, a chip by its EID. What a person wrote is never overwritten by nothing.
What may not enter: talking to a chip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from notou.esim.sgp22.metadata import ProfileClass
from notou.esim.wallet.entry import Entry, Installed, ProfileState


@dataclass(frozen=True, slots=True)
class ChipProfile:
    """One profile as the chip lists it. ``provider``: the name of who serves it; ``network``: ``546-01``."""

    iccid: str = field(repr=False)
    enabled: bool
    name: str = ""
    provider: str = ""
    nickname: str = ""
    profile_class: ProfileClass | None = None
    network: str = ""
    notification_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChipState:
    """All profiles of a chip at one moment: one that is not among them is not there."""

    eid: str = field(repr=False)
    profiles: tuple[ChipProfile, ...]


def follow(
    entries: Sequence[Entry],
    chip: ChipState,
    today: date,
    new_id: Callable[[], str],
    downloads: Mapping[str, str] | None = None,
) -> list[Entry]:
    """The entries after the chip was looked at; those that nothing happened to are the same objects.

    ``downloads``: entry id → ICCID of what was installed from it just now. A profile that no entry knows gets
    one of its own, without a code, named by ``new_id``.
    """
    owners = _owners(entries, downloads or {})
    on_chip = {each.iccid: each for each in chip.profiles}
    profiles = {owners[iccid]: each for iccid, each in on_chip.items() if iccid in owners}
    followed = [_followed(entry, profiles.get(entry.id), chip, today) for entry in entries]
    found = [each for iccid, each in on_chip.items() if iccid not in owners]
    return [*followed, *(_installed_as(Entry(new_id(), added_on=today), each, chip, today) for each in found)]


def _owners(entries: Sequence[Entry], downloads: Mapping[str, str]) -> dict[str, str]:
    """ICCID → id of its entry. An entry that was downloaded anew stands for the new profile alone."""
    known = _known_iccids(entry for entry in entries if entry.id not in downloads)
    return {**known, **{iccid: entry_id for entry_id, iccid in downloads.items()}}


def _known_iccids(entries: Iterable[Entry]) -> dict[str, str]:
    """As _owners; of several entries the last that is on a chip."""
    on_a_chip_last = sorted(entries, key=lambda entry: entry.is_on_a_chip)
    return {
        entry.installed.iccid: entry.id
        for entry in on_a_chip_last
        if entry.installed is not None and entry.installed.iccid
    }


def _followed(entry: Entry, profile: ChipProfile | None, chip: ChipState, today: date) -> Entry:
    if profile is not None:
        return _installed_as(entry, profile, chip, today)
    there = entry.installed
    if there is None or not entry.is_on_a_chip or there.eid != chip.eid or not there.iccid:
        return entry
    return replace(entry, installed=replace(there, state=ProfileState.DELETED, since=today))


def _installed_as(entry: Entry, profile: ChipProfile, chip: ChipState, today: date) -> Entry:
    before = entry.installed or Installed()
    same = before.iccid == profile.iccid and before.eid == chip.eid
    state = ProfileState.ENABLED if profile.enabled else ProfileState.DISABLED
    now = replace(
        before,
        device=before.device if same or not before.eid else "",  # of another chip it says nothing
        eid=chip.eid,
        iccid=profile.iccid,
        profile_name=profile.name or before.profile_name,
        nickname=profile.nickname or (before.nickname if same else ""),
        profile_class=profile.profile_class or before.profile_class,
        state=state,
        since=before.since if same and before.state is state and entry.installed else today,
        notification_addresses=profile.notification_addresses or before.notification_addresses,
    )
    after = replace(
        entry,
        installed=now,
        provider=entry.provider or profile.provider,
        network=entry.network or profile.network,
    )
    return entry if after == entry else after
