"""The certificates of a test world: one CI, a maker of chips and its chips, servers; keys made at test time.

Profiles of the certificates: SGP.22 section 4.5.2. No key here ever leaves the test run.
What may not enter: checking a certificate, which each party does by itself.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from tests.support.rsp import signing

TEST_EID = "89044045930000000000001492667803"
EUM_IIN = "89044045"
EUM_ORGANISATION = "Notou Test EUM"
DP_OID, DS_OID, CI_OID, EUM_OID = "2.999.10", "2.999.15", "2.999.1", "2.999.5"
_BEGIN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_END = dt.datetime(2050, 1, 1, tzinfo=dt.UTC)
EXPIRED = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)


class Role(IntEnum):
    """The last arc of id-rspRole, 2.23.146.1.2.1 (SGP.22 annex H)."""

    CI, EUICC, EUM, DP_TLS, DP_AUTH, DP_PB, DS_TLS, DS_AUTH = range(8)

    @property
    def oid(self) -> x509.ObjectIdentifier:
        return x509.ObjectIdentifier(f"2.23.146.1.2.1.{int(self)}")


@dataclass(frozen=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def key_id(self) -> bytes:
        found = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return found.value.digest

    def sign(self, data: bytes) -> bytes:
        """Return the signature as the data object 5F37."""
        return signing.sign(self.key, data)


@dataclass(frozen=True)
class World:
    """Everyone under one CI."""

    ci: Identity
    eum: Identity
    dp_auth: Identity
    dp_pb: Identity
    dp_tls: Identity
    ds_auth: Identity
    ds_tls: Identity

    def euicc(self, eid: str = TEST_EID, until: dt.datetime = _END) -> Identity:
        """Return the identity of the chip with this EID, signed by its maker."""
        subject = _name("Notou test eUICC", EUM_ORGANISATION, eid)
        return _issue(self.eum, subject, _end_entity(Role.EUICC), until)


def make_world(hosts: Sequence[str] = ("localhost", "127.0.0.1"), tls_until: dt.datetime = _END) -> World:
    """Make a CI and everyone under it; the servers' TLS certificates are for these names and addresses."""
    ci = _root()
    return World(
        ci=ci,
        eum=_eum(ci),
        dp_auth=server(ci, Role.DP_AUTH, DP_OID),
        dp_pb=server(ci, Role.DP_PB, DP_OID),
        dp_tls=tls_server(ci, Role.DP_TLS, DP_OID, hosts, tls_until),
        ds_auth=server(ci, Role.DS_AUTH, DS_OID),
        ds_tls=tls_server(ci, Role.DS_TLS, DS_OID, hosts, tls_until),
    )


def server(issuer: Identity, role: Role, oid: str) -> Identity:
    """Return the identity by which a server signs, in one role."""
    alternative = x509.SubjectAlternativeName([_registered(oid)])
    return _issue(issuer, _name(f"test {role.name}"), [*_end_entity(role), (alternative, False)])


def tls_server(
    issuer: Identity, role: Role, oid: str, hosts: Sequence[str], until: dt.datetime = _END
) -> Identity:
    """Return the identity by which a server answers TLS for these names and addresses."""
    names = x509.SubjectAlternativeName([*(_host(host) for host in hosts), _registered(oid)])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    return _issue(issuer, _name(hosts[0]), [*_end_entity(role), (names, False), (usage, True)], until)


def with_odd_names(issuer: Identity) -> Identity:
    """Return a server's identity with an alternative name of a kind hardly ever seen (x400Address)."""
    odd = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, bytes.fromhex("3005a303020100"))
    return _issue(issuer, _name("localhost"), [*_end_entity(Role.DP_TLS), (odd, False)])


def _root() -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Notou Test CI", "Notou tests")
    return _issue(None, name, _authority(Role.CI, CI_OID, None), key=key)


def _eum(ci: Identity) -> Identity:
    permitted = [x509.DirectoryName(_name(None, EUM_ORGANISATION, EUM_IIN))]
    constraint = x509.NameConstraints(permitted, None)
    extensions = [*_authority(Role.EUM, EUM_OID, 0), (constraint, True)]
    return _issue(ci, _name("Notou Test EUM", EUM_ORGANISATION), extensions)


_Extensions = list[tuple[x509.ExtensionType, bool]]


def _authority(role: Role, oid: str, path_length: int | None) -> _Extensions:
    return [
        (_usage(signs_certificates=True), True),
        (_policy(role), True),
        (x509.SubjectAlternativeName([_registered(oid)]), False),
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
    ]


def _end_entity(role: Role) -> _Extensions:
    return [(_usage(signs_certificates=False), True), (_policy(role), True)]


def _policy(role: Role) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(role.oid, None)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _registered(oid: str) -> x509.RegisteredID:
    return x509.RegisteredID(x509.ObjectIdentifier(oid))


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _name(common: str | None, organisation: str | None = None, serial: str | None = None) -> x509.Name:
    parts = (
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.SERIAL_NUMBER, serial),
        (NameOID.COMMON_NAME, common),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value is not None])


def _issue(
    issuer: Identity | None,
    subject: x509.Name,
    extensions: _Extensions,
    until: dt.datetime = _END,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> Identity:
    key = key or ec.generate_private_key(ec.SECP256R1())
    issuing_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGIN)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key()), critical=False
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Identity(builder.sign(issuing_key, hashes.SHA256()), key)
