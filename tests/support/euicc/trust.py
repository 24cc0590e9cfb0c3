"""Which server the chip believes: certificates checked against the CI keys it holds (SGP.22 4.5.2.2).

A chip has no clock, so that the validity in time is not among the checks.
What may not enter: signatures over anything but certificates.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.euicc.chip import Chip, key_id
from tests.support.rsp.certificates import Role


class UntrustedError(Exception):
    """The certificate is not one that this CI issued for a server."""


class RoleError(Exception):
    """The certificate is sound, and for another role."""


def root_of(chip: Chip, wanted: bytes) -> x509.Certificate | None:
    """Return the CI certificate with this key identifier, if the chip holds it."""
    return next((root for root in chip.roots if key_id(root) == wanted), None)


def server_certificate(der: bytes, root: x509.Certificate, roles: tuple[Role, ...]) -> x509.Certificate:
    """Return the certificate, issued by this root for one of these roles; raises if it is not."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.verify_directly_issued_by(root)
        _check_form(certificate)
        found = policies(certificate)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound) as fault:
        raise UntrustedError from fault
    if not found & {role.oid for role in roles}:
        raise RoleError
    return certificate


def _check_form(certificate: x509.Certificate) -> None:
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UntrustedError
    if not usage.digital_signature or usage.key_cert_sign:
        raise UntrustedError
    server_oid(certificate)


def policies(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    """Return the policies, among which is the role."""
    found = certificate.extensions.get_extension_for_class(x509.CertificatePolicies)
    return {policy.policy_identifier for policy in found.value}


def server_oid(certificate: x509.Certificate) -> str:
    """Return the server's own OID, its registered identifier."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    registered = found.value.get_values_for_type(x509.RegisteredID)
    if len(registered) != 1:
        raise UntrustedError
    return registered[0].dotted_string
