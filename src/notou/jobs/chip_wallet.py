"""The wallet follows the chip: what was installed, enabled or deleted there is in the vault afterwards.

What may not enter: chips, what an entry says (notou.esim.wallet).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from notou.backup.keep import KeepResult
from notou.esim.sgp22.metadata import ProfileClass
from notou.esim.sgp22.profiles import Profile
from notou.esim.wallet.choose import holder_of
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry
from notou.esim.wallet.follow import ChipProfile, ChipState, follow
from notou.events import Report
from notou.jobs.wallet import change_wallet, new_entry_id, wallet_in


@dataclass(frozen=True, slots=True)
class WalletPlaces:
    """Where the wallet is kept: the places, and their password."""

    locations: Sequence[str]
    password: str


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What a download put on the chip: the profile, and the code it came from."""

    iccid: str
    code: ActivationCode | None


def entries_in(vault: WalletPlaces, report: Report) -> tuple[Entry, ...]:
    """The wallet's entries, for numbers and codes."""
    return wallet_in(vault.locations, vault.password, report).entries


def entry_of(entries: Sequence[Entry], iccid: str) -> Entry | None:
    """The entry of a profile that is on a chip."""
    return next(
        (each for each in entries if each.is_on_a_chip and each.installed and each.installed.iccid == iccid),
        None,
    )


def follow_chip(
    vault: WalletPlaces,
    eid: str,
    profiles: Sequence[Profile],
    downloaded: Downloaded | None,
    environ: Mapping[str, str],
    report: Report,
) -> KeepResult:
    """Bring the wallet to what the chip holds; raises as change_wallet."""
    state = ChipState(eid, tuple(map(_chip_profile, profiles)))

    def change(entries: Sequence[Entry]) -> list[Entry]:
        known, downloads = _with_code(entries, downloaded)
        return follow(known, state, date.today(), new_entry_id, downloads)

    return change_wallet(vault.locations, vault.password, change, environ, report)


def _with_code(entries: Sequence[Entry], downloaded: Downloaded | None) -> tuple[list[Entry], dict[str, str]]:
    """(entries with one for the code that was used, which of them the new profile is of)."""
    if downloaded is None or downloaded.code is None:
        return list(entries), {}
    holder = holder_of(entries, downloaded.code)
    if holder is not None:
        return list(entries), {holder.id: downloaded.iccid}
    made = Entry(new_entry_id(), code=downloaded.code, added_on=date.today())
    return [*entries, made], {made.id: downloaded.iccid}


def _chip_profile(profile: Profile) -> ChipProfile:
    known = tuple(ProfileClass)
    return ChipProfile(
        iccid=profile.iccid,
        enabled=profile.enabled,
        name=profile.name,
        provider=profile.provider,
        nickname=profile.nickname,
        profile_class=ProfileClass(profile.profile_class) if profile.profile_class in known else None,
        network=profile.operator,
        notification_addresses=profile.notification_addresses,
    )
