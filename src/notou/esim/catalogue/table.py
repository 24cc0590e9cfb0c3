"""Plans from a table (CSV) of anybody's making to catalogue files, one a country. Every row has its source.

What may not enter: opening files; what the values of single fields may be (values).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from notou.esim.catalogue import values
from notou.esim.catalogue.entries import Entry, Scope
from notou.esim.catalogue.reading import FORMAT, MOST_ENTRIES, MOST_FILE_BYTES, plan_of
from notou.esim.catalogue.records import Certainty, Source
from notou.sentence import Sentence, say

PLAN_COLUMNS = (
    "id", "operator", "name", "currency", "price", "data", "validity_days", "at_quota", "speed_mbit_s",
    "esim", "audience", "repeatable", "sold_at",
)  # fmt: skip
SOURCE_COLUMNS = ("source", "url", "observed_on", "certainty")
COLUMNS = ("country", "operator_name", *PLAN_COLUMNS, *SOURCE_COLUMNS)
_REQUIRED = ("country", "id", "operator", "name", "source", "observed_on")
_NUMBERS = {"price", "validity_days", "speed_mbit_s"}
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,6})?", re.ASCII)

Value = str | int | Decimal
Row = dict[str, Value]


@dataclass
class _Country:
    """What becomes one file."""

    sources: dict[tuple[Value, ...], str] = field(default_factory=dict)
    operators: dict[Value, Row] = field(default_factory=dict)
    plans: list[Row] = field(default_factory=list)


def catalogues_of(data: bytes, file: str, today: date) -> tuple[dict[str, bytes], list[Sentence]]:
    """A catalogue file's content by country; all that is wrong with the table, and then no content."""
    scope = Scope(file, values.observed_by(today))
    countries: dict[str, _Country] = {}
    for line, row in _rows(data, scope):
        _take(Entry(scope, say("line {line}", line=line), row), row, countries)
    if scope.faults:
        return {}, scope.faults
    return {country: _toml(country, made).encode() for country, made in countries.items()}, []


def _rows(data: bytes, scope: Scope) -> Iterator[tuple[int, Row]]:
    """(line, row) of each; the first line names the columns, and what separates them."""
    try:
        text = data.decode("utf-8-sig") if len(data) <= MOST_FILE_BYTES else ""
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        heads = [head.strip().lower() for head in next(reader, [])]
        if _bad_heads(heads, scope):
            return
        for count, cells in enumerate(reader):
            if count >= MOST_ENTRIES:
                _complain(scope, say("It has more than {most} lines.", most=MOST_ENTRIES))
                return
            if any(cell.strip() for cell in cells):
                yield reader.line_num, _row(heads, cells)
    except UnicodeDecodeError:
        _complain(scope, say("It is not UTF-8 text."))
    except csv.Error as error:
        _complain(scope, say("It is no table: {why}.", why=values.named(error)))


def _complain(scope: Scope, what: Sentence) -> None:
    scope.faults.append(say("{file}: {what}", file=scope.file, what=what))


def _delimiter(text: str) -> str:
    """The commonest of what programs put between cells, in the line of heads."""
    return max(",;\t", key=text.partition("\n")[0].count)


def _bad_heads(heads: list[str], scope: Scope) -> bool:
    """Whether the columns cannot be what is asked for; each reason was noted."""
    for head in heads:
        if head not in COLUMNS or heads.count(head) > 1:
            known = ", ".join(COLUMNS)
            what = say(
                "“{column}” is no column, or one of two; there are: {known}.",
                column=values.named(head),
                known=known,
            )
            _complain(scope, what)
            return True
    missing = [column for column in _REQUIRED if column not in heads]
    for column in missing:
        _complain(scope, say("The column “{column}” is missing.", column=column))
    return bool(missing)


def _row(heads: list[str], cells: list[str]) -> Row:
    """The cells that are not empty; what stands beyond the last column is a field of no name."""
    beyond = (f"column {number + 1}" for number in range(len(heads), len(cells)))
    named = dict(zip([*heads, *beyond], cells, strict=False))
    return {name: _typed(name, cell.strip()) for name, cell in named.items() if cell.strip()}


def _typed(name: str, cell: str) -> Value:
    if name not in _NUMBERS or not _NUMBER.fullmatch(cell):
        return cell
    return int(cell) if cell.isdigit() else Decimal(cell.replace(",", "."))


def _take(entry: Entry, row: Row, countries: dict[str, _Country]) -> None:
    """Judge one row as a catalogue file's entry is judged, and keep it for its country's file."""
    country = entry.required("country", values.country, "")
    operator_name = entry.plain("operator_name", values.text, "")
    entry.adopt(_source(entry))
    plan = plan_of(entry, country, "XPF")
    entry.finish()
    if plan is None or not entry.whole:
        return
    made = countries.setdefault(country, _Country())
    if any(each["id"] == plan.id for each in made.plans):
        entry.fault("id", say("Another entry has it already."))
    origin = tuple(row.get(column, "") for column in SOURCE_COLUMNS)
    source = made.sources.setdefault(origin, f"source-{len(made.sources) + 1}")
    made.plans.append({**{name: row[name] for name in PLAN_COLUMNS if name in row}, "source": source})
    if operator_name:
        made.operators[plan.operator] = {"id": plan.operator, "source": source, "name": operator_name}


def _source(entry: Entry) -> Source:
    return Source(
        title=entry.required("source", values.sentence, Sentence("", {})),
        url=entry.plain("url", values.url, ""),
        observed_on=entry.required("observed_on", entry.observe, entry.observe("1970")),
        certainty=entry.plain("certainty", values.one_of(Certainty), Certainty.REPORTED),
    )


def _toml(country: str, made: _Country) -> str:
    blocks = [f'format = {FORMAT}\ncountry = "{country}"\n']
    for (title, url, observed_on, certainty), source in made.sources.items():
        parts = {"title": title, "url": url, "observed_on": observed_on}
        parts["certainty"] = certainty or Certainty.REPORTED
        blocks.append(_block(f"[sources.{source}]", {name: part for name, part in parts.items() if part}))
    blocks += [_block("[[operators]]", each) for each in made.operators.values()]
    blocks += [_block("[[plans]]", each) for each in made.plans]
    return "\n".join(blocks)


def _block(head: str, fields: Mapping[str, Value]) -> str:
    return "\n".join([head, *(f"{name} = {_literal(value)}" for name, value in fields.items()), ""])


def _literal(value: Value) -> str:
    """TOML of a value; of text, which is all printable, JSON's quoting is TOML's."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
