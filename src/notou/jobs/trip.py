"""Look at a vault as somebody who is about to travel: which places answer, and what they hold.

What may not enter: what follows from it (notou.esim.trip).
"""

from __future__ import annotations

from collections.abc import Sequence

from notou.errors import DamagedError, NoVaultError, StoreError, WrongPasswordError
from notou.esim.trip.standing import Place, Standing, standing_of
from notou.events import Report
from notou.jobs.places import open_stores, open_vault
from notou.jobs.snapshots import tell_faults
from notou.vault.repository import Vault
from notou.vault.snapshot import Snapshot


def look_before_trip(
    locations: Sequence[str], password: str, report: Report
) -> tuple[list[Snapshot], Standing]:
    """The vault's snapshots, and how it stands. Raises what Vault.open raises when no place holds a vault.

    Every place is opened by itself: one that fails does not count as reached, whatever the others hold.
    """
    opened = open_vault(locations, password)
    snapshots = opened.vault.snapshots()
    places = [Place(store.location, _failure(store.location, password)) for store in open_stores(locations)]
    told = [place.location for place in places if place.failure]
    tell_faults(opened.vault, report, told)
    return snapshots, standing_of(places, snapshots)


def _failure(location: str, password: str) -> str:
    try:
        Vault.open(open_stores([location]), password)
    except (StoreError, NoVaultError, WrongPasswordError, DamagedError) as error:
        return str(error)
    return ""
