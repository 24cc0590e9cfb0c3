"""A catalogue of dishonest servers: what each changes in a download, and at which stage it must be refused.

Each entry changes one thing and leaves all else sound, so that a check that is missing shows.
What may not enter: honest behaviour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from tests.support.euicc.metadata import Offer
from tests.support.rsp.certificates import DS_OID, Identity, Role, World, make_world, server
from tests.support.rsp.der import read, tlv
from tests.support.smdp.authentication import Json, decoded, encoded
from tests.support.smdp.package import Binding, sample_elements
from tests.support.smdp.server import DpSite


class Stage(Enum):
    """Who must refuse, and when."""

    CHIP_AUTHENTICATES = "AuthenticateServer"
    CHIP_PREPARES = "PrepareDownload"
    CHIP_INSTALLS = "LoadBoundProfilePackage"
    LPA_INITIATES = "the LPA, before AuthenticateServer"
    LPA_PREPARES = "the LPA, before PrepareDownload"
    LPA_LOADS = "the LPA, before LoadBoundProfilePackage"


@dataclass(frozen=True)
class Forger:
    """What a dishonest server has at hand when it changes an answer."""

    world: World
    asked: Json  # the request that is answered

    def signed1(self, answer: Json, signed: bytes, signer: Identity) -> Json:
        """Sign the server's part of the authentication anew."""
        return answer | {
            "serverSigned1": encoded(signed),
            "serverSignature1": encoded(signer.sign(signed)),
            "serverCertificate": encoded(signer.der),
        }

    def signed2(self, answer: Json, signed: bytes, signer: Identity) -> Json:
        """Sign the server's part of the preparation anew."""
        shown = read(decoded(self.asked, "authenticateServerResponse")).need(0xA0)
        signature1 = shown.need(0x5F37).raw
        return answer | {
            "smdpSigned2": encoded(signed),
            "smdpSignature2": encoded(signer.sign(signed + signature1)),
            "smdpCertificate": encoded(signer.der),
        }


Change = Callable[[Forger, Json], Json]


@dataclass(frozen=True)
class Tampering:
    """One dishonest server. ``code`` is the chip's error, or the command and reason of its result."""

    name: str
    stage: Stage
    code: int | tuple[int, int] | None = None
    function: str = ""
    change: Change | None = None
    forge: Callable[[Binding], Binding] | None = None

    def carried_out_by(self, site: DpSite) -> None:
        """Make this server dishonest from now on."""
        if self.change is not None:
            site.site.faults.alter = lambda function, answer: self._altered(site, function, answer)
        if self.forge is not None:
            site.dp.forge = self.forge

    def _altered(self, site: DpSite, function: str, answer: Json) -> Json:
        if function != self.function or self.change is None:
            return answer
        return self.change(Forger(site.dp.world, site.site.asked[-1][1]), answer)


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _bytes_of(field: str, change: Callable[[bytes], bytes]) -> Change:
    return lambda forger, answer: answer | {field: encoded(change(decoded(answer, field)))}


def _value_of(field: str, value: Any) -> Change:
    return lambda forger, answer: answer | {field: value}


def _without(field: str) -> Change:
    return lambda forger, answer: {name: value for name, value in answer.items() if name != field}


def _with_child(data: bytes, tag: int, value: bytes) -> bytes:
    """Return a data object, one of whose children has another value."""
    whole = read(data)
    return tlv(whole.tag, *(tlv(tag, value) if child.tag == tag else child.raw for child in whole.children()))


def _signed1_with(tag: int, value: bytes) -> Change:
    def change(forger: Forger, answer: Json) -> Json:
        signed = _with_child(decoded(answer, "serverSigned1"), tag, value)
        return forger.signed1(answer, signed, forger.world.dp_auth)

    return change


def _signed1_by(signer: Callable[[World], Identity]) -> Change:
    return lambda forger, answer: forger.signed1(
        answer, decoded(answer, "serverSigned1"), signer(forger.world)
    )


def _signed2_with(tag: int, value: bytes) -> Change:
    def change(forger: Forger, answer: Json) -> Json:
        signed = _with_child(decoded(answer, "smdpSigned2"), tag, value)
        return forger.signed2(answer, signed, forger.world.dp_pb)

    return change


def _signed2_by(signer: Callable[[World], Identity]) -> Change:
    return lambda forger, answer: forger.signed2(answer, decoded(answer, "smdpSigned2"), signer(forger.world))


def _package(change: Callable[[dict[int, list[bytes]]], None]) -> Change:
    """Change the segments of a package by part (A0 to A3), lengths put right."""

    def changed(data: bytes) -> bytes:
        first, *parts = read(data).children()
        segments = {part.tag: [item.raw for item in part.children()] for part in parts}
        change(segments)
        return tlv(0xBF36, first.raw, *(tlv(tag, *items) for tag, items in segments.items()))

    return _bytes_of("boundProfilePackage", changed)


def _segment(part: int, at: int) -> Change:
    def change(segments: dict[int, list[bytes]]) -> None:
        segments[part][at] = _flipped(segments[part][at])

    return _package(change)


def _swap(segments: dict[int, list[bytes]]) -> None:
    items = segments[0xA3]
    items[0], items[1] = items[1], items[0]


def _drop(segments: dict[int, list[bytes]], at: int) -> None:
    del segments[0xA3][at]


def _drop_metadata(segments: dict[int, list[bytes]]) -> None:
    del segments[0xA1]


def _renamed(metadata: bytes) -> bytes:
    return _with_child(metadata, 0x92, b"Another plan")


def _asking_for_a_code(signed: bytes) -> bytes:
    return _with_child(signed, 0x01, b"\xff")


def _cut(package: bytes) -> bytes:
    return package[:-9]


def _other_server(world: World) -> Identity:
    return server(world.ci, Role.DP_PB, DS_OID)


def _other_profile() -> bytes:
    return sample_elements("8968701000000000027", 3000)


def _foreign(role: Callable[[World], Identity]) -> Callable[[World], Identity]:
    """Return a server of another world, whose CI has the same name and another key."""
    return lambda world: role(make_world())


def _at_opening(name: str, code: int, change: Change) -> Tampering:
    return Tampering(name, Stage.CHIP_AUTHENTICATES, code, _OPEN, change)


def _at_agreement(name: str, code: int, change: Change) -> Tampering:
    return Tampering(name, Stage.CHIP_PREPARES, code, _AGREE, change)


def _in_transit(name: str, code: tuple[int, int], change: Change) -> Tampering:
    return Tampering(name, Stage.CHIP_INSTALLS, code, _FETCH, change)


def _forged(name: str, code: tuple[int, int], forge: Callable[[Binding], Binding]) -> Tampering:
    return Tampering(name, Stage.CHIP_INSTALLS, code, forge=forge)


def _for_the_lpa(name: str, stage: Stage, function: str, change: Change) -> Tampering:
    return Tampering(name, stage, None, function, change)


_OPEN, _AGREE, _FETCH = "initiateAuthentication", "authenticateClient", "getBoundProfilePackage"
_OTHER = bytes(range(16))

AUTHENTICATION = (
    _at_opening("its signature is wrong", 2, _bytes_of("serverSignature1", _flipped)),
    _at_opening("what it signed is changed", 2, _bytes_of("serverSigned1", _flipped)),
    _at_opening("another CI's server", 1, _signed1_by(_foreign(lambda world: world.dp_auth))),
    _at_opening("its certificate is empty", 1, _bytes_of("serverCertificate", lambda der: tlv(0x30))),
    _at_opening("its certificate is for packages", 5, _signed1_by(lambda world: world.dp_pb)),
    _at_opening("an old challenge", 6, _signed1_with(0x81, _OTHER)),
    _at_opening("a CI unknown", 7, _bytes_of("euiccCiPKIdToBeUsed", lambda key: tlv(0x04, bytes(20)))),
)
PREPARATION = (
    _at_agreement("its second signature is wrong", 2, _bytes_of("smdpSignature2", _flipped)),
    _at_agreement("the code is asked for after all", 2, _bytes_of("smdpSigned2", _asking_for_a_code)),
    _at_agreement("a package by no packager", 1, _signed2_by(lambda world: world.dp_auth)),
    _at_agreement("a package by another server", 1, _signed2_by(_other_server)),
    _at_agreement("another CI's packager", 1, _signed2_by(_foreign(lambda world: world.dp_pb))),
    _at_agreement("another session", 5, _signed2_with(0x80, _OTHER)),
)
TRANSIT = (
    _in_transit("configuration changed", (1, 8), _segment(0xA0, 0)),
    _in_transit("metadata changed on the way", (2, 8), _segment(0xA1, 0)),
    _in_transit("profile keys changed", (4, 8), _segment(0xA2, 0)),
    _in_transit("the first segment changed", (5, 8), _segment(0xA3, 0)),
    _in_transit("the last segment changed", (5, 8), _segment(0xA3, -1)),
    _in_transit("two segments swapped", (5, 8), _package(_swap)),
    _in_transit("the first segment left out", (5, 8), _package(lambda parts: _drop(parts, 0))),
    _in_transit("the last segment left out", (5, 12), _package(lambda parts: _drop(parts, -1))),
    _in_transit("metadata left out", (2, 7), _package(_drop_metadata)),
)
FORGERIES = (
    _forged("bound to another key", (0, 2), lambda made: replace(made, signed_point=bytes(65))),
    _forged("bound by another server", (0, 2), lambda made: replace(made, signer=make_world().dp_pb)),
    _forged("bound to another session", (0, 3), lambda made: replace(made, transaction=_OTHER)),
    _forged("keys of another kind", (0, 4), lambda made: replace(made, key_type=0x80)),
    _forged("another operation", (0, 5), lambda made: replace(made, operation=2)),
    _forged("bound to another chip", (1, 8), lambda made: replace(made, eid="89" * 16)),
    _forged("a name too long", (2, 1), lambda made: replace(made, metadata=Offer(name="x" * 65).encoded())),
    _forged("another profile inside", (5, 13), lambda made: replace(made, elements=_other_profile())),
    _forged("no profile inside", (5, 12), lambda made: replace(made, elements=bytes(3000))),
)
FOR_THE_LPA = (
    _for_the_lpa("another address", Stage.LPA_INITIATES, _OPEN, _signed1_with(0x83, b"dp.example")),
    _for_the_lpa("another transaction", Stage.LPA_INITIATES, _OPEN, _value_of("transactionId", "00" * 16)),
    _for_the_lpa("a field missing", Stage.LPA_INITIATES, _OPEN, _without("serverSignature1")),
    _for_the_lpa("a field no text", Stage.LPA_INITIATES, _OPEN, _value_of("serverSigned1", 7)),
    _for_the_lpa("a field no base64", Stage.LPA_INITIATES, _OPEN, _value_of("serverSigned1", "é*")),
    _for_the_lpa("no terms", Stage.LPA_PREPARES, _AGREE, _without("smdpSigned2")),
    _for_the_lpa("another's terms", Stage.LPA_PREPARES, _AGREE, _value_of("transactionId", "00" * 16)),
    _for_the_lpa("another plan shown", Stage.LPA_LOADS, _AGREE, _bytes_of("profileMetadata", _renamed)),
    _for_the_lpa("a package cut", Stage.LPA_LOADS, _FETCH, _bytes_of("boundProfilePackage", _cut)),
    _for_the_lpa("no package", Stage.LPA_LOADS, _FETCH, _value_of("boundProfilePackage", "")),
)
BY_THE_CHIP = (*AUTHENTICATION, *PREPARATION, *TRANSIT, *FORGERIES)
