"""What pyproject.toml cannot say: the catalogues of other languages are compiled when Notou is built."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithWords(build_py):
    """Compiles every notou.po beside itself, and goes on as usual."""

    def run(self) -> None:
        """Into the source tree, which is git-ignored there: an editable install reads it in place."""
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for source in Path(__file__).parent.glob("src/notou/words/locales/*/LC_MESSAGES/notou.po"):
            with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
                write_mo(mo, read_po(po, source.parts[-3]))
        super().run()


setup(cmdclass={"build_py": BuildWithWords})
