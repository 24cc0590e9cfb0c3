"""Activation codes as people type, paste and photograph them: cleaned up, then parsed, and recognised by what
became of them where they are none any more.

What may not enter: the grammar (code).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from notou.errors import UsageError
from notou.esim.wallet.code import ActivationCode, parse_code
from notou.sentence import Sentence, say

MOST_TYPED_CHARS = 4096

_CARD_DATA = re.compile(r"[?&]carddata=([^&#\s]+)", re.IGNORECASE)  # links that open a phone's own set-up
_PREFIX = re.compile(r"[^$]*?lpa:(?=1)|lpa(?=1)", re.IGNORECASE)  # words may stand before it
_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
_QUOTES = "".join(map(chr, [*range(0x2018, 0x2020), 0xAB, 0xBB]))
_AROUND = "\"'`<>()[]" + _QUOTES
_ADDRESS_ALONE = re.compile(r"(?:https?://)?(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?::[0-9]+)?/?")
_MATCHING_ID_ALONE = re.compile(r"[A-Za-z0-9-]{4,64}")


def read_code(text: str) -> ActivationCode:
    """The code that ``text`` means: full-width signs, spaces, quotes, a link round it do no harm.

    UsageError that says what is wrong, and where it can be told what happened, that; the matching id is
    never in it.
    """
    if len(text) > MOST_TYPED_CHARS:
        raise UsageError(say("This is far longer than an activation code; copy the code alone."))
    cleaned = clean(text)
    prefix = _PREFIX.match(cleaned)
    body = cleaned[prefix.end() :] if prefix else cleaned
    if "$" not in body:
        raise UsageError(_no_dollar(body, prefixed=prefix is not None))
    return parse_code(_without_scheme(body))


def code_of_parts(server: str, matching_id: str) -> ActivationCode:
    """The code of what providers give people who cannot scan: a server's address and a code. As read_code."""
    return read_code(f"LPA:1${clean(server).strip('$')}${clean(matching_id).strip('$')}")


def clean(text: str) -> str:
    """Without what comes of copying: see read_code."""
    plain = unicodedata.normalize("NFKC", text)
    link = _CARD_DATA.search(plain)
    if link:
        plain = link[1]
    if link or "%24" in plain:
        plain = unquote(plain, errors="replace")
    plain = "".join(each for each in plain if not _is_blank(each)).translate(_DASHES)
    return plain.replace("\\$", "$").strip(_AROUND).rstrip(".,;").strip(_AROUND)


def _is_blank(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf")


def _without_scheme(body: str) -> str:
    return re.sub(r"\A1\$https?://([^$/]+)/?", r"1$\1", body, flags=re.IGNORECASE)


def _no_dollar(body: str, *, prefixed: bool) -> Sentence:
    """What a text without any $ is, or was."""
    if not body:
        return say("There is no activation code: nothing was given.")
    if prefixed or re.match(r"1[^0-9]*\.", body):
        return say(
            "The code has lost its $ signs: the shell took them for its own. Put the code in single quotes, "
            "as in 'LPA:1$…', or give - in its place and paste it when asked."
        )
    if _ADDRESS_ALONE.fullmatch(body):
        return say(
            "This is the server's address alone; the activation code goes on after it. Copy all of it, or "
            "give the code here and the address with --server."
        )
    if _MATCHING_ID_ALONE.fullmatch(body):
        return say(
            "This code names no server. If your provider gave you an SM-DP+ address as well, add it with "
            "--server."
        )
    return say(
        "This is no activation code: one looks like LPA:1$rsp.example.com$ABCD-1234. Look for it in your "
        "provider's mail or app, or take a picture of the QR code."
    )
