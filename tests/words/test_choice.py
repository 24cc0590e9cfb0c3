"""Which language a person is spoken to in."""

from __future__ import annotations

import pytest

from notou.errors import UsageError
from notou.words.choice import asked_for, choose_language


@pytest.mark.parametrize(
    ("asked", "environ", "language"),
    [
        (None, {}, "en"),
        ("fr", {"NOTOU_LANG": "zh", "LC_ALL": "en_GB.UTF-8"}, "fr"),
        ("zh_CN.UTF-8", {}, "zh"),
        (None, {"NOTOU_LANG": "zh", "LC_ALL": "fr_FR.UTF-8"}, "zh"),
        (None, {"NOTOU_LANG": "", "LANG": "fr_CA.UTF-8"}, "fr"),
        (None, {"LC_ALL": "fr_FR", "LC_MESSAGES": "zh_CN", "LANG": "en_US"}, "fr"),
        (None, {"LC_MESSAGES": "zh_TW", "LANG": "fr_FR"}, "zh"),
        (None, {"LANGUAGE": "de:fr:en", "LANG": "de_DE.UTF-8"}, "fr"),
        (None, {"LANGUAGE": "fr", "LANG": "C.UTF-8"}, "en"),
        (None, {"LANGUAGE": "fr", "LC_ALL": "POSIX", "LANG": "zh_CN"}, "en"),
        (None, {"LANG": "tlh"}, "en"),
        (None, {"LANG": "zh-Hans"}, "zh"),
    ],
)
def test_what_is_asked_for_comes_before_the_programs_setting_and_that_before_the_systems(
    asked: str | None, environ: dict[str, str], language: str
) -> None:
    assert choose_language(asked, environ) == language


@pytest.mark.parametrize(("asked", "environ"), [("de", {}), ("", {}), (None, {"NOTOU_LANG": "deutsch"})])
def test_a_language_asked_for_that_notou_lacks_is_refused_naming_the_three(
    asked: str | None, environ: dict[str, str]
) -> None:
    with pytest.raises(UsageError, match=r"English \(en\), French \(fr\) and Chinese \(zh\)"):
        choose_language(asked, environ)


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["--lang", "fr", "backup"], "fr"),
        (["backup", "x", "--lang=zh"], "zh"),
        (["--lang"], None),
        (["find", "--", "--lang", "fr"], None),
        (["backup", "--language"], None),
    ],
)
def test_the_language_is_found_wherever_it_stands(arguments: list[str], asked: str | None) -> None:
    assert asked_for(arguments) == asked
