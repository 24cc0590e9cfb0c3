"""After the chip was changed: the wallet is brought to what it holds, and what came of it is shown.

What may not enter: changing the chip.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from notou.cli.chip_shapes import profile_fields, profile_lines, told_fields, told_lines
from notou.cli.screen import Screen
from notou.cli.text import printable
from notou.errors import NotouError
from notou.esim.lpa.driver import Chip
from notou.esim.sgp22.profiles import Profile
from notou.esim.wallet.entry import Entry
from notou.jobs.chip import Change, Download, read_eid
from notou.jobs.chip_wallet import Downloaded, WalletPlaces, entries_in, entry_of, follow_chip
from notou.sentence import say


def let_wallet_follow(
    vault: WalletPlaces | None,
    chip: Chip,
    profiles: Sequence[Profile],
    downloaded: Downloaded | None,
    screen: Screen,
) -> tuple[Entry, ...]:
    """Bring the wallet to what the chip holds now; returns its entries, none without a vault.

    What fails here does not undo what the chip did: it is told, and any later command with --vault mends it.
    """
    if vault is None:
        return ()
    try:
        follow_chip(vault, read_eid(chip), profiles, downloaded, os.environ, screen.report)
        return entries_in(vault, screen.report)
    except NotouError as error:
        text = say(
            "The chip was changed, but the wallet does not know of it yet: {reason}", reason=error.args[0]
        )
        screen.warn("note", {"text": text}, text)
        return ()


def show_change(
    event: str, change: Change, entries: Sequence[Entry], screen: Screen, *, reveal: bool
) -> None:
    """What is on the chip now, and what operators could not be told."""
    profiles = change.switched.after
    fields = {
        "profiles": _all_fields(profiles, entries, reveal=reveal),
        **told_fields(change.told, reveal=reveal),
    }
    lines = [*profile_lines(profiles, entries, reveal=reveal), *told_lines(change.told)]
    screen.done(event, fields, lines)


def show_download(
    done: Download,
    profiles: Sequence[Profile],
    entries: Sequence[Entry],
    screen: Screen,
    *,
    reveal: bool,
) -> None:
    """That the profile is there, which numbers can be reached, and what operators could not be told."""
    name = printable(done.installed.metadata.name)
    installed = say("{name} is installed on the chip.", name=name)
    fields = {
        "profiles": _all_fields(profiles, entries, reveal=reveal),
        **told_fields(done.told, reveal=reveal),
    }
    lines = [installed, *profile_lines(profiles, entries, reveal=reveal), *told_lines(done.told)]
    screen.done("downloaded", fields, lines)


def _all_fields(
    profiles: Sequence[Profile], entries: Sequence[Entry], *, reveal: bool
) -> list[dict[str, object]]:
    return [profile_fields(each, entry_of(entries, each.iccid), reveal=reveal) for each in profiles]
