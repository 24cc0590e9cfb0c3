"""From a place as a person writes it to its store.

What may not enter: reading or writing there; opening touches nothing.
"""

from __future__ import annotations

import re

from notou.errors import UsageError
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
            f"Places of the kind “{scheme}:” are not supported yet; name a folder instead of {location}, "
            f"or write ./{location} if that is the name of one."
        )
    elif location.startswith("~"):
        raise UsageError(
            f"The shell left the ~ of {location} as it is; write a blank before the place instead of =, "
            f"or ./{location} if that is the name of a folder."
        )
    if not location:
        raise UsageError("The place is an empty name; name a folder.")
    return LocalStore(location)
