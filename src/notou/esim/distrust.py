"""Why a server is not trusted, said so that a person knows what to do about it.

To name the root that is missing, the server's certificate is looked at once more without being believed:
nothing is sent, nothing that it says is used but to be told. What may not enter: calls to servers.
"""

from __future__ import annotations

import socket
import ssl

from cryptography import x509

from notou.errors import ServerError
from notou.esim.roots import KNOWN_ROOTS, TEST_ROOTS
from notou.sentence import say

_LOOK_TIMEOUT_S = 20.0
_EXPIRED, _NOT_YET_VALID, _OTHER_NAME, _OTHER_ADDRESS = 10, 9, 62, 64  # X509_V_ERR_…
_NO_ROOT = (2, 18, 19, 20, 21, 27)
_MOST_NAME_CHARS = 200


def tls_fault(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """The refused certificate that made a connection fail, None where it failed for another reason."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ssl.SSLCertVerificationError):
        seen = seen.__cause__ or seen.__context__
    return seen


def distrust(fault: ssl.SSLCertVerificationError, server: str, host: str, port: int) -> ServerError:
    """The error for a certificate that was refused."""
    if fault.verify_code in (_OTHER_NAME, _OTHER_ADDRESS):
        return ServerError(
            say("The certificate of {server} is another server's; nothing was sent.", server=server)
        )
    if fault.verify_code in (_EXPIRED, _NOT_YET_VALID):
        return ServerError(
            say("The certificate of {server} is not valid today; see that this machine's clock is right.",
                server=server)
        )  # fmt: skip
    if fault.verify_code in _NO_ROOT:
        return _unknown_root(server, host, port)
    return ServerError(say("The certificate of {server} does not hold; nothing was sent.", server=server))


def _unknown_root(server: str, host: str, port: int) -> ServerError:
    issuer, key_id = _issuer(host, port)
    if key_id in TEST_ROOTS:
        return ServerError(
            say("The certificate of {server} is one for tests, which anybody can make; nothing was sent.",
                server=server)
        )  # fmt: skip
    return ServerError(
        say(
            "No root is trusted that stands behind {server}: its certificate comes from “{issuer}” (key "
            "{key_id}). Get that root's certificate from the GSMA, or from whoever sold the chip, and add it "
            "with 'notou esim chip roots add FILE'. Nothing was sent.",
            server=server, issuer=KNOWN_ROOTS.get(key_id, issuer), key_id=key_id or "?",
        )
    )  # fmt: skip


def _issuer(host: str, port: int) -> tuple[str, str]:
    """(name, key identifier) of who issued the server's certificate, as it says; "" where it does not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), _LOOK_TIMEOUT_S) as plain,
            context.wrap_socket(plain, server_hostname=host) as line,
        ):
            data = line.getpeercert(binary_form=True) or b""
    except OSError:
        return "", ""
    return _issuer_in(data)


def _issuer_in(data: bytes) -> tuple[str, str]:
    """As _issuer, of a certificate's bytes, which may be anything."""
    name = ""
    try:
        certificate = x509.load_der_x509_certificate(data)
        name = certificate.issuer.rfc4514_string()[:_MOST_NAME_CHARS]
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    except Exception:  # noqa: BLE001 - cryptography's errors have several roots
        return name, ""
    return name, (found.key_identifier or b"").hex()
