"""The commands of ``python -m tools.words``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tools.words.bare import bare_texts, program_modules
from tools.words.catalogues import TRANSLATED, faults, load, missing, template_of, update
from tools.words.source import all_texts


def check() -> Iterator[str]:
    """Every way in which a person would meet the wrong language, a line each."""
    for file, tree in program_modules():
        for line, text in bare_texts(tree, file):
            yield f"{file}:{line}: said without say: {text!r}"
    template = template_of(all_texts())
    for language in TRANSLATED:
        yield from (f"{language}: {each}" for each in faults(load(language), template))


def main(words: list[str]) -> int:
    """Carry out one command; the exit code."""
    match words:
        case ["update"]:
            template = template_of(all_texts())
            for language in TRANSLATED:
                update(language, template)
        case ["check"]:
            found = list(check())
            print("\n".join(found), end="\n" if found else "")
            return 1 if found else 0
        case ["missing"]:
            template = template_of(all_texts())
            for language in TRANSLATED:
                for message in missing(load(language), template):
                    print(f"{language}\t{message.id!r}")
        case _:
            print("python -m tools.words update | check | missing", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
