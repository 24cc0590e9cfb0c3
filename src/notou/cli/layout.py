"""Lines of several parts: columns two blanks apart, filled up as a terminal shows them, and tables of them.

The parts are said in the person's language before they are measured. What may not enter: what a command says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from notou.cli.text import columns, printable

GAP = "  "
Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A part filled up with blanks to ``width`` columns: after it, or before it when ``right``."""

    text: str
    width: int = 0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Parts of one line; what needs no width may stand as it is."""

    cells: Sequence[Cell | str]
    indent: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as wide as their widest cells need, aligned to the left."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


Line = str | Row | Table


def laid_out(line: Line, spoken: Say) -> Iterator[str]:
    """The lines of text that a line becomes; ``spoken`` gives a part in the person's language."""
    if isinstance(line, Table):
        yield from _table(line, spoken)
    elif isinstance(line, Row):
        yield _row(line, spoken)
    else:
        yield printable(spoken(line))


def _row(row: Row, spoken: Say) -> str:
    cells = (each if isinstance(each, Cell) else Cell(each) for each in row.cells)
    return row.indent + GAP.join(_filled(printable(spoken(each.text)), each) for each in cells).rstrip(" ")


def _table(table: Table, spoken: Say) -> Iterator[str]:
    rows = [[printable(spoken(cell)) for cell in row] for row in [table.heads, *table.rows]]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield _row(Row([Cell(text, width) for text, width in zip(row, widths, strict=True)]), str)


def _filled(text: str, cell: Cell) -> str:
    blanks = " " * (cell.width - columns(text))
    return blanks + text if cell.right else text + blanks
