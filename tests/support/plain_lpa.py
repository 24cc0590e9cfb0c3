"""A small LPA for testing the doubles against: no recovery, no judgement, every step by hand.

What may not enter: Notou's LPA; this one shares no code with it, on purpose.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import ssl
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.euicc.terminal import Terminal
from tests.support.rsp.der import Tlv, header, integer, read, tlv

PATH = "/gsma/rsp2/es9plus/"
_HEADERS = {
    "User-Agent": "gsma-rsp-lpad",
    "X-Admin-Protocol": "gsma/rsp/v2.2.2",
    "Content-Type": "application/json",
}
_DEVICE = tlv(0xA1, tlv(0x80, bytes.fromhex("35290611")), tlv(0xA1))


class ServerRefusedError(Exception):
    """The server answered with a subject and a reason."""

    def __init__(self, code: dict[str, str]) -> None:
        super().__init__(f"{code['subjectCode']} {code['reasonCode']}")
        self.subject, self.reason = code["subjectCode"], code["reasonCode"]


class ChipRefusedError(Exception):
    """The chip answered with an error code, at this command."""

    def __init__(self, command: int, code: int) -> None:
        super().__init__(f"{command:X} {code}")
        self.command, self.code = command, code


@dataclass
class PlainLpa:
    """Downloads by the letter, trusting one CI."""

    terminal: Terminal
    root: str  # the CI to trust, PEM
    address: str

    def post(self, function: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call one function of the server."""
        host, port = self.address.split(":")
        context = ssl.create_default_context(cadata=self.root)
        connection = http.client.HTTPSConnection(host, int(port), timeout=30, context=context)
        try:
            connection.request("POST", PATH + function, json.dumps(body), _HEADERS)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status == 204:
            return {}
        decoded: dict[str, Any] = json.loads(answer)
        status = decoded["header"]["functionExecutionStatus"]
        if status["status"] != "Executed-Success":
            raise ServerRefusedError(status["statusCodeData"])
        return decoded

    def chip(self, command: bytes) -> Tlv:
        """Send the chip a command of the session; raises at an error response."""
        answer = self.terminal.ask(command)
        failed = answer.find(0xA1)
        if failed is not None:
            raise ChipRefusedError(answer.tag, failed.children()[-1].number())
        return answer

    def authenticate(self, matching_id: str, server_field: str = "smdpAddress") -> dict[str, Any]:
        """Authenticate both sides; returns what AuthenticateClient answered."""
        challenge = self.terminal.ask(tlv(0xBF2E)).need(0x80).value
        info1 = self.terminal.send(tlv(0xBF20))
        opened = self.post(
            "initiateAuthentication",
            {server_field: self.address, "euiccChallenge": _text(challenge), "euiccInfo1": _text(info1)},
        )
        fields = ("serverSigned1", "serverSignature1", "euiccCiPKIdToBeUsed", "serverCertificate")
        context = tlv(0xA0, tlv(0x80, matching_id.encode()), _DEVICE)
        shown = self.chip(tlv(0xBF38, *(_bytes(opened[name]) for name in fields), context))
        return self.post(
            "authenticateClient",
            {"transactionId": opened["transactionId"], "authenticateServerResponse": _text(shown.raw)},
        )

    def prepare(self, agreed: dict[str, Any], code: str | None = None) -> bytes:
        """Let the chip prepare the download; returns its response."""
        hashed = [tlv(0x04, hashed_code(code, bytes.fromhex(agreed["transactionId"])))] if code else []
        signed, signature, certificate = (
            _bytes(agreed[name]) for name in ("smdpSigned2", "smdpSignature2", "smdpCertificate")
        )
        return self.chip(tlv(0xBF21, signed, signature, *hashed, certificate)).raw

    def package(self, agreed: dict[str, Any], prepared: bytes) -> bytes:
        """Fetch the bound profile package."""
        request = {"transactionId": agreed["transactionId"], "prepareDownloadResponse": _text(prepared)}
        return _bytes(self.post("getBoundProfilePackage", request)["boundProfilePackage"])

    def install(self, package: bytes) -> Tlv:
        """Load the package; returns ProfileInstallationResult."""
        for piece in pieces_of(package):
            answer = self.terminal.send(piece)
            if answer:
                return read(answer)
        raise AssertionError("the chip gave no result at the end of the package")

    def download(self, matching_id: str, code: str | None = None) -> Tlv:
        """Do it all; returns ProfileInstallationResult."""
        agreed = self.authenticate(matching_id)
        return self.install(self.package(agreed, self.prepare(agreed, code)))

    def cancel(self, transaction: str, reason: int) -> None:
        """Cancel the session at the chip and at the server."""
        command = tlv(0xBF41, tlv(0x80, bytes.fromhex(transaction)), integer(reason, 0x81))
        signed = self.chip(command).raw
        self.post("cancelSession", {"transactionId": transaction, "cancelSessionResponse": _text(signed)})

    def send_notifications(self) -> None:
        """Send the server every pending notification and remove each."""
        answer = self.terminal.ask(tlv(0xBF2B)).find(0xA0)
        for pending in answer.children() if answer else ():
            self.post("handleNotification", {"pendingNotification": _text(pending.raw)})
            metadata = pending.need(0xBF27).need(0xBF2F) if pending.tag == 0xBF37 else pending.need(0xBF2F)
            self.terminal.ask(tlv(0xBF30, integer(metadata.need(0x80).number(), 0x80)))


def pieces_of(package: bytes) -> Iterator[bytes]:
    """Yield the pieces in which a chip wants a package (SGP.22 2.5.5)."""
    whole = read(package)
    first, *parts = whole.children()
    yield header(whole.tag, len(whole.value)) + first.raw
    for part in parts:
        head, segments = header(part.tag, len(part.value)), [item.raw for item in part.children()]
        if part.tag in (0xA0, 0xA2):
            yield head + segments.pop(0)
        else:
            yield head
        yield from segments


def hashed_code(code: str, transaction: bytes) -> bytes:
    """Return the hash of a confirmation code (SGP.22 4.7)."""
    return hashlib.sha256(hashlib.sha256(code.encode()).digest() + transaction).digest()


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)


def _text(data: bytes) -> str:
    return b64encode(data).decode()
