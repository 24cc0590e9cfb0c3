"""The catalogues: brought up to the source, held against it, compiled.

What may not enter: reading the source (source), looking for texts without say (bare).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from notou.words.catalogue import DOMAIN, FOLDER
from notou.words.choice import ENGLISH, LANGUAGES
from tools.words.source import Text

TRANSLATED = tuple(language for language in LANGUAGES if language != ENGLISH)
_WIDTH = 110


def po_path(language: str) -> Path:
    """Where a language's catalogue stands."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def template_of(texts: Iterable[Text]) -> Catalog:
    """All texts as one catalogue without translations; each names the files it stands in."""
    catalogue = Catalog(fuzzy=False)
    for text in texts:
        catalogue.add(text.id, locations=[(text.file, 0)])
    return catalogue


def load(language: str) -> Catalog:
    """A language's catalogue as it stands; empty when there is none yet."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, language)


def update(language: str, template: Catalog) -> None:
    """Take in what the source says now; what it says no more goes."""
    catalogue = load(language)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    save(language, catalogue)


def save(language: str, catalogue: Catalog) -> None:
    """Write the catalogue in the one form that makes small differences, and compile it."""
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file, catalogue, width=_WIDTH, omit_header=False, sort_output=True, include_lineno=False,
            ignore_obsolete=True,
        )  # fmt: skip
    compile_one(language)


def compile_one(language: str) -> None:
    """The .mo beside the .po, as setup.py makes it."""
    path = po_path(language)
    with path.open("rb") as po, path.with_suffix(".mo").open("wb") as mo:
        write_mo(mo, read_po(po, language))


def faults(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, a line each."""
    for wanted in missing(catalogue, template):
        yield f"no translation: {_english(wanted)}"
    for message in catalogue:
        if message.id and template.get(message.id) is None:
            yield f"the source does not say this any more: {_english(message)}"
        yield from _faults_of(message)
    yield from (f"obsolete: {_english(message)}" for message in catalogue.obsolete.values())


def missing(catalogue: Catalog, template: Catalog) -> Iterator[Message]:
    """Messages of the source that have no translation."""
    for wanted in template:
        found = catalogue.get(wanted.id)
        if wanted.id and (found is None or not all(_forms(found))):
            yield wanted


def _faults_of(message: Message) -> Iterator[str]:
    if not message.id:
        return
    if message.fuzzy:
        yield f"not certain (fuzzy): {_english(message)}"
    every = [_fields(each) for each in _ids(message)]
    known, needed = (
        set.union(*every),
        set.intersection(*every) - ({"count"} if message.pluralizable else set()),
    )
    for form in filter(None, _forms(message)):
        try:
            there = _fields(form)
        except ValueError:
            yield f"no template: {form}"
            continue
        if not needed <= there <= known:
            yield f"its fields are not those of the English: {form}"


def _fields(template: str) -> set[str]:
    """Names of the fields, with their conversions: a translation must not drop or invent any."""
    return {
        name + (f"!{conversion}" if conversion else "")
        for _, name, _, conversion in Formatter().parse(template)
        if name is not None
    }


def _forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string or "",)


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)


def _english(message: Message) -> str:
    return _ids(message)[0]
