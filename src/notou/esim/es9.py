"""Operators' servers over HTTPS (ES9+, ES11), checked against the roots that are trusted, and nothing else.

SGP.22, sections 6.1 and 6.5. No redirect is followed, no proxy or other setting of the environment is used,
and what a server sends is bounded in bytes and in time. What may not enter: what functions mean.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore
import orjson

from notou.errors import DamagedError, LimitError, ServerError, ServerUnavailableError
from notou.esim.bounded_line import BoundedLines
from notou.esim.distrust import distrust, tls_fault
from notou.esim.roots import Root
from notou.sentence import say

MOST_REPLY_BYTES = 8 << 20
"""The longest right reply is a profile in base64: about a megabyte."""

REPLY_TIMEOUT_S = 120.0
"""For one whole call; an operator may make a profile while the call waits."""

_PAUSE_TIMEOUT_S = 60.0
_CONNECT_TIMEOUT_S = 20.0
_TIMEOUTS_S = {
    "connect": _CONNECT_TIMEOUT_S,
    "read": _PAUSE_TIMEOUT_S,
    "write": _PAUSE_TIMEOUT_S,
    "pool": _PAUSE_TIMEOUT_S,
}
_LINE_FAULTS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
_HEADERS: Mapping[bytes | str, bytes | str] = {
    "User-Agent": "gsma-rsp-lpad",
    "X-Admin-Protocol": "gsma/rsp/v2.2.2",
    "Content-Type": "application/json",
    "Accept-Encoding": "identity",
}
_OK, _NO_CONTENT, _TOO_MANY_REQUESTS = 200, 204, 429
_PATH = "/gsma/rsp2/es9plus/"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_LABEL}(?:\.{_LABEL})*)(?::([0-9]{{1,5}}))?")
_MOST_ADDRESS_CHARS = 255


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to believe: these roots; those of web sites on this machine only where that was chosen."""

    roots: Sequence[Root]
    web_roots_too: bool = False

    def context(self) -> ssl.SSLContext:
        """What TLS asks of a server: a chain to a trusted root, its own name, dates that fit."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        for root in self.roots:
            context.load_verify_locations(cadata=root.der)
        if self.web_roots_too:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return context


class HttpsServers:
    """The Servers of notou.esim.lpa.driver, really reached. ``clock`` gives seconds that never go back."""

    def __init__(self, trust: Trust, clock: Callable[[], float]) -> None:
        self._trust, self._clock = trust, clock
        self._called, self._deadline_s = "", 0.0
        self._pool: httpcore.ConnectionPool | None = None

    def __enter__(self) -> HttpsServers:
        """Connections are made when first needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        if self._pool is not None:
            self._pool.close()

    def post(self, server: str, function: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """Call a function; returns the fields of the reply, none for one without a body.

        ServerError when the server is not to be trusted or sends what it may not, ServerUnavailableError when
        no reply came.
        """
        host, port = split_address(server)
        url = f"https://{host}:{port}{_PATH}{function}"
        try:
            return self._posted(url, server, fields)
        except _LINE_FAULTS as error:
            if (fault := tls_fault(error)) is not None:
                raise distrust(fault, server, host, port) from error
            raise ServerUnavailableError(
                say("The server {server} cannot be reached; see that there is a network, and try again.",
                    server=server)
            ) from error  # fmt: skip

    def is_reachable(self, server: str) -> bool:
        """Whether a trusted connection to the server can be made now; nothing is asked of it."""
        try:
            host, port = split_address(server)
            with (
                socket.create_connection((host, port), _CONNECT_TIMEOUT_S) as plain,
                self._trust.context().wrap_socket(plain, server_hostname=host),
            ):
                return True
        except (OSError, ServerError):
            return False

    def _posted(self, url: str, server: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
        self._pool = self._pool or self._opened()
        self._called, self._deadline_s = server, self._clock() + REPLY_TIMEOUT_S
        content, extensions = orjson.dumps(fields), {"timeout": _TIMEOUTS_S}
        with self._pool.stream(
            "POST", url, headers=_HEADERS, content=content, extensions=extensions
        ) as reply:
            body = _body(reply, server)
        _require_answered(reply.status, server)
        return {} if reply.status == _NO_CONTENT else _object(body, server)

    def _opened(self) -> httpcore.ConnectionPool:
        lines = BoundedLines(httpcore.SyncBackend(), self._left_s)
        return httpcore.ConnectionPool(ssl_context=self._trust.context(), network_backend=lines)

    def _left_s(self) -> float:
        left_s = self._deadline_s - self._clock()
        if left_s <= 0:
            raise ServerUnavailableError(
                say("The server {server} takes too long to answer; try again.", server=self._called)
            )
        return left_s


def _body(reply: httpcore.Response, server: str) -> bytes:
    body = bytearray()
    for part in reply.iter_stream():
        body += part
        if len(body) > MOST_REPLY_BYTES:
            raise LimitError(say("The server {server} sends more than any profile needs.", server=server))
    return bytes(body)


def split_address(server: str) -> tuple[str, int]:
    """(host, port) of a server's address. ServerError when it is none; it may come from outside."""
    found = _ADDRESS.fullmatch(server)
    if found is None or len(server) > _MOST_ADDRESS_CHARS or not 0 < int(found[2] or 443) < 1 << 16:
        raise ServerError(say("“{server}” is no address of a server.", server=server[:100]))
    return found[1], int(found[2] or 443)


def _require_answered(status: int, server: str) -> None:
    if status in (_OK, _NO_CONTENT):
        return
    if 300 <= status < 400:
        raise ServerError(
            say("The server {server} points to another one, which no eSIM server may.", server=server)
        )
    if status >= 500 or status == _TOO_MANY_REQUESTS:
        raise ServerUnavailableError(
            say("The server {server} is out of order now (HTTP {status}); try again later.",
                server=server, status=str(status))
        )  # fmt: skip
    raise ServerError(
        say("The server {server} does not answer as an eSIM server does (HTTP {status}).",
            server=server, status=str(status))
    )  # fmt: skip


def _object(body: bytes, server: str) -> Mapping[str, Any]:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _garbled(server) from error
    if not isinstance(fields, dict):
        raise _garbled(server)
    return fields


def _garbled(server: str) -> DamagedError:
    return DamagedError(say("What the server {server} sent cannot be read.", server=server))
