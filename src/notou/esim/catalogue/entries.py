"""One entry of a catalogue file, read field by field; faults are gathered, so that all of them can be told.

What may not enter: which fields an operator, a plan or a name has (reading).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from notou.esim.catalogue import values
from notou.esim.catalogue.observed import Observed
from notou.esim.catalogue.records import Certainty, Fact, Source
from notou.sentence import Sentence, say

T = TypeVar("T")

UNKNOWN = "unknown"
MOST_LISTED = 50
"""Notes or spellings of one entry."""

_MOST_STRANGERS = 10
"""Fields that no entry has, and that are told: who has more has another kind of file."""

_FACT_FIELDS = {"value", "source", "observed_on", "certainty"}


@dataclass
class Scope:
    """What all entries of a file share."""

    file: str
    observe: Callable[[object], Observed]
    sources: dict[str, Source] = field(default_factory=dict)
    faults: list[Sentence] = field(default_factory=list)


class Entry:
    """A table of the file. Its fields are taken one by one; ``finish`` complains about those nobody took."""

    def __init__(self, scope: Scope, label: str, table: Mapping[str, object]) -> None:
        """``label`` is how sentences name the entry, such as ``plans 3``."""
        self._scope, self._left = scope, dict(table)
        self._faults_before = len(scope.faults)
        given = self._left.get("id")
        self.label = (
            say("{label} ({id})", label=label, id=values.named(given)) if isinstance(given, str) else label
        )
        self._source: Source | None = None

    def observe(self, value: object) -> Observed:
        """Parses a day when something was observed."""
        return self._scope.observe(value)

    @property
    def whole(self) -> bool:
        """Whether nothing was amiss so far."""
        return len(self._scope.faults) == self._faults_before

    def fault(self, name: str, what: Sentence) -> None:
        """Note what is wrong with a field."""
        self._scope.faults.append(
            say(
                "In {file}, entry {entry}, field “{field}”: {what}",
                file=self._scope.file, entry=self.label, field=values.named(name), what=what,
            )
        )  # fmt: skip

    def plain(self, name: str, parse: Callable[[object], T], default: T) -> T:
        """A field without a source of its own; ``default`` stands for one that is missing, or amiss."""
        if name not in self._left:
            return default
        return self._parsed(name, parse, self._left.pop(name), default)

    def required(self, name: str, parse: Callable[[object], T], stand_in: T) -> T:
        """As plain, for a field that must be there."""
        if name not in self._left:
            self.fault(name, say("It is missing."))
        return self.plain(name, parse, stand_in)

    def _parsed(self, name: str, parse: Callable[[object], T], value: object, default: T) -> T:
        try:
            return parse(value)
        except ValueError as error:
            self.fault(name, error.args[0])
            return default

    def take_source(self) -> None:
        """The source of all fields that name none; must come before the first fact."""
        source_id = self.required("source", values.text, "")
        self._source = self._named_source("source", source_id) if source_id else None

    def adopt(self, source: Source) -> None:
        """Instead of take_source: the source of all fields that name none."""
        self._source = source

    def _named_source(self, name: str, source_id: str) -> Source | None:
        found = self._scope.sources.get(source_id)
        if found is None:
            self.fault(name, say("The file's [sources] has no “{source}”.", source=values.named(source_id)))
        return found

    def fact(self, name: str, parse: Callable[[object], T]) -> Fact[T] | None:
        """A field with its source; missing, it is unknown. None when something is amiss, which was noted."""
        return self._fact(name, parse, self._left.pop(name, UNKNOWN))

    def facts(self, name: str, parse: Callable[[object], T]) -> tuple[Fact[T], ...]:
        """A list of facts; none when it is missing."""
        raw = self._left.pop(name, [])
        if not isinstance(raw, list) or len(raw) > MOST_LISTED:
            self.fault(name, say("It is no list of at most {most}.", most=MOST_LISTED))
            return ()
        made = (self._fact(name, parse, each) for each in raw)
        return tuple(each for each in made if each is not None)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of one or more texts."""
        raw = self._left.pop(name, None)
        if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_LISTED:
            self.fault(name, say("It must be a list of 1 to {most} texts.", most=MOST_LISTED))
            return ()
        return tuple(self._parsed(name, values.text, each, "") for each in raw)

    def _fact(self, name: str, parse: Callable[[object], T], raw: object) -> Fact[T] | None:
        table: Mapping[str, object] = raw if isinstance(raw, dict) else {"value": raw}
        for stranger in sorted(set(table) - _FACT_FIELDS)[:_MOST_STRANGERS]:
            self.fault(name, say("It has no part “{part}”.", part=values.named(stranger)))
        source = self._source_of(name, table)
        value = self._value(name, parse, table)
        if source is None:
            return None
        observed_on, certainty = source.observed_on, source.certainty
        if "observed_on" in table:
            observed_on = self._parsed(name, self._scope.observe, table["observed_on"], observed_on)
        if "certainty" in table:
            certainty = self._parsed(name, values.one_of(Certainty), table["certainty"], certainty)
        return Fact(value, source, observed_on, certainty)

    def _source_of(self, name: str, table: Mapping[str, object]) -> Source | None:
        if "source" not in table:
            return self._source
        return self._named_source(name, self._parsed(name, values.text, table["source"], ""))

    def _value(self, name: str, parse: Callable[[object], T], table: Mapping[str, object]) -> T | None:
        if "value" not in table:
            self.fault(name, say("Its value is missing."))
            return None
        if table["value"] == UNKNOWN:
            return None
        try:
            return parse(table["value"])
        except ValueError as error:
            self.fault(name, error.args[0])
            return None

    def finish(self) -> None:
        """Complain about fields that no entry of this kind has."""
        for name in sorted(self._left)[:_MOST_STRANGERS]:
            self.fault(name, say("No entry of this kind has such a field."))
