"""A sentence said again in one language: its template looked up, its values put in as it writes them.

English needs no catalogue and reads none. Where a translation is missing or broken, the English stands:
a person always gets the sentence. What may not enter: choosing the language; what a terminal must be spared.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from notou.sentence import Sentence
from notou.words.choice import ENGLISH

DOMAIN = "notou"
FOLDER = Path(__file__).with_name("locales")
"""Where gettext finds ``<language>/LC_MESSAGES/notou.mo``."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a language writes numbers."""

    group: str
    mark: str


_NUMBERS = {"en": Numbers(",", "."), "fr": Numbers("\u202f", ","), "zh": Numbers(",", ".")}


class Words:
    """Says sentences in one language."""

    def __init__(self, language: str, folder: Path = FOLDER) -> None:
        """``language`` is one of choice.LANGUAGES; where ``folder`` lacks its catalogue, English is said."""
        self.language = language
        self._numbers = _NUMBERS[language]
        self._catalogue = (
            None if language == ENGLISH else gettext.translation(DOMAIN, folder, [language], fallback=True)
        )

    def __call__(self, text: str) -> str:
        """The text in this language; what is no Sentence comes back as it is."""
        if not isinstance(text, Sentence):
            return text
        values = {name: self._value(value) for name, value in text.values.items()}
        try:
            return self._template(text).format_map(values)
        except (
            LookupError,
            ValueError,
            AttributeError,
        ):  # a translation that is no template for these values
            return _english(text).format_map(values)

    def literal(self, text: str) -> str:
        """The translation of a text without fields, such as a command's help."""
        return self._catalogue.gettext(text) if self._catalogue and text else text

    def _template(self, sentence: Sentence) -> str:
        if self._catalogue is None or not sentence.template:
            return _english(sentence)
        if sentence.many is None:
            return self._catalogue.gettext(sentence.template)
        return self._catalogue.ngettext(sentence.template, sentence.many, _count(sentence.values))

    def _value(self, value: object) -> str:
        if isinstance(value, str):
            return self(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{value:,}".replace(",", self._numbers.group)
        if isinstance(value, (Decimal, float)):
            return str(value).replace(".", self._numbers.mark)
        return str(value)


def _english(sentence: Sentence) -> str:
    if sentence.many is None or _count(sentence.values) == 1:
        return sentence.template
    return sentence.many


def _count(values: Mapping[str, object]) -> int:
    count = values["count"]
    return count if isinstance(count, int) else 0


ENGLISH_WORDS = Words(ENGLISH)
