"""ES9+ and ES11: the fields of JSON messages between an LPA and an operator's server.

SGP.22, sections 6.4 and 6.5. What may not enter: HTTP, trust in servers (notou.esim.es9).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notou.errors import DamagedError, ServerError, ServerRefusedError
from notou.esim.sgp22 import tags
from notou.esim.sgp22.authentication import ServerProof, require_transaction
from notou.esim.sgp22.download import Offer
from notou.esim.sgp22.metadata import parse_metadata
from notou.esim.sgp22.server_codes import server_sentence
from notou.esim.tlv import parse
from notou.sentence import say

INITIATE = "initiateAuthentication"
AUTHENTICATE = "authenticateClient"
GET_PACKAGE = "getBoundProfilePackage"
HANDLE_NOTIFICATION = "handleNotification"
CANCEL = "cancelSession"

Fields = Mapping[str, Any]
"""One message: the fields of its JSON object."""

DP_ADDRESS, DS_ADDRESS = "smdpAddress", "smdsAddress"
MOST_EVENTS = 64
_DONE = ("Executed-Success", "Executed-WithWarning")
_MOST_CODE_CHARS = 40


@dataclass(frozen=True, slots=True)
class Event:
    """Something that waits for the chip: at which server, under which name."""

    address: str
    event_id: str


def initiate_fields(challenge: bytes, info: bytes, address: str, address_field: str) -> dict[str, str]:
    """initiateAuthentication. ``info``: EUICCInfo1 as it came; ``address_field``: one of the two above."""
    return {"euiccChallenge": _text(challenge), "euiccInfo1": _text(info), address_field: address}


def parse_initiated(fields: Fields) -> ServerProof:
    """initiateAuthentication's answer. ServerRefusedError, or DamagedError for a bad field."""
    require_success(fields)
    proof = ServerProof(
        transaction_id=_transaction(fields),
        transaction_name=fields["transactionId"],
        signed=_field(fields, "serverSigned1", tags.SEQUENCE),
        signature=_field(fields, "serverSignature1", tags.SIGNATURE),
        root_id=_field(fields, "euiccCiPKIdToBeUsed", tags.OCTET_STRING),
        certificate=_field(fields, "serverCertificate", tags.SEQUENCE),
    )
    require_transaction(proof.transaction_id)
    return proof


def authenticate_fields(transaction_name: str, response: bytes) -> dict[str, str]:
    """authenticateClient. ``response``: the chip's AuthenticateServerResponse as it came."""
    return {"transactionId": transaction_name, "authenticateServerResponse": _text(response)}


def parse_offer(fields: Fields, transaction_id: bytes) -> Offer:
    """authenticateClient's answer of an SM-DP+: the profile it offers."""
    _require_exchange(fields, transaction_id)
    return Offer(
        metadata=parse_metadata(_bytes(fields, "profileMetadata")),
        signed=_field(fields, "smdpSigned2", tags.SEQUENCE),
        signature=_field(fields, "smdpSignature2", tags.SIGNATURE),
        certificate=_field(fields, "smdpCertificate", tags.SEQUENCE),
    )


def parse_events(fields: Fields, transaction_id: bytes) -> tuple[Event, ...]:
    """authenticateClient's answer of an SM-DS: what waits for the chip."""
    _require_exchange(fields, transaction_id)
    entries = fields.get("eventEntries", [])
    if not isinstance(entries, list) or len(entries) > MOST_EVENTS:
        raise _malformed("eventEntries")
    return tuple(_event(entry) for entry in entries)


def package_fields(transaction_name: str, response: bytes) -> dict[str, str]:
    """getBoundProfilePackage. ``response``: the chip's PrepareDownloadResponse as it came."""
    return {"transactionId": transaction_name, "prepareDownloadResponse": _text(response)}


def parse_package_fields(fields: Fields, transaction_id: bytes) -> bytes:
    """getBoundProfilePackage's answer: the package's bytes."""
    _require_exchange(fields, transaction_id)
    return _bytes(fields, "boundProfilePackage")


def notification_fields(pending: bytes) -> dict[str, str]:
    """handleNotification."""
    return {"pendingNotification": _text(pending)}


def cancel_fields(transaction_name: str, response: bytes) -> dict[str, str]:
    """cancelSession. ``response``: the chip's CancelSessionResponse as it came."""
    return {"transactionId": transaction_name, "cancelSessionResponse": _text(response)}


def require_success(fields: Fields) -> None:
    """ServerRefusedError with the sentence for its codes, where the server did not do what it was asked."""
    status = _object(_object(fields, "header"), "functionExecutionStatus")
    if status.get("status") in _DONE:
        return
    data = status.get("statusCodeData")
    data = data if isinstance(data, Mapping) else {}
    raise ServerRefusedError(server_sentence(_code(data.get("subjectCode")), _code(data.get("reasonCode"))))


def _require_exchange(fields: Fields, transaction_id: bytes) -> None:
    """As require_success, and ServerError for an answer that names another exchange; some name none."""
    require_success(fields)
    if "transactionId" in fields and _transaction(fields) != transaction_id:
        raise ServerError(say("The server's answer belongs to another exchange."))


def _code(value: object) -> str:
    """A code such as ``8.2.6``; what is none becomes ``?``: no text from outside gets into sentences."""
    text = value if isinstance(value, str) else ""
    return text if 0 < len(text) <= _MOST_CODE_CHARS and set(text) <= set("0123456789.") else "?"


def _event(entry: object) -> Event:
    if not isinstance(entry, Mapping):
        raise _malformed("eventEntries")
    address, event_id = entry.get("rspServerAddress"), entry.get("eventId")
    if not isinstance(address, str) or not isinstance(event_id, str):
        raise _malformed("eventEntries")
    return Event(address, event_id)


def _object(fields: Fields, name: str) -> Mapping[str, Any]:
    value = fields.get(name)
    if not isinstance(value, Mapping):
        raise _malformed(name)
    return value


def _field(fields: Fields, name: str, tag: int) -> bytes:
    """A field that goes into a request to the chip: just the one that belongs there, nothing beside it."""
    return parse(_bytes(fields, name), tag).raw


def _bytes(fields: Fields, name: str) -> bytes:
    value = fields.get(name)
    if not isinstance(value, str):
        raise _malformed(name)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(name) from error


def _transaction(fields: Fields) -> bytes:
    value = fields.get("transactionId")
    try:
        return bytes.fromhex(value if isinstance(value, str) else "-")
    except ValueError as error:
        raise _malformed("transactionId") from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _malformed(name: str) -> DamagedError:
    return DamagedError(say("The operator's server left out or garbled the field {name}.", name=name))
