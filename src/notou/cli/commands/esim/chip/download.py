"""notou esim chip download: a profile comes onto the chip."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from notou.cli.chip_follow import let_wallet_follow, show_change, show_download
from notou.cli.chip_options import ChipOptions, changing, wallet_of
from notou.cli.chip_person import TerminalPerson
from notou.cli.options import Access
from notou.cli.places import FILE
from notou.cli.screen import Screen
from notou.errors import UsageError
from notou.esim.lpa.download import Order
from notou.esim.sgp22.authentication import Device
from notou.esim.wallet.choose import choose
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry
from notou.esim.wallet.typed import MOST_TYPED_CHARS, read_code
from notou.jobs.chip import download_profile, enable_profile, read_profiles
from notou.jobs.chip_wallet import Downloaded
from notou.jobs.esim_trust import TrustOptions
from notou.sentence import say
from notou.words.system import system_reason

_IMEI_DIGITS = 15
_MOST_CONFIRMATION_CHARS = 255


@dataclass(frozen=True, slots=True)
class Source:
    """Where the code comes from: what was typed, an entry of the wallet, or the chip's own server."""

    code: str | None
    entry: str | None
    default_server: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to install. ``code``: None for what the chip's server has; ``confirmation``: where it is known."""

    code: ActivationCode | None
    confirmation: str | None


@click.command()
@click.argument("code", required=False)
@click.option("--wallet", "entry", metavar="NAME", help="Take the code from this entry of the wallet.")
@click.option("--default-server", is_flag=True, help="Without a code: ask the server the chip is set to.")
@click.option(
    "--confirmation-code-file",
    "code_file",
    metavar="FILE",
    type=FILE,
    help="Read the confirmation code from a file.",
)
@click.option(
    "--imei", metavar="DIGITS", default="", help="Tell the operator this IMEI, if it asks for yours."
)
@click.option("--enable", is_flag=True, help="Make the new profile the one in use.")
@click.option("--yes", is_flag=True, help="Install without asking.")
@changing
def download(
    code: str | None,
    entry: str | None,
    default_server: bool,
    code_file: str | None,
    imei: str,
    enable: bool,
    yes: bool,
    where: ChipOptions,
    trust: TrustOptions,
    access: Access | None,
    reveal: bool,
    screen: Screen,
) -> None:
    """Install a profile from an activation code CODE (in single quotes; - reads it from standard input).

    What the operator offers is shown first, and nothing is installed unless you agree.
    """
    vault, entries = wallet_of(access, screen.report)
    wanted = _wanted(Source(code, entry, default_server), entries, code_file)
    order = _order(wanted.code, _device(imei))
    person = TerminalPerson(screen, agreed=yes, code=wanted.confirmation, reveal=reveal)
    with where.hand(trust, person, screen.report) as (hand, _):
        done = download_profile(hand, order)
        iccid = done.installed.metadata.iccid
        profiles = read_profiles(hand.chip)
        entries = let_wallet_follow(vault, hand.chip, profiles, Downloaded(iccid, wanted.code), screen)
        show_download(done, profiles, entries, screen, reveal=reveal)
        if enable:
            change = enable_profile(hand, iccid)
            entries = let_wallet_follow(vault, hand.chip, change.switched.after, None, screen)
            show_change("switched", change, entries, screen, reveal=reveal)


def _wanted(source: Source, entries: Sequence[Entry], code_file: str | None) -> Wanted:
    confirmation = None if code_file is None else _confirmation_in(code_file)
    if sum((source.code is not None, source.entry is not None, source.default_server)) != 1:
        raise UsageError(say("Give one of these: an activation code, --wallet NAME, or --default-server."))
    if source.entry is not None and not entries:
        raise UsageError(say("The wallet is empty; say with --vault which vault it is in."))
    if source.entry is not None:
        entry = choose(entries, source.entry)
        if entry.code is None:
            raise UsageError(say("The wallet's entry {name} has no activation code.", name=entry.id))
        return Wanted(entry.code, confirmation or entry.confirmation_code or None)
    if source.code is None:
        return Wanted(None, confirmation)
    return Wanted(read_code(_typed(source.code)), confirmation)


def _confirmation_in(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as opened:
            code = opened.read(_MOST_CONFIRMATION_CHARS).strip()
    except OSError as error:
        raise UsageError(
            say("The confirmation code cannot be read from {file}: {reason}.",
                file=file, reason=system_reason(error))
        ) from error  # fmt: skip
    if not code:
        raise UsageError(say("There is no confirmation code in {file}.", file=file))
    return code


def _typed(code: str) -> str:
    """The code, from standard input for ``-``: there the shell does not touch its dollar signs."""
    return sys.stdin.readline(MOST_TYPED_CHARS + 2) if code == "-" else code


def _order(code: ActivationCode | None, device: Device) -> Order:
    if code is None:
        return Order("", "", device)
    return Order(code.server, code.matching_id, device, code.oid)


def _device(imei: str) -> Device:
    if imei and not (imei.isascii() and imei.isdigit() and len(imei) == _IMEI_DIGITS):
        raise UsageError(say("An IMEI has 15 digits."))
    return Device(imei)
