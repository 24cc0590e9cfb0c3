"""notou esim answer: does my eSIM have a backup?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import click

from notou.cli.card_options import reader_option
from notou.cli.options import Access, reading_if_named, speaking
from notou.cli.screen import Screen
from notou.cli.secret_numbers import secret
from notou.cli.sim_shapes import counted, holdings
from notou.cli.text import printable, time_text
from notou.esim.wallet.entry import Entry, Reusable
from notou.jobs.answer import Answer, CardKind, CardSeen, VaultSeen, answer_for, vault_for
from notou.kernel.gotext import rfc3339
from notou.sentence import Sentence, say, say_count

ADVICE = {
    "keep_code": say(
        "Keep the code before it is used: notou esim add 'LPA:1$…' --to PLACE. Once a profile is "
        "installed, most codes do not work again; ask the operator what it does when a phone is lost."
    ),
    "save_card": say("Keep what the card holds: notou sim save --to PLACE."),
    "back_up_device": say(
        "Back up what is on the phone and the computer: notou backup. It is the larger part of what a lost "
        "phone takes with it."
    ),
    "name_vault": say("To see what is kept already, say where the vault is: --from PLACE."),
}


@click.command()
@reader_option
@reading_if_named
@speaking
def answer(reader: str | None, access: Access | None, screen: Screen) -> None:
    """Answer "does my eSIM have a backup?" for the card at hand: what is kept, what cannot be, what to do.

    Asks for no PIN. Without a card or a vault the answer is a general one, and says what it could not see.
    """
    card, fault = answer_for(reader, os.environ)
    vault = vault_for(access.locations, access.password(), card, screen.report) if access else None
    found = Answer(card, fault, vault)
    screen.result("esim_answer", _fields(found), _lines(found))


def _lines(found: Answer) -> Iterator[str]:
    yield say(
        "No: a profile never leaves the chip it was installed on, and nothing copies it. On another device "
        "it is always a new download, from a code that the operator gives."
    )
    yield say(
        "What can be kept: the code and what belongs to it, what the card's files hold (phone book, "
        "messages, fixed dialling numbers), and what is on the phone."
    )
    yield ""
    yield from _card_lines(found)
    yield from _vault_lines(found)
    yield ""
    yield say("What to do:")
    yield from (say("  - {advice}", advice=ADVICE[each]) for each in _advice(found))


def _card_lines(found: Answer) -> Iterator[str]:
    if found.card is None:
        yield say(
            "No card was seen, so this is the general answer: {reason}", reason=printable(found.card_fault)
        )
        return
    number = secret(found.card.iccid, reveal=False)
    if found.card.kind is CardKind.SIM_CARD:
        yield say(
            "The card {number} is a SIM card, not an eSIM: its number moves to another phone with the "
            "card, and its secret key cannot be copied either.",
            number=number,
        )  # fmt: skip
    elif found.card.iccid:
        yield say(
            "The card is an eSIM chip; the profile {number} is enabled. Only what the enabled profile "
            "holds can be seen.",
            number=number,
        )  # fmt: skip
    else:
        yield say("The card is an eSIM chip on which no profile is enabled.")


def _vault_lines(found: Answer) -> Iterator[str]:
    if found.vault is None:
        yield say("No vault was named, so what is kept already was not looked at.")
    elif found.card is None or not found.card.iccid:
        yield say(
            "The vault keeps {codes} and {cards}.",
            codes=say_count(found.vault.codes, "{count} eSIM code", "{count} eSIM codes"),
            cards=say_count(found.vault.cards, "what {count} card held", "what {count} cards held"),
        )
    else:
        yield _contents_line(found.vault)
        yield from _code_lines(found.card, found.vault)


def _contents_line(vault: VaultSeen) -> Sentence:
    if vault.image is None:
        return say("The vault holds nothing of what this card's files hold.")
    contacts, fixed, messages = counted(holdings(vault.image))
    return say(
        "Kept of this card on {time}: {contacts}, {fixed}, {messages}. They can be written to any SIM: "
        "notou sim restore.",
        time=time_text(vault.kept_ns), contacts=contacts, fixed=fixed, messages=messages,
    )  # fmt: skip


def _code_lines(card: CardSeen, vault: VaultSeen) -> Iterator[Sentence]:
    if card.kind is CardKind.SIM_CARD:
        return
    if vault.entry is None or vault.entry.code is None:
        yield say("The wallet holds no code that is known to be this profile's.")
    else:
        yield say("The code of this profile is kept. {reusable}", reusable=_reusable(vault.entry))


def _reusable(entry: Entry) -> Sentence:
    match entry.reusable:
        case Reusable.YES:
            return say("Its provider lets it work again, so it brings the profile to a new phone.")
        case Reusable.NO:
            return say("It does not work a second time: for a new phone the operator must give a new one.")
        case Reusable.UNKNOWN:
            return say("Whether it works a second time is not known; most do not.")


def _advice(found: Answer) -> list[str]:
    card, vault = found.card, found.vault
    keeps_code = vault is not None and (vault.entry is not None and vault.entry.code is not None)
    is_sim = card is not None and card.kind is CardKind.SIM_CARD
    wanted = {
        "name_vault": vault is None,
        "keep_code": not keeps_code and not is_sim,
        "save_card": vault is None or vault.image is None,
        "back_up_device": True,
    }
    return [name for name, applies in wanted.items() if applies]


def _fields(found: Answer) -> dict[str, Any]:
    return {
        "profile_can_be_copied": False,
        "card": _card_fields(found.card),
        "card_not_seen": found.card_fault or None,
        "vault": _vault_fields(found.vault),
        "advice": _advice(found),
    }


def _card_fields(card: CardSeen | None) -> dict[str, Any] | None:
    return {"kind": card.kind.value, "iccid_end": card.iccid[-4:]} if card else None


def _vault_fields(vault: VaultSeen | None) -> dict[str, Any] | None:
    if vault is None:
        return None
    held = holdings(vault.image) if vault.image else None
    return {
        "codes": vault.codes,
        "cards": vault.cards,
        "kept_on": rfc3339(vault.kept_ns) if held else None,
        "contacts": len(held.contacts) if held else None,
        "fixed_dialling": len(held.fixed) if held else None,
        "messages": len(held.messages) if held else None,
        "code_kept": vault.entry is not None and vault.entry.code is not None,
    }
