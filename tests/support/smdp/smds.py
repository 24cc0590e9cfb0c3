"""A double of an SM-DS: says which servers hold something for a chip (ES11, SGP.22 5.8).

What may not enter: HTTP, orders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.rsp.certificates import World
from tests.support.smdp.authentication import DS_CODES, Authenticator, Json
from tests.support.smdp.es9plus import always_now
from tests.support.smdp.status import StatusError


@dataclass(frozen=True)
class EventRecord:
    """One thing that waits for a chip at a server."""

    eid: str
    event_id: str
    address: str


@dataclass
class SmDs:
    """One SM-DS with its event records."""

    world: World
    address: str
    records: list[EventRecord] = field(default_factory=list)
    now: Callable[[], dt.datetime] = always_now

    def __post_init__(self) -> None:
        self._authenticator = Authenticator(
            self.world.ds_auth, self.world.ci, self.address, DS_CODES, self.now
        )
        self.functions: dict[str, Callable[[Json], Json | None]] = {
            "initiateAuthentication": self._initiate,
            "authenticateClient": self._authenticate,
        }

    def _initiate(self, request: Json) -> Json:
        address = request.get("smdsAddress", request.get("smdpAddress"))
        return self._authenticator.initiated(request, str(address))

    def _authenticate(self, request: Json) -> Json:
        session, context = self._authenticator.authenticated(request)
        wanted = context.find(0x80)
        event_id = wanted.text() if wanted else ""
        found = [each for each in self.records if each.eid == session.eid]
        if event_id:
            found = [each for each in found if each.event_id == event_id]
            if not found:
                raise StatusError("8.9.5", "3.9", "The event is unknown.")
        entries = [{"eventId": each.event_id, "rspServerAddress": each.address} for each in found]
        return {"transactionId": session.name, "eventEntries": entries}
