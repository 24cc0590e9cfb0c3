"""A catalogue file (TOML) to records. A faulty entry is left out, each of its faults told; the rest stands.

What may not enter: opening files; what the values of single fields may be (values).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from notou.esim.catalogue import values
from notou.esim.catalogue.entries import Entry, Scope
from notou.esim.catalogue.records import (
    AtQuota,
    Audience,
    Catalogue,
    Certainty,
    Name,
    NameKind,
    Operator,
    Plan,
    Source,
)
from notou.sentence import Sentence, say

FORMAT = 1
MOST_FILE_BYTES = 1 << 18
MOST_DOTS = 100
"""In one line. A key of many parts costs tomllib the square of their number, and a key stands on one line."""
MOST_ENTRIES = 1000

Record = TypeVar("Record", Operator, Plan, Name)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a file, and what is wrong with the rest of it."""

    catalogue: Catalogue
    faults: tuple[Sentence, ...]


def read_catalogue(data: bytes, file: str, today: date) -> Reading:
    """The records of one file, which sentences call ``file``; nothing is raised, whatever the bytes are."""
    scope = Scope(file, values.observed_by(today))
    table = _parsed(data, scope)
    return Reading(Catalogue() if table is None else _catalogue(table, scope), tuple(scope.faults))


def _parsed(data: bytes, scope: Scope) -> dict[str, Any] | None:
    if len(data) > MOST_FILE_BYTES:
        scope.faults.append(
            say(
                "{file} is longer than {most} bytes, so it is no catalogue.",
                file=scope.file,
                most=MOST_FILE_BYTES,
            )
        )
        return None
    if any(line.count(b".") > MOST_DOTS for line in data.splitlines()):
        scope.faults.append(say("{file} is TOML that goes beyond what a catalogue needs.", file=scope.file))
        return None
    try:
        return tomllib.loads(data.decode(), parse_float=Decimal)
    except UnicodeDecodeError:
        scope.faults.append(say("{file} is not UTF-8 text.", file=scope.file))
    except tomllib.TOMLDecodeError as error:
        why = values.named(error)
        scope.faults.append(say("{file} is not TOML: {why}.", file=scope.file, why=why))
    except (RecursionError, ArithmeticError, ValueError):  # nested too deep, numbers of too many digits
        scope.faults.append(say("{file} is TOML that goes beyond what a catalogue needs.", file=scope.file))
    return None


def _catalogue(table: dict[str, Any], scope: Scope) -> Catalogue:
    head = Entry(scope, "top", {name: table[name] for name in table if name not in _tables()})
    head.required("format", values.whole(FORMAT, FORMAT), FORMAT)
    country = head.required("country", values.country, "")
    currency = head.plain("currency", values.currency_code, "XPF")
    head.finish()
    if not head.whole:
        return Catalogue()
    _read_sources(table.get("sources", {}), scope)
    return Catalogue(
        tuple(_entries(table, "operators", scope, lambda entry: _operator(entry, country))),
        tuple(_entries(table, "plans", scope, lambda entry: plan_of(entry, country, currency))),
        tuple(_entries(table, "names", scope, lambda entry: _name(entry, country))),
    )


def _tables() -> set[str]:
    return {"sources", "operators", "plans", "names"}


def _read_sources(table: object, scope: Scope) -> None:
    if not isinstance(table, dict) or len(table) > MOST_ENTRIES:
        scope.faults.append(say("In {file}, [sources] is no table of sources.", file=scope.file))
        return
    for source_id, fields in table.items():
        entry = Entry(scope, f"sources.{values.named(source_id)}", fields if isinstance(fields, dict) else {})
        title = entry.required("title", values.sentence, Sentence("", {}))
        url = entry.plain("url", values.url, "")
        observed_on = entry.required("observed_on", scope.observe, scope.observe("1970"))
        certainty = entry.required("certainty", values.one_of(Certainty), Certainty.REPORTED)
        entry.finish()
        if entry.whole:
            scope.sources[source_id] = Source(title, url, observed_on, certainty)


def _entries(
    table: Mapping[str, object], kind: str, scope: Scope, make: Callable[[Entry], Record | None]
) -> Iterator[Record]:
    raw = table.get(kind, [])
    if not isinstance(raw, list) or len(raw) > MOST_ENTRIES or not all(isinstance(one, dict) for one in raw):
        scope.faults.append(
            say(
                "In {file}, [[{kind}]] is no list of at most {most} entries.",
                file=scope.file,
                kind=kind,
                most=MOST_ENTRIES,
            )
        )
        return
    seen: set[str] = set()
    for position, fields in enumerate(raw, 1):
        entry = Entry(scope, f"{kind} {position}", fields)
        entry.take_source()
        record = make(entry)
        entry.finish()
        if record is not None and record.id in seen:
            entry.fault("id", say("Another entry has it already."))
        if record is not None and entry.whole:
            seen.add(record.id)
            yield record


def _operator(entry: Entry, country: str) -> Operator | None:
    entry_id = entry.required("id", values.identity, "")
    fields: dict[str, Any] = {
        "name": entry.fact("name", values.sentence),
        "brand": entry.fact("brand", values.text),
        "former_brand": entry.fact("former_brand", values.text),
        "role": entry.fact("role", values.sentence),
        "network_code": entry.fact("network_code", values.network_code),
        "calling_code": entry.fact("calling_code", values.calling_code),
        "number_digits": entry.fact("number_digits", values.whole(3, 15)),
        "esim": entry.fact("esim", values.truth),
        "notes": entry.facts("notes", values.sentence),
    }
    _demand_name(entry, fields)
    return Operator(id=entry_id, country=country, **fields) if entry.whole else None


def plan_of(entry: Entry, country: str, currency: str) -> Plan | None:
    """The plan of an entry that has its source; None when something is amiss, which the entry noted."""
    entry_id = entry.required("id", values.identity, "")
    operator = entry.required("operator", values.identity, "")
    currency = entry.plain("currency", values.currency_code, currency)
    fields: dict[str, Any] = {
        "name": entry.fact("name", values.sentence),
        "price": entry.fact("price", values.price_in(currency)),
        "data_bytes": entry.fact("data", values.data_size),
        "validity_days": entry.fact("validity_days", values.whole(1, values.MOST_VALIDITY_DAYS)),
        "at_quota": entry.fact("at_quota", values.one_of(AtQuota)),
        "speed_mbit_s": entry.fact("speed_mbit_s", values.number),
        "esim": entry.fact("esim", values.truth),
        "audience": entry.fact("audience", values.one_of(Audience)),
        "repeatable": entry.fact("repeatable", values.truth),
        "sold_at": entry.fact("sold_at", values.sentence),
        "notes": entry.facts("notes", values.sentence),
    }
    _demand_name(entry, fields)
    return Plan(id=entry_id, country=country, operator=operator, **fields) if entry.whole else None


def _name(entry: Entry, country: str) -> Name | None:
    entry_id = entry.required("id", values.identity, "")
    operator = entry.plain("operator", values.identity, "")
    kind = entry.required("kind", values.one_of(NameKind), NameKind.OPERATOR)
    names = entry.texts("names")
    truth = entry.fact("truth", values.sentence)
    evidence = entry.facts("evidence", values.sentence)
    if truth is None or truth.value is None or not evidence:
        entry.fault("truth", say("An answer needs a truth and at least one evidence."))
    if truth is None or not entry.whole:
        return None
    return Name(entry_id, country, names, kind, truth, evidence, operator)


def _demand_name(entry: Entry, fields: Mapping[str, Any]) -> None:
    if entry.whole and fields["name"].value is None:
        entry.fault("name", say("It is missing."))
