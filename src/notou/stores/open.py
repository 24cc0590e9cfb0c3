"""From a place as a person writes it to its store.

What may not enter: reading or writing there; opening touches nothing.
"""

from __future__ import annotations

import re

from notou.errors import UsageError
from notou.sentence import say
from notou.stores.base import Store
from notou.stores.local import LocalStore

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # as in s3:bucket, sftp:me@host:/x, https://host


def open_store(location: str) -> Store:
    """The store for a location: a folder's path, or ``local:`` and a path. UsageError for other kinds."""
    scheme, colon, rest = location.partition(":")
    if scheme == "local" and colon:
        location = rest
    elif _SCHEME.match(location):
        raise UsageError(
            say(
                "Places of the kind “{scheme}:” are not supported yet; name a folder instead of "
                "{location}, or write ./{location} if that is the name of one.",
                scheme=scheme,
                location=location,
            )
        )
    elif location.startswith("~"):
        raise UsageError(
            say(
                "The shell left the ~ of {location} as it is; write a blank before the place instead of =, "
                "or ./{location} if that is the name of a folder.",
                location=location,
            )
        )
    if not location:
        raise UsageError(say("The place is an empty name; name a folder."))
    return LocalStore(location)
