"""Entries of the wallet as several commands show them. Secrets are hidden unless they were asked for.

What may not enter: which entries are shown.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from notou.cli.facts import ANSWERS, UNKNOWN
from notou.cli.secret_numbers import secret
from notou.cli.text import printable
from notou.copies.replicate import CopyOutcome
from notou.errors import StoreError
from notou.esim.sgp22.metadata import ProfileClass
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry, Installed, ProfileState, Reusable
from notou.esim.wallet.gone import steps_when_gone
from notou.esim.wallet.identifiers import ending, hidden, network_name, number_text
from notou.sentence import Sentence, say, say_count

HEADS = [
    say("ID"), say("Provider"), say("Number"), say("Works again"), say("Valid until"), say("Where it is"),
]  # fmt: skip

_AGAIN = {Reusable.YES: ANSWERS[True], Reusable.NO: ANSWERS[False], Reusable.UNKNOWN: UNKNOWN}
_STATES = {
    ProfileState.ENABLED: say("enabled"),
    ProfileState.DISABLED: say("disabled"),
    ProfileState.DELETED: say("deleted"),
}
_CLASSES = {
    ProfileClass.OPERATIONAL: say("operational"),
    ProfileClass.PROVISIONING: say("provisioning"),
    ProfileClass.TEST: say("test"),
}

_HIDDEN_TEXTS = ("confirmation_code", "pin", "puk")


# ---------------------------------------------------------------- for programs


def entry_fields(entry: Entry, *, reveal: bool) -> dict[str, Any]:
    """One entry for a JSON line; what is hidden is null, and ``revealed`` says whether anything could be."""
    code, there = entry.code, entry.installed
    return {
        "id": entry.id,
        "revealed": reveal,
        "code": code.text if code and reveal else None,
        "server": code.server if code else None,
        "needs_confirmation": code.needs_confirmation if code else None,
        **{name: (getattr(entry, name) or None) if reveal else None for name in _HIDDEN_TEXTS},
        "provider": entry.provider,
        "order_number": entry.order_number,
        "valid_until": _day(entry.valid_until),
        "reusable": entry.reusable.value,
        "number": entry.number or None,
        "network": entry.network or None,
        "apn": entry.apn,
        "added_on": _day(entry.added_on),
        "note": entry.note,
        "installed": _installed_fields(there, reveal=reveal) if there else None,
    }


def _installed_fields(there: Installed, *, reveal: bool) -> dict[str, Any]:
    return {
        "device": there.device,
        "eid": (there.eid or None) if reveal else None,
        "iccid": (there.iccid or None) if reveal else None,
        "profile_name": there.profile_name,
        "nickname": there.nickname,
        "profile_class": there.profile_class.value if there.profile_class else None,
        "state": there.state.value,
        "since": _day(there.since),
        "notification_addresses": list(there.notification_addresses),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


# ---------------------------------------------------------------- for people


def entry_row(entry: Entry) -> list[str]:
    """One entry for a table with HEADS."""
    return [
        entry.id,
        printable(named(entry)),
        number_text(entry.number) if entry.number else "",
        _AGAIN[entry.reusable],
        str(entry.valid_until or ""),
        _where(entry),
    ]


def named(entry: Entry) -> str:
    """What an entry is called where there is room for one name."""
    there = entry.installed
    names = [entry.provider, there.nickname if there else "", there.profile_name if there else ""]
    return next(filter(None, names), entry.code.server if entry.code else "")


def _where(entry: Entry) -> str:
    there = entry.installed
    if there is None:
        return say("not installed")
    state = _STATES[there.state]
    if there.device:
        return say("{device}: {state}", device=printable(there.device), state=state)
    if there.eid and there.state is not ProfileState.DELETED:
        return say("on the chip {eid}: {state}", eid=ending(there.eid), state=state)
    return state


def entry_lines(entry: Entry, *, reveal: bool) -> list[Sentence]:
    """All that is known of an entry, a line for each thing."""
    return [
        say("{label}: {value}", label=label, value=printable(value) if type(value) is str else value)
        for label, value in _rows(entry, reveal=reveal)
        if value
    ]


def _rows(entry: Entry, *, reveal: bool) -> Iterator[tuple[Sentence, str]]:
    yield say("Entry"), entry.id
    yield say("Provider"), entry.provider
    yield say("Number"), number_text(entry.number) if entry.number else ""
    yield say("Network"), _network(entry.network)
    yield say("Code"), code_text(entry.code, reveal=reveal)
    yield say("Confirmation code"), entry.confirmation_code if reveal else hidden(entry.confirmation_code)
    yield say("Works again after it was used"), _AGAIN[entry.reusable]
    yield say("Valid until"), str(entry.valid_until or "")
    yield say("Order number"), entry.order_number
    yield say("Access point (APN)"), entry.apn
    yield say("PIN of the card"), entry.pin if reveal else hidden(entry.pin)
    yield say("PUK of the card"), entry.puk if reveal else hidden(entry.puk)
    if entry.installed is not None:
        yield from _installed_rows(entry.installed, reveal=reveal)
    yield say("Kept since"), str(entry.added_on or "")
    yield say("Note"), entry.note


def _installed_rows(there: Installed, *, reveal: bool) -> Iterator[tuple[Sentence, str]]:
    state = _STATES[there.state]
    yield say("Device"), there.device
    yield (
        say("State"),
        say("{state} since {day}", state=state, day=str(there.since)) if there.since else state,
    )
    yield say("Profile"), there.profile_name
    yield say("Nickname"), there.nickname
    yield say("Class"), _CLASSES[there.profile_class] if there.profile_class else ""
    yield say("ICCID"), secret(there.iccid, reveal=reveal)
    yield say("EID"), secret(there.eid, reveal=reveal)
    yield say("Tells of changes"), ", ".join(there.notification_addresses)


def _network(network: str) -> str:
    name = network_name(network)
    return say("{code}, {name}", code=network, name=name) if name else network


def code_text(code: ActivationCode | None, *, reveal: bool) -> str:
    """A code, or what of it is no secret."""
    if code is None:
        return ""
    return code.text if reveal else f"LPA:1${code.server}${hidden('x')}"


def gone_lines(entry: Entry, today: date) -> list[Sentence]:
    """What to do when the phone is gone."""
    harmless = replace(entry, provider=printable(entry.provider), order_number=printable(entry.order_number))
    steps = steps_when_gone(harmless, today)
    numbered = [say("{number}. {step}", number=number, step=step) for number, step in enumerate(steps, 1)]
    return [say("When the phone is gone:"), *numbered]


def qr_lines(code: ActivationCode) -> list[str]:
    """A QR code of half blocks, as a phone can scan it from the screen."""
    import segno

    text = io.StringIO()
    segno.make(code.text, error="m", micro=False).terminal(out=text, border=2, compact=True)
    return text.getvalue().splitlines()


# ---------------------------------------------------------------- what became of a change


def held_line(copies: Sequence[CopyOutcome]) -> Sentence:
    """At how many places the wallet is as it was left."""
    return say_count(
        sum(copy.complete for copy in copies),
        "The wallet is kept at {count} place.",
        "The wallet is kept at {count} places.",
    )


def require_every_copy(copies: Sequence[CopyOutcome]) -> None:
    """StoreError when a copy was left behind; why was told when it was."""
    late = [copy.location for copy in copies if not copy.complete]
    if late:
        raise StoreError(
            say("The change did not arrive at {places}; the next one, or a backup, brings it there.",
                places=", ".join(late))
        )  # fmt: skip
