"""From a place as a person writes it to its store.

What may not enter: reading or writing there; opening touches nothing.
"""

from __future__ import annotations

from notou.errors import UsageError
from notou.stores.base import Store
from notou.stores.local import LocalStore


def open_store(location: str) -> Store:
    """The store for a location: a folder's path, or ``local:`` and a path. UsageError for other kinds."""
    scheme, colon, rest = location.partition(":")
    if scheme == "local" and colon:
        location = rest
    elif colon and scheme.isalnum() and len(scheme) > 1 and rest.startswith("//"):
        raise UsageError(
            f"Places of the kind “{scheme}:” are not supported yet; name a folder instead of {location}."
        )
    if not location:
        raise UsageError("The place is an empty name; name a folder.")
    return LocalStore(location)
