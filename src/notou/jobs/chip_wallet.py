"""The wallet follows the chip: what was installed, enabled or deleted there is in the vault afterwards.

What may not enter: chips, what an entry says (notou.esim.wallet).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from notou.backup.keep import KeepResult
from notou.errors import NotFoundError, UsageError
from notou.esim.sgp22.profiles import Profile
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry, ProfileClass
from notou.esim.wallet.follow import ChipProfile, ChipState, follow
from notou.events import Report
from notou.jobs.wallet import change_wallet, new_entry_id, wallet_in
from notou.sentence import say


@dataclass(frozen=True, slots=True)
class Vault:
    """Where the wallet is kept: the places, and their password."""

    locations: Sequence[str]
    password: str


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What a download put on the chip: the profile, and the code it came from."""

    iccid: str
    code: ActivationCode | None


def entries_in(vault: Vault, report: Report) -> tuple[Entry, ...]:
    """The wallet's entries, for numbers and codes."""
    return wallet_in(vault.locations, vault.password, report).entries


def choose_entry(entries: Sequence[Entry], word: str) -> Entry:
    """The entry a person means: by its id, provider, number or the name of its profile, letter case aside.

    NotFoundError when there is none, UsageError when several are meant, or the one has no code.
    """
    found = [each for each in entries if word.strip().casefold() in _names(each)]
    if not found:
        raise NotFoundError(say("The wallet has no entry “{word}”; 'notou esim list' shows them.", word=word))
    if len(found) > 1:
        names = ", ".join(each.id for each in found)
        raise UsageError(
            say("“{word}” may be any of these entries; name one: {names}.", word=word, names=names)
        )
    if found[0].code is None:
        raise UsageError(say("The wallet's entry {name} has no activation code.", name=found[0].id))
    return found[0]


def _names(entry: Entry) -> set[str]:
    installed = entry.installed
    profile = (installed.profile_name, installed.nickname) if installed else ()
    return {name.casefold() for name in (entry.id, entry.provider, entry.number, *profile) if name}


def entry_of(entries: Sequence[Entry], iccid: str) -> Entry | None:
    """The entry of a profile that is on a chip."""
    return next(
        (each for each in entries if each.is_on_a_chip and each.installed and each.installed.iccid == iccid),
        None,
    )


def follow_chip(
    vault: Vault,
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
    code = downloaded.code
    same = [each for each in entries if each.code is not None and each.code.text == code.text]
    if same:
        return list(entries), {same[0].id: downloaded.iccid}
    made = Entry(new_entry_id(), code=code, added_on=date.today())
    return [*entries, made], {made.id: downloaded.iccid}


def _chip_profile(profile: Profile) -> ChipProfile:
    known = tuple(each.value for each in ProfileClass)
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
