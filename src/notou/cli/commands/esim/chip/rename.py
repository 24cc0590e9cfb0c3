"""notou esim chip rename: a name of the person's own for a profile."""

from __future__ import annotations

import click

from notou.cli.chip_follow import let_wallet_follow
from notou.cli.chip_options import ChipOptions, revealing, wallet_of, with_chip, with_wallet
from notou.cli.chip_person import TerminalPerson
from notou.cli.chip_shapes import profile_fields
from notou.cli.options import Access, speaking
from notou.cli.screen import Screen
from notou.cli.text import printable
from notou.esim.lpa.choosing import choose_profile
from notou.esim.sgp22.profiles import Profile
from notou.jobs.chip import read_profiles, rename_profile
from notou.jobs.esim_trust import TrustOptions
from notou.sentence import Sentence, say


@click.command()
@click.argument("profile", metavar="PROFILE")
@click.argument("name")
@with_chip
@with_wallet
@revealing
@speaking
def rename(
    profile: str, name: str, where: ChipOptions, access: Access | None, reveal: bool, screen: Screen
) -> None:
    """Give PROFILE a NAME of your own, kept on the chip; '' takes it away."""
    vault, _ = wallet_of(access, screen.report)
    with where.hand(TrustOptions(), TerminalPerson(screen, agreed=True), screen.report) as (hand, _):
        chosen = choose_profile(read_profiles(hand.chip), profile)
        switched = rename_profile(hand, chosen.iccid, name)
        let_wallet_follow(vault, hand.chip, switched.after, None, screen)
    (named,) = [each for each in switched.after if each.iccid == chosen.iccid]
    screen.done("renamed", profile_fields(named, None, reveal=reveal), [_line(named)])


def _line(profile: Profile) -> Sentence:
    return say("The profile is called {name} now.", name=printable(profile.called))
