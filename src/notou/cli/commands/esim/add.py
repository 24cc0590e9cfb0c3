"""notou esim add: keep a code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import click

from notou.cli.entries import code_text, entry_fields, held_line, named, require_every_copy
from notou.cli.entry_options import ASK, ask_where_wished, describing
from notou.cli.options import Access, keeping, speaking
from notou.cli.places import FILE
from notou.cli.prompt import ask_line
from notou.cli.screen import Screen
from notou.cli.text import printable
from notou.errors import NotFoundError, UsageError
from notou.esim.picture import qr_texts
from notou.esim.wallet.choose import holder_of
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.describe import describe
from notou.esim.wallet.entry import Entry
from notou.esim.wallet.typed import code_of_parts, read_code
from notou.events import Note, Report
from notou.jobs.pictures import copied_picture, picture_file
from notou.jobs.wallet import change_wallet, new_entry_id
from notou.sentence import Sentence, say, say_count


@click.command()
@click.argument("code", required=False)
@click.option("--qr", "picture", metavar="PICTURE", type=FILE, help="Read the QR codes in a picture.")
@click.option("--scan", is_flag=True, help="Read the QR codes in the picture copied last.")
@click.option(
    "--server", metavar="ADDRESS", help="The SM-DP+ address, where it was given apart from the code."
)
@describing
@keeping
@speaking
def add(
    code: str | None,
    picture: str | None,
    scan: bool,
    server: str | None,
    said: dict[str, str],
    access: Access,
    screen: Screen,
) -> None:
    """Keep an activation code, encrypted, at every copy of a vault.

    CODE looks like 'LPA:1$rsp.example.com$ABCD-1234'; put it in single quotes, since the shell takes $ for
    its own. With - it is asked for, so that it does not stay in the shell's history.
    """
    codes = _codes(code, picture, server, screen.report, scan=scan)
    said = ask_where_wished(said)
    if not codes and not said:
        raise UsageError(say("Nothing to keep was given: a code, - to paste one, --qr PICTURE or --scan."))
    added = _Adding(codes, said, date.today())
    result = change_wallet(access.locations, access.password(), added.change, os.environ, screen.report)
    fields = {"entries": [entry_fields(entry, reveal=False) for entry in added.entries]}
    lines = [line for entry in added.entries for line in _lines(entry)]
    screen.done("esim_added", fields, [*lines, held_line(result.copies)])
    require_every_copy(result.copies)


def _codes(
    code: str | None, picture: str | None, server: str | None, report: Report, *, scan: bool
) -> list[ActivationCode]:
    if sum([code is not None, picture is not None, scan]) > 1:
        raise UsageError(say("Give a code, or a picture, or --scan: one of them."))
    if code is not None:
        text = ask_line(say("Activation code")) if code == ASK else code
        return [read_code(text) if server is None else code_of_parts(server, text)]
    if server is not None:
        raise UsageError(say("--server goes with a code that was given apart from it."))
    if picture is not None:
        return _in_picture(picture_file(picture), report)
    return _in_picture(copied_picture(os.environ), report) if scan else []


def _in_picture(data: bytes, report: Report) -> list[ActivationCode]:
    """The codes in a picture, each once. The reason for the only QR code that is none; NotFoundError else."""
    codes: list[ActivationCode] = []
    reasons: list[UsageError] = []
    for text in qr_texts(data):
        try:
            codes.append(read_code(text))
        except UsageError as error:
            reasons.append(error)
    if not codes and len(reasons) == 1:
        raise reasons[0]
    if not codes:
        raise NotFoundError(
            say("No QR code of an eSIM was found in the picture; take it closer and sharper.")
        )
    if reasons:
        report(Note(_passed_over(len(reasons))))
    return list(dict.fromkeys(codes))


def _passed_over(count: int) -> Sentence:
    return say_count(
        count,
        "{count} other QR code in the picture is no code of an eSIM, and was passed over.",
        "{count} other QR codes in the picture are no codes of eSIMs, and were passed over.",
    )


@dataclass(slots=True)
class _Adding:
    """The change of the wallet; ``entries`` are those it added."""

    codes: Sequence[ActivationCode]
    said: dict[str, str]
    today: date
    entries: list[Entry] = field(default_factory=list)

    def change(self, before: Sequence[Entry]) -> list[Entry]:
        holders = [holder_of(before, code) for code in self.codes]
        fresh = [code for code, holder in zip(self.codes, holders, strict=True) if holder is None]
        if self.codes and not fresh:
            raise UsageError(
                say(
                    "The wallet holds this code already: {id}.",
                    id=", ".join(each.id for each in holders if each),
                )
            )
        self.entries = [self._entry(code) for code in fresh] or [self._entry(None)]
        return [*before, *self.entries]

    def _entry(self, code: ActivationCode | None) -> Entry:
        entry = Entry(new_entry_id(), code=code, added_on=self.today)
        return describe(entry, self.said, self.today)


def _lines(entry: Entry) -> list[Sentence]:
    kept = say("Kept as {id}: {name}", id=entry.id, name=printable(named(entry) or entry.note))
    if entry.code is None:
        return [kept]
    lines = [say("Kept as {id}: {code}", id=entry.id, code=code_text(entry.code, reveal=False))]
    if entry.code.needs_confirmation and not entry.confirmation_code:
        lines.append(
            say(
                "It needs a confirmation code as well, which the provider gives apart: keep it with "
                "'notou esim edit {id} --confirmation-code -'.",
                id=entry.id,
            )
        )
    return lines
