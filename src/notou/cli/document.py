"""A document of sections, shown as lines on a terminal or as a page to print.

What may not enter: what any document says; HTML (page).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notou.cli.layout import Line, Row, Table


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences, each on a line of its own."""

    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Ticks:
    """Things to do, each with whether it is done; None where that is for the reader to say."""

    items: Sequence[tuple[bool | None, str]]


Block = Lines | Grid | Ticks


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole."""

    title: str
    sections: Sequence[Section]


MARKS = {True: "[x]", False: "[ ]", None: "[?]"}


def document_lines(document: Document) -> Iterator[Line]:
    """The document for a terminal."""
    yield document.title
    for section in document.sections:
        yield ""
        yield section.heading
        for block in section.blocks:
            yield from _block_lines(block)


def _block_lines(block: Block) -> Iterator[Line]:
    match block:
        case Lines(sentences):
            yield from sentences
        case Grid(heads, rows):
            yield Table(heads, rows)
        case Ticks(items):
            yield from (Row([MARKS[done], text]) for done, text in items)
