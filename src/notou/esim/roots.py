"""Root certificates of eSIM servers: those that come with Notou, and others, kept in a folder.

Operators' servers are certified by roots that the GSMA appointed, not by those of web sites. The two it lists
come with Notou as package data; a person adds others. Those that are known are recognised by their key's
identifier, which is the SHA-1 of the key, so that no other key can take its name.
What may not enter: connections (notou.esim.es9).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from notou.disk.atomic import write_new
from notou.disk.private import make_private
from notou.disk.regular import regular_files
from notou.errors import DamagedError, NotFoundError, UsageError
from notou.sentence import Sentence, say
from notou.shown import shown
from notou.words.system import system_reason

MOST_FILE_BYTES = 1 << 20
_MOST_ROOTS = 64

KNOWN_ROOTS = {
    "81370f5125d0b1d408d4c3b232e6d25e795bebfb": "GSM Association - RSP2 Root CI1",
    "4c27967ad20c14b391e9601e41e604ad57c0222f": "OISTE GSMA CI G1",
}
"""Roots for real operators, by key identifier: chips list these, and public lists name them so."""

TEST_ROOTS = frozenset(
    {
        "f54172bdf98a95d65cbeb88a38a1c11d800a85c3",
        "c0bc70ba36929d43b467ff57570530e57ab8fcd8",
        "34eecf13156518d48d30bdf06853404d115f955d",
        "2209f61cd9ec5c9c854e787341ff83ecf9776a5b",
    }
)
"""Roots of SGP.26's test certificates, whose private keys everybody can download."""


@dataclass(frozen=True, slots=True)
class Root:
    """One root certificate."""

    certificate: x509.Certificate

    @property
    def key_id(self) -> str:
        """SHA-1 of the key, as chips list the roots they trust."""
        return x509.SubjectKeyIdentifier.from_public_key(self.certificate.public_key()).digest.hex()

    @property
    def known_as(self) -> str:
        """The name of a root that is known, else ""."""
        return KNOWN_ROOTS.get(self.key_id, "")

    @property
    def is_for_tests(self) -> bool:
        """Whether anybody at all can make certificates under it."""
        return self.key_id in TEST_ROOTS

    @property
    def subject(self) -> str:
        """Who it says it is."""
        return self.certificate.subject.rfc4514_string()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def valid_until(self) -> datetime:
        """When it ends."""
        return self.certificate.not_valid_after_utc.astimezone(UTC)

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate as text."""
        return self.certificate.public_bytes(Encoding.PEM)


def shipped_roots() -> tuple[Root, ...]:
    """The roots that come with Notou, by name of their files (docs/decisions/0022)."""
    folder = resources.files(__package__) / "ci_roots"
    files = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".pem")), key=lambda each: each.name
    )
    return tuple(Root(x509.load_pem_x509_certificate(each.read_bytes())) for each in files)


def read_roots(path: str) -> tuple[Root, ...]:
    """The root certificates of a file, PEM or DER. UsageError when it holds anything else."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(
            say("The file {path} cannot be read: {reason}.", path=path, reason=system_reason(error))
        ) from error
    roots = tuple(map(Root, _certificates(data, path)))
    for root in roots:
        _require_root(root, path)
    return roots


def _certificates(data: bytes, path: str) -> list[x509.Certificate]:
    try:
        if b"-----BEGIN" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except Exception as error:  # cryptography's errors have several roots
        raise UsageError(say("The file {path} holds no certificate.", path=path)) from error
    if len(found) > _MOST_ROOTS:
        raise UsageError(
            say(
                "The file {path} holds the roots of web sites or the like; name one of the GSMA's.", path=path
            )
        )
    return found


def _require_root(root: Root, path: str) -> None:
    try:
        root.certificate.verify_directly_issued_by(root.certificate)
        is_authority = root.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except Exception as error:  # cryptography's errors have several roots
        raise UsageError(_no_root(path)) from error
    if not is_authority:
        raise UsageError(_no_root(path))


def _no_root(path: str) -> Sentence:
    return say(
        "The file {path} holds a certificate that is no root: it is not one that signs itself.", path=path
    )


def add_root(folder: bytes, root: Root) -> None:
    """Keep a root; the same one twice is kept once. OSError as the system gives it."""
    make_private(folder)
    path = os.path.join(folder, _name(root))
    if not os.path.exists(path):
        write_new(path, root.pem)


def kept_roots(folder: bytes) -> tuple[Root, ...]:
    """The roots of the folder, by name; none where there is no folder. DamagedError for a spoilt file."""
    paths = sorted(entry.path for entry in regular_files(folder) if entry.name.endswith(b".pem"))
    found: list[Root] = []
    for path in paths:
        try:
            found.extend(read_roots(os.fsdecode(path)))
        except UsageError as error:
            raise DamagedError(
                say("The root certificate {path} is damaged; remove it and add it again.", path=shown(path))
            ) from error
    return tuple(found)


def remove_root(folder: bytes, beginning: str) -> Root:
    """Forget the root whose key identifier begins so. NotFoundError when it is not just one."""
    found = [root for root in kept_roots(folder) if root.key_id.startswith(beginning.lower())]
    if len(found) != 1 or not beginning:
        raise NotFoundError(
            say("There is no single root whose identifier begins with {beginning}.", beginning=beginning)
        )
    os.unlink(os.path.join(folder, _name(found[0])))
    return found[0]


def _name(root: Root) -> bytes:
    return root.fingerprint.encode() + b".pem"
