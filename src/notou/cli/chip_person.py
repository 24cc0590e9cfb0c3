"""The person at the terminal, as a download asks them: whether to install, and for the confirmation code.

What may not enter: what the answers lead to.
"""

from __future__ import annotations

import sys

from notou.cli.chip_shapes import preview_fields, preview_lines
from notou.cli.language import spoken
from notou.cli.prompt import ask_line, is_yes
from notou.cli.screen import Screen
from notou.errors import UsageError
from notou.esim.lpa.steps import Consent, Preview
from notou.sentence import say

_MOST_ANSWER_CHARS = 100


class TerminalPerson:
    """The Person of notou.esim.lpa.driver."""

    def __init__(
        self, screen: Screen, *, agreed: bool, code: str | None = None, reveal: bool = False
    ) -> None:
        """``agreed``: with --yes; ``code``: the confirmation code, where it is known already."""
        self._screen, self._agreed, self._code, self._reveal = screen, agreed, code, reveal

    def consent(self, preview: Preview) -> Consent:
        """Show the profile and ask; the end of input means no, not now."""
        self._screen.result(
            "preview", preview_fields(preview, self._reveal), preview_lines(preview, self._reveal)
        )
        if self._agreed:
            return Consent.GIVEN
        words = spoken()
        sys.stderr.write(words(_QUESTION) + " ")
        sys.stderr.flush()
        answer = sys.stdin.readline(_MOST_ANSWER_CHARS).strip().casefold()
        if is_yes(answer):
            return Consent.GIVEN
        return Consent.REFUSED if answer in ("refuse", words(say("refuse"))) else Consent.NOT_NOW

    def confirmation_code(self) -> str | None:
        """The code that is known, or asked for without echo; None where nothing is given."""
        if self._code:
            return self._code
        try:
            return ask_line(say("Confirmation code, which the operator gave apart"))
        except UsageError:  # nothing was given: the exchange is to be ended, not broken off
            return None


_QUESTION = say(
    "Install this profile? [y/N] (“refuse” tells the operator that you do not want it, and gives up the code)"
)
