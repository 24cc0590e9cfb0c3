"""notou esim chip enable, notou esim chip disable: which profile is in use."""

from __future__ import annotations

from collections.abc import Callable

import click

from notou.cli.chip_follow import let_wallet_follow, show_change
from notou.cli.chip_options import ChipOptions, changing, wallet_of
from notou.cli.chip_person import TerminalPerson
from notou.cli.options import Access
from notou.cli.screen import Screen
from notou.esim.lpa.choosing import choose_profile
from notou.jobs.chip import Change, ChipAtHand, disable_profile, enable_profile, read_profiles
from notou.jobs.esim_trust import TrustOptions

Deed = Callable[[ChipAtHand, str], Change]


@click.command()
@click.argument("profile", metavar="PROFILE")
@changing
def enable(
    profile: str, where: ChipOptions, trust: TrustOptions, access: Access | None, reveal: bool, screen: Screen
) -> None:
    """Make PROFILE the one in use, by its name or its ICCID's last digits; the one that was is disabled."""
    _switch(enable_profile, profile, where, trust, access, screen, reveal=reveal)


@click.command()
@click.argument("profile", metavar="PROFILE")
@changing
def disable(
    profile: str, where: ChipOptions, trust: TrustOptions, access: Access | None, reveal: bool, screen: Screen
) -> None:
    """Take PROFILE out of use; no number of this chip can be reached until one is enabled."""
    _switch(disable_profile, profile, where, trust, access, screen, reveal=reveal)


def _switch(
    deed: Deed,
    word: str,
    where: ChipOptions,
    trust: TrustOptions,
    access: Access | None,
    screen: Screen,
    *,
    reveal: bool,
) -> None:
    vault, _ = wallet_of(access, screen.report)
    with where.hand(trust, TerminalPerson(screen, agreed=True), screen.report) as (hand, _):
        chosen = choose_profile(read_profiles(hand.chip), word)
        change = deed(hand, chosen.iccid)
        entries = let_wallet_follow(vault, hand.chip, change.switched.after, None, screen)
    show_change("switched", change, entries, screen, reveal=reveal)
