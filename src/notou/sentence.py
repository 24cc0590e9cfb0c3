"""Sentences that remember how they were made, so that the command line can say them in another language.

Below the command line everything is said in English: a Sentence is its English text, wherever a string
is expected, and keeps the template and the values beside it. Who shows it to a person looks the template up
in a catalogue (notou.words) and puts the values in again. No part of the program knows the person's language
but the command line.

What may not enter: catalogues, languages other than English, terminals.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce


class Sentence(str):
    """English text, with the template and the values it was made of.

    ``template`` holds ``{name}`` fields and no others; a value may be a Sentence itself, which is then
    translated too. ``many`` is the template for other counts than one, and None where nothing is counted.
    """

    template: str
    values: dict[str, object]
    many: str | None

    def __new__(cls, template: str, values: dict[str, object], many: str | None = None) -> Sentence:
        """KeyError when the template names a value that is not there."""
        chosen = template if many is None or values["count"] == 1 else many
        made = super().__new__(cls, chosen.format(**{name: _english(each) for name, each in values.items()}))
        made.template, made.values, made.many = template, values, many
        return made

    def __str__(self) -> str:
        """Itself, so that ``str(error)`` still knows what the error was made of."""
        return self

    def __getnewargs__(self) -> tuple[str, dict[str, object], str | None]:  # type: ignore[override]  # str's are its text
        """What a copy is made of."""
        return self.template, self.values, self.many


def say(template: str, /, **values: object) -> Sentence:
    """The sentence of this template. The template stands in place, a literal, for catalogues to find."""
    return Sentence(template, values)


def say_count(count: int, one: str, many: str, /, **values: object) -> Sentence:
    """As ``say``, with ``{count}`` of something: ``say_count(n, "{count} file", "{count} files")``."""
    return Sentence(one, {"count": count, **values}, many)


def say_all(parts: Sequence[str]) -> str:
    """The parts as a list in a sentence: ``one and two and three``; one alone is itself."""
    return reduce(lambda first, last: say("{first} and {last}", first=first, last=last), parts)


def say_each(parts: Sequence[str]) -> str:
    """The parts one after another: ``one, two, three``; one alone is itself."""
    return reduce(lambda first, last: say("{first}, {last}", first=first, last=last), parts)


def say_apart(parts: Sequence[str]) -> str:
    """Longer parts of one sentence: ``one; two; three``; one alone is itself."""
    return reduce(lambda first, last: say("{first}; {last}", first=first, last=last), parts)


def say_in_turn(sentences: Sequence[str]) -> str:
    """Whole sentences one after another; one alone is itself."""
    return reduce(lambda first, then: say("{first} {then}", first=first, then=then), sentences)


def mentions(text: str, value: str) -> bool:
    """Whether the sentence was made with this value, in whatever part; its letters are not looked at."""
    if text == value:
        return True
    parts = text.values.values() if isinstance(text, Sentence) else ()
    return any(isinstance(part, str) and mentions(part, value) for part in parts)


def _english(value: object) -> object:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
