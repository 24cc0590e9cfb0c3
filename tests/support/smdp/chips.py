"""Whether a chip is what it says: its certificates up to the CI, with the time, and its signatures (5.6.3).

What may not enter: orders.
"""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from tests.support.rsp.certificates import Role
from tests.support.rsp.signing import BadSignatureError, verify
from tests.support.smdp.status import StatusError

_SIGNATURE_WRONG = StatusError("8.1", "6.1", "The eUICC's signature or challenge is wrong.")


def checked_chip(euicc: bytes, eum: bytes, ci: x509.Certificate, now: dt.datetime) -> x509.Certificate:
    """Return CERT.EUICC once it and its maker's certificate are found sound."""
    maker = _checked("8.1.2", eum, ci, Role.EUM, now)
    chip = _checked("8.1.3", euicc, maker, Role.EUICC, now)
    if not _is_within(maker, chip):
        raise StatusError("8.1.3", "6.1", "The eUICC is outside of what its maker may sign.")
    return chip


def _checked(
    subject: str, der: bytes, issuer: x509.Certificate, role: Role, now: dt.datetime
) -> x509.Certificate:
    try:
        found = x509.load_der_x509_certificate(der)
        found.verify_directly_issued_by(issuer)
        policies = found.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound) as fault:
        raise StatusError(subject, "6.1", "The certificate is not valid.") from fault
    if role.oid not in {policy.policy_identifier for policy in policies}:
        raise StatusError(subject, "6.1", "The certificate is for another role.")
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise StatusError(subject, "6.3", "The certificate has expired.")
    return found


def _is_within(maker: x509.Certificate, chip: x509.Certificate) -> bool:
    """Whether organisation and EID are as the maker's name constraints say (SGP.22 4.5.2.1.0.3)."""
    constraints = maker.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = [
        name.value for name in constraints.permitted_subtrees or [] if isinstance(name, x509.DirectoryName)
    ]
    return any(
        _attribute(name, NameOID.ORGANIZATION_NAME) == _attribute(chip.subject, NameOID.ORGANIZATION_NAME)
        and eid_of(chip).startswith(_attribute(name, NameOID.SERIAL_NUMBER))
        for name in permitted
    )


def eid_of(chip: x509.Certificate) -> str:
    """Return the EID, which is the serial number of the subject."""
    return _attribute(chip.subject, NameOID.SERIAL_NUMBER)


def _attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return str(name.get_attributes_for_oid(oid)[0].value)


def check_signature(chip: x509.Certificate, signature: bytes, data: bytes) -> None:
    """Hold a chip's signature against what it signed."""
    try:
        verify(chip.public_key(), signature, data)
    except BadSignatureError as fault:
        raise _SIGNATURE_WRONG from fault


def check_equal(left: bytes, right: bytes) -> None:
    """Refuse the chip unless it signed what it was sent."""
    if left != right:
        raise _SIGNATURE_WRONG
