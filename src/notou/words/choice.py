"""Which language a person is spoken to in.

What was asked for on the command line counts first, then NOTOU_LANG, then what the system's own settings say,
read as gettext reads them. What may not enter: catalogues; the process's environment (it is handed in).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from notou.errors import UsageError
from notou.sentence import say

ENGLISH = "en"
LANGUAGES = (ENGLISH, "fr", "zh")
OPTION = "--lang"


def choose_language(asked: str | None, environ: Mapping[str, str]) -> str:
    """One of LANGUAGES. UsageError when ``asked`` or NOTOU_LANG names another; the system's may be any."""
    for source, name in ((OPTION, asked), ("NOTOU_LANG", environ.get("NOTOU_LANG"))):
        if name is not None and (name or source == OPTION):
            return _known(source, name)
    return next((each for name in _of_the_system(environ) if (each := _language(name))), ENGLISH)


def asked_for(arguments: Sequence[str]) -> str | None:
    """What the command line gives with --lang, found before anything else of it is understood."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    for number, word in enumerate(options):
        name, equals, value = word.partition("=")
        if name == OPTION:
            return value if equals else next(iter(options[number + 1 :]), None)
    return None


def _known(source: str, name: str) -> str:
    language = _language(name)
    if language is None:
        raise UsageError(
            say(
                "{source} is “{name}”: Notou speaks English (en), French (fr) and Chinese (zh).",
                source=source,
                name=name,
            )
        )
    return language


def _of_the_system(environ: Mapping[str, str]) -> Iterator[str]:
    """The system's wishes, the dearest first; LANGUAGE counts only beside a locale that is not C."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), ENGLISH)
    if _stem(locale) not in ("c", "posix"):
        yield from environ.get("LANGUAGE", "").split(":")
        yield locale


def _language(name: str) -> str | None:
    """``fr`` of fr_CA.UTF-8; whoever reads any Chinese gets the simplified."""
    stem = _stem(name)
    return stem if stem in LANGUAGES else None


def _stem(name: str) -> str:
    for end in "._-@":
        name = name.partition(end)[0]
    return name.lower()
