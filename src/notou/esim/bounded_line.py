"""Lines to servers that end when a call's time is over, whatever a server sends meanwhile and however slowly.

Timeouts of single reads do not bound a call: a server may go on sending one header, or early hints, for ever.
What may not enter: whom to trust, what is sent.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

LeftSeconds = Callable[[], float]
"""How much of the call's time is left, in seconds; raises when none is."""


class BoundedLines(httpcore.NetworkBackend):
    """Opens lines, no step of which takes longer than what is left."""

    def __init__(self, inner: httpcore.NetworkBackend, left_s: LeftSeconds) -> None:
        self._inner, self._left_s = inner, left_s

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """See httpcore."""
        bounded_s = _bounded(timeout, self._left_s)
        line = self._inner.connect_tcp(host, port, bounded_s, local_address, socket_options)
        return _BoundedLine(line, self._left_s)


class _BoundedLine(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, left_s: LeftSeconds) -> None:
        self._inner, self._left_s = inner, left_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _bounded(timeout, self._left_s))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _bounded(timeout, self._left_s))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        bounded_s = _bounded(timeout, self._left_s)
        return _BoundedLine(self._inner.start_tls(ssl_context, server_hostname, bounded_s), self._left_s)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _bounded(timeout_s: float | None, left_s: LeftSeconds) -> float:
    left = left_s()
    return left if timeout_s is None else min(timeout_s, left)
