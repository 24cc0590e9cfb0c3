"""notou esim export: the wallet on paper, for another program, or as a picture."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Sequence
from datetime import date

import click

from notou.cli.entries import entry_fields, entry_lines, gone_lines
from notou.cli.options import Access, reading, speaking
from notou.cli.places import FILE
from notou.cli.prompt import agrees
from notou.cli.screen import Screen
from notou.cli.text import printable
from notou.disk.atomic import write_new
from notou.errors import IncompleteError, NotFoundError, UsageError
from notou.esim.wallet.choose import choose
from notou.esim.wallet.entry import Entry
from notou.esim.wallet.entry_file import encode_entry
from notou.jobs.wallet import wallet_in
from notou.sentence import say

_PRIVATE = 0o600
_QR_SCALE = 8  # pixels a module: scanned from a screen or a print at arm's length


@click.command()
@click.argument("entry", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "qr"]), default="text", show_default=True,
    help="A sheet to print, all fields for programs, or the picture of one code.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", type=FILE, help="Where to write; only you can read the file.")
@click.option("--yes", is_flag=True, help="Replace a file without asking.")
@reading
@speaking
def export(
    entry: str | None, form: str, output: str | None, yes: bool, access: Access, screen: Screen
) -> None:
    """Write ENTRY, or the whole wallet, with all its secrets, to FILE or standard output."""
    if form == "qr" and (entry is None or output is None):
        raise UsageError(say("A picture is of one entry, and needs a file: name both."))
    wallet = wallet_in(access.locations, access.password(), screen.report)
    entries = [choose(wallet.entries, entry)] if entry is not None else list(wallet.entries)
    fields = {"format": form, "path": output, "ids": [each.id for each in entries]}
    if output is None:
        shown = {"entries": [entry_fields(each, reveal=True) for each in entries]}
        screen.result("esim_exported", {**fields, **shown}, _text_lines(entries, form))
    else:
        _write(output, _bytes(entries, form), yes=yes)
        line = say(
            "Written to {path}. Whoever reads it can use the codes: keep it well.", path=printable(output)
        )
        screen.done("esim_exported", fields, [line])
    if wallet.incomplete and entry is None:
        raise IncompleteError(
            say("Some entries of the wallet cannot be read and are missing; the rest is there.")
        )


def _text_lines(entries: Sequence[Entry], form: str) -> list[str]:
    return _json(entries).splitlines() if form == "json" else list(_sheet(entries))


def _bytes(entries: Sequence[Entry], form: str) -> bytes:
    if form == "qr":
        return _png(entries[0])
    text = _json(entries) if form == "json" else "".join(f"{line}\n" for line in _sheet(entries))
    return text.encode()


def _sheet(entries: Sequence[Entry]) -> Iterator[str]:
    today = date.today()
    yield say("Notou, wallet of eSIM codes, {day}", day=str(today))
    for entry in entries:
        yield ""
        yield from entry_lines(entry, reveal=True)
        yield from gone_lines(entry, today)


def _json(entries: Sequence[Entry]) -> str:
    listed = [{"id": entry.id, **json.loads(encode_entry(entry))} for entry in entries]
    return json.dumps(listed, indent=1, ensure_ascii=False) + "\n"


def _png(entry: Entry) -> bytes:
    import segno

    if entry.code is None:
        raise NotFoundError(say("The entry {id} holds no code to show.", id=entry.id))
    data = io.BytesIO()
    segno.make(entry.code.text, error="m", micro=False).save(data, kind="png", scale=_QR_SCALE)
    return data.getvalue()


def _write(path: str, data: bytes, *, yes: bool) -> None:
    if os.path.exists(path) and not os.path.isfile(path):  # a device would be a file of secrets afterwards
        raise UsageError(say("{path} is no file, so nothing was written there.", path=path))
    if (
        os.path.lexists(path)
        and not yes
        and not agrees(say("{path} is there already. Replace it?", path=path))
    ):
        raise UsageError(say("Nothing was written, since the answer was not yes."))
    write_new(os.fsencode(os.path.abspath(path)), data, _PRIVATE)
