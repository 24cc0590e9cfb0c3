"""The doubles over real HTTPS on loopback, with lines that break on demand (SGP.22 6.5).

What may not enter: what a function answers.
"""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from tests.support.rsp.certificates import Identity, World
from tests.support.smdp.authentication import Json
from tests.support.smdp.es9plus import SmDp
from tests.support.smdp.smds import SmDs
from tests.support.smdp.status import StatusError, failed, succeeded

PATH = "/gsma/rsp2/es9plus/"
_LONGEST_REQUEST = 1 << 20
Answering = Callable[[Json], Json | None]


@dataclass
class Faults:
    """What goes wrong on the way. Requests are counted from 1, over the life of the server."""

    cut_before: int | None = None  # the line ends before this request is looked at
    cut_after: int | None = None  # this request is carried out, and the line ends before the answer
    alter: Callable[[str, Json], Json] = lambda function, answer: answer
    replace: Callable[[str, bytes], bytes] = lambda function, body: body  # the bytes of an answer
    http_status: int | None = None  # answered instead of 200
    hints: bytes = b""  # sent without end, in place of an answer


@dataclass
class Site:
    """One server as it runs: where, what it was asked, what goes wrong there."""

    address: str
    faults: Faults = field(default_factory=Faults)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    refused: list[StatusError] = field(default_factory=list)
    functions: Mapping[str, Answering] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)  # one request at a time

    def answered(self, function: str, request: Json) -> Json | None:
        """Answer a function, with the header that tells how it went."""
        try:
            with self.lock:
                answer = self.functions[function](request)
        except StatusError as error:
            self.refused.append(error)
            return {"header": failed(error)}
        except ValueError:
            malformed = StatusError("8.8", "2.1", "The request is malformed.")
            self.refused.append(malformed)
            return {"header": failed(malformed)}
        return None if answer is None else {"header": succeeded()} | self.faults.alter(function, answer)


class _Handler(BaseHTTPRequestHandler):
    site: ClassVar[Site]
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True  # head and body are written apart

    def do_POST(self) -> None:  # the name that http.server calls
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _LONGEST_REQUEST))
        function = self.path.removeprefix(PATH)
        if not self._is_proper():
            self._send(400, b"")
            return
        if function not in self.site.functions:
            self._send(404, b"")
            return
        self._carry(function, json.loads(body))

    def _carry(self, function: str, request: Json) -> None:
        site, faults = self.site, self.site.faults
        site.asked.append((function, request))
        if len(site.asked) == faults.cut_before:
            self._cut()
            return
        answer = site.answered(function, request)
        if len(site.asked) == faults.cut_after:
            self._cut()
            return
        body = b"" if answer is None else faults.replace(function, json.dumps(answer).encode())
        self._send(faults.http_status or (200 if body else 204), body)

    def _is_proper(self) -> bool:
        """Whether the headers are those that SGP.22 6.5.1.3 asks for."""
        return (
            self.headers.get("User-Agent", "").startswith("gsma-rsp-lpa")
            and self.headers.get("X-Admin-Protocol", "").startswith("gsma/rsp/v2.")
            and self.headers.get("Content-Type", "").startswith("application/json")
        )

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, body: bytes) -> None:
        while self.site.faults.hints:  # until the line breaks
            self.wfile.write(self.site.faults.hints)
        self.send_response(status)
        self.send_header("X-Admin-Protocol", "gsma/rsp/v2.2.2")
        if body:
            self.send_header("Content-Type", "application/json;charset=UTF-8")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Say nothing: a test reads what was asked from the site."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of lines that broke: some are meant to, and clients refuse certificates."""


@contextmanager
def _site(identity: Identity, host: str) -> Iterator[Site]:
    site = Site("")
    handler = type("Handler", (_Handler,), {"site": site})
    with _Server(("127.0.0.1", 0), handler) as server:
        context = _tls(identity)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        site.address = f"{host}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


def _tls(identity: Identity) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as folder:  # ssl reads keys from files only
        chain = Path(folder) / "server.pem"
        chain.write_bytes(identity.key_pem + identity.pem)
        context.load_cert_chain(chain)
    return context


@dataclass
class DpSite:
    """A running SM-DP+."""

    site: Site
    dp: SmDp

    @property
    def address(self) -> str:
        return self.site.address


@dataclass
class DsSite:
    """A running SM-DS."""

    site: Site
    ds: SmDs

    @property
    def address(self) -> str:
        return self.site.address


@contextmanager
def serving_dp(world: World, host: str = "localhost", tls: Identity | None = None) -> Iterator[DpSite]:
    """Run an SM-DP+ without orders; its certificate for TLS may be another than the world's."""
    with _site(tls or world.dp_tls, host) as site:
        dp = SmDp(world, site.address)
        site.functions = dp.functions
        yield DpSite(site, dp)


@contextmanager
def serving_ds(world: World, host: str = "localhost", tls: Identity | None = None) -> Iterator[DsSite]:
    """Run an SM-DS without event records."""
    with _site(tls or world.ds_tls, host) as site:
        ds = SmDs(world, site.address)
        site.functions = ds.functions
        yield DsSite(site, ds)
