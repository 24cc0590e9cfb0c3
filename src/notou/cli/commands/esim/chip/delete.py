"""notou esim chip delete: a profile leaves the chip, for good."""

from __future__ import annotations

import click

from notou.cli.chip_follow import let_wallet_follow, show_change
from notou.cli.chip_options import ChipOptions, changing, wallet_of
from notou.cli.chip_person import TerminalPerson
from notou.cli.options import Access
from notou.cli.prompt import agrees
from notou.cli.screen import Screen
from notou.cli.text import printable
from notou.errors import UsageError
from notou.esim.es9 import HttpsServers
from notou.esim.lpa.choosing import choose_profile
from notou.esim.sgp22.profiles import Profile
from notou.esim.wallet.entry import Entry, Reusable
from notou.jobs.chip import delete_profile, read_profiles
from notou.jobs.chip_wallet import entry_of
from notou.jobs.esim_trust import TrustOptions
from notou.sentence import Sentence, say


@click.command()
@click.argument("profile", metavar="PROFILE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@changing
def delete(
    profile: str,
    yes: bool,
    where: ChipOptions,
    trust: TrustOptions,
    access: Access | None,
    reveal: bool,
    screen: Screen,
) -> None:
    """Delete PROFILE from the chip, for good: only a code that still works would bring it back."""
    vault, entries = wallet_of(access, screen.report)
    with where.hand(trust, TerminalPerson(screen, agreed=True), screen.report) as (hand, servers):
        chosen = choose_profile(read_profiles(hand.chip), profile)
        for warning in _warnings(chosen, entry_of(entries, chosen.iccid), servers):
            screen.warn("note", {"text": warning}, warning)
        if not yes and not agrees(_question(chosen)):
            raise UsageError(say("Nothing was deleted."))
        change = delete_profile(hand, chosen.iccid)
        entries = let_wallet_follow(vault, hand.chip, change.switched.after, None, screen)
    show_change("deleted", change, entries, screen, reveal=reveal)


def _question(profile: Profile) -> Sentence:
    return say(
        "Delete the profile {name} of {provider} for good?",
        name=printable(profile.called), provider=printable(profile.provider),
    )  # fmt: skip


def _warnings(profile: Profile, entry: Entry | None, servers: HttpsServers) -> list[Sentence]:
    """What a person should know before agreeing."""
    found = []
    if profile.enabled:
        found.append(say("The profile is in use now; the chip deletes it only when it is disabled."))
    if entry is None or entry.reusable is not Reusable.YES:
        found.append(
            say("Whether its activation code works again is up to the operator; most codes work once.")
        )
    away = [each for each in profile.notification_addresses if not servers.is_reachable(each)]
    if away:
        found.append(
            say(
                "{server} cannot be reached now. Until the operator is told that the profile was deleted, "
                "its code stays used up; better delete it when there is a network.",
                server=printable(away[0]),
            )
        )
    return found
