"""Messages to and from chips and servers: any input is a record or a typed error."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.errors import (
    ChipRefusedError,
    DamagedError,
    LimitError,
    NotouError,
    ServerRefusedError,
    UsageError,
)
from notou.esim.lpa.choosing import choose_profile
from notou.esim.sgp22 import authentication, chip, download, es9, notifications, profiles, tags
from notou.esim.sgp22.iccid import iccid_bytes, iccid_text, operator_text
from notou.esim.sgp22.metadata import parse_metadata
from notou.esim.sgp22.results import refusal
from notou.esim.sgp22.server_codes import server_sentence
from notou.esim.sgp22.store_data import BLOCK_BYTES, store_data
from notou.esim.tlv import encode, encode_integer
from tests.support.wires import AnsweringWire

FROM_CHIP: tuple[Callable[[bytes], object], ...] = (
    profiles.parse_list, chip.parse_eid, chip.parse_addresses, chip.parse_challenge, chip.parse_info,
    chip.parse_rule_grants, notifications.parse_notifications,
    notifications.parse_retrieved, notifications.parse_sent, authentication.parse_signed,
    authentication.require_authenticated, authentication.server_oids, download.parse_signed,
    download.require_prepared, download.parse_package, download.require_installed,
    download.require_cancelled, parse_metadata,
)  # fmt: skip
FUNCTIONS = (
    tags.PROFILE_INFO_LIST, tags.GET_EUICC_DATA, tags.EUICC_CONFIGURED_ADDRESSES, tags.EUICC_INFO_2,
    tags.GET_RAT, tags.LIST_NOTIFICATION, tags.RETRIEVE_NOTIFICATIONS_LIST, tags.AUTHENTICATE_SERVER,
    tags.PREPARE_DOWNLOAD, tags.BOUND_PROFILE_PACKAGE, tags.PROFILE_INSTALLATION_RESULT,
    tags.CANCEL_SESSION, tags.STORE_METADATA, tags.SEQUENCE,
)  # fmt: skip

TAGS = st.sampled_from(
    sorted({value for value in vars(tags).values() if isinstance(value, int)} | {0x80, 0x81})
)
LEAVES = st.builds(lambda tag, value: encode(tag, value), TAGS, st.binary(max_size=20))
TREES = st.recursive(
    LEAVES, lambda inner: st.builds(lambda tag, parts: encode(tag, *parts), TAGS, st.lists(inner, max_size=4))
)


@given(st.sampled_from(FUNCTIONS), st.lists(TREES | st.binary(max_size=30), max_size=4))
def test_any_answer_is_a_record_or_a_typed_error(function: int, parts: list[bytes]) -> None:
    for parser in FROM_CHIP:
        for data in (encode(function, *parts), b"".join(parts)):
            try:
                parser(data)
            except NotouError:
                continue


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
)
NAMES = (
    "transactionId", "serverSigned1", "serverSignature1", "euiccCiPKIdToBeUsed", "serverCertificate",
    "profileMetadata", "smdpSigned2", "smdpSignature2", "smdpCertificate", "boundProfilePackage",
    "eventEntries", "header",
)  # fmt: skip
DONE = {"functionExecutionStatus": {"status": "Executed-Success"}}


@given(st.dictionaries(st.sampled_from(NAMES), JSON), st.booleans())
def test_any_reply_is_a_record_or_a_typed_error(fields: dict[str, Any], done: bool) -> None:
    reply = {**fields, "header": DONE} if done else fields
    with suppress(NotouError):
        es9.parse_initiated(reply)
    for parser in (es9.parse_offer, es9.parse_events, es9.parse_package_fields):
        try:
            parser(reply, b"\x01")
        except NotouError:
            continue


def test_what_a_server_says_of_its_refusal_never_gets_into_the_sentence_but_its_codes() -> None:
    data = {"subjectCode": "8.2.6", "reasonCode": "\x1b[31m", "message": "Call +1 900"}
    status = {"functionExecutionStatus": {"status": "Failed", "statusCodeData": data}}
    with pytest.raises(ServerRefusedError) as raised:
        es9.require_success({"header": status})
    assert "900" not in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_codes_that_are_not_known_are_named() -> None:
    assert "subject 1.2, reason 9.9" in server_sentence("1.2", "9.9")
    assert "BF31" in str(refusal(tags.ENABLE_PROFILE, 99))
    assert refusal(tags.ENABLE_PROFILE, 99).code == 99


@given(st.text("0123456789", min_size=18, max_size=20))
def test_an_iccid_is_stored_and_read_back(digits: str) -> None:
    assert iccid_text(iccid_bytes(digits)) == digits


def test_numbers_stand_as_cards_store_them() -> None:
    assert iccid_bytes("8968701000000000019").hex() == "988607010000000010f9"
    assert operator_text(bytes.fromhex("45f610")) == "546-01"
    assert operator_text(bytes.fromhex("130041")) == "310-140"
    with pytest.raises(DamagedError):
        operator_text(bytes.fromhex("aaaaaa"))


def test_the_confirmation_code_is_hashed_twice_and_with_the_transaction() -> None:
    inner = hashlib.sha256(b"1234").digest()
    assert download.hashed_code("1234", b"\x01\x02") == hashlib.sha256(inner + b"\x01\x02").digest()


def test_requests_are_the_bytes_that_sgp_22_writes() -> None:
    profile = profiles.Profile(
        "8968701000000000019", b"\xa0\x01\x02\x03\x04", False, "", "", "", "operational"
    )
    by_iccid, by_aid = profiles.by_iccid(profile), profiles.by_aid(profile)
    assert by_aid.hex() == "4f05a001020304"
    enabling = profiles.switch_request(tags.ENABLE_PROFILE, by_aid, refresh=True)
    assert enabling.hex() == "bf310c" + "a0074f05a001020304" + "8101ff"
    assert profiles.delete_request(by_iccid).hex() == "bf330c5a0a" + iccid_bytes(profile.iccid).hex()
    assert chip.eid_request().hex() == "bf3e035c015a"
    assert notifications.retrieve_request(5).hex() == "bf2b05a003800105"
    assert notifications.sent_request(128).hex() == "bf300480020080"
    cancelling = download.cancel_request(b"\x01\x02", download.CancelReason.POSTPONED)
    assert cancelling.hex() == "bf4107" + "80020102" + "810101"


def test_a_package_is_cut_into_the_segments_of_section_2_5_5() -> None:
    metadata = encode(
        tags.STORE_METADATA,
        encode(tags.ICCID, iccid_bytes("8968701000000000019")), encode(0x91, b"P"), encode(0x92, b"N"),
    )  # fmt: skip
    parts = [
        encode(0xBF23, b"\x01"),
        encode(0xA0, encode(0x87, b"\x02")),
        encode(0xA1, encode(0x88, metadata[:9] + bytes(8)), encode(0x88, metadata[9:] + bytes(8))),
        encode(0xA2, encode(0x87, b"\x04"), encode(0x87, b"\x05")),
        encode(0xA3, encode(0x86, b"\x06"), encode(0x86, b"\x07")),
    ]
    package = encode(0xBF36, *parts)
    cut = download.parse_package(package)
    assert b"".join(cut.segments) == package
    assert [len(each) for each in cut.segments] == [
        len(package) - sum(map(len, parts)) + len(parts[0]), len(parts[1]),
        2, 19, len(metadata) - 9 + 10, 5, 3, 2, 3, 3,
    ]  # fmt: skip
    assert cut.metadata.name == "N"
    for broken in (
        parts[:-1],
        [*parts[:1], encode(0xA0), *parts[2:]],
        [*parts[:4], encode(0xA3, encode(0x87))],
    ):
        with pytest.raises(DamagedError):
            download.parse_package(encode(0xBF36, *broken))


class Channel:
    """Records commands, answers all alike."""

    def __init__(self, answer: bytes) -> None:
        self.wire = AnsweringWire(lambda _: answer)

    def transmit(self, command: bytes) -> bytes:
        return self.wire.exchange(command)


def test_a_long_request_goes_in_numbered_blocks_of_which_the_last_says_so() -> None:
    channel = Channel(b"\xaa\x90\x00")
    assert store_data(channel, bytes(2 * BLOCK_BYTES + 1)) == b"\xaa"
    heads = [command[:5].hex() for command in channel.wire.commands]
    assert heads == ["80e2110078", "80e2110178", "80e2910201"]
    assert all(command[-1] == 0 and len(command) == 6 + command[4] for command in channel.wire.commands)


def test_a_command_for_the_phone_is_success_and_any_other_status_a_refusal() -> None:
    assert store_data(Channel(b"\xaa\x91\x0b"), b"x") == b"\xaa"
    with pytest.raises(ChipRefusedError, match="6A80") as raised:
        store_data(Channel(b"\x6a\x80"), b"x")
    assert raised.value.code == 0x6A80
    with pytest.raises(LimitError):
        store_data(Channel(b"\x90\x00"), bytes(BLOCK_BYTES * 257))


def test_rules_are_granted_to_the_operators_of_the_table_only() -> None:
    def row(rules: str, operator: str) -> bytes:
        allowed = encode(0xA1, encode(tags.SEQUENCE, encode(0x80, bytes.fromhex(operator))))
        return encode(tags.SEQUENCE, encode(0x80, bytes.fromhex(rules)), allowed, encode(0x82, b"\x07\x80"))

    table = encode(tags.GET_RAT, encode(0xA0, row("0640", "45f610"), row("0520", "eeeeee")))
    rows = chip.parse_rule_grants(table)
    assert chip.grants(rows, 1, bytes.fromhex("45f610"))
    assert not chip.grants(rows, 1, bytes.fromhex("02f810"))
    assert chip.grants(rows, 2, bytes.fromhex("02f810"))
    assert not chip.grants(rows, 2, b"")


def test_a_profile_is_meant_by_name_or_last_digits() -> None:
    def profile(iccid: str, nickname: str, name: str) -> profiles.Profile:
        return profiles.Profile(iccid, b"", False, nickname, "Helia", name, "operational")

    home, away = profile("8933000000000000019", "", "Home"), profile("8968701000000000027", "Lagon", "Home")
    assert choose_profile([home, away], "lagon") is away
    assert choose_profile([home, away], "0019") is home
    twin = profile("8968701000000010027", "", "Home")
    with pytest.raises(UsageError, match=r"Lagon \(…00027\); Home \(…10027\)"):
        choose_profile([away, twin], "0027")
    for word in ("home", "Helia", "019", "nobody", ""):
        with pytest.raises(NotouError, match="0019"):
            choose_profile([home, away], word)


def test_an_unknown_class_and_an_error_of_the_list_are_no_crash() -> None:
    iccid = encode(tags.ICCID, iccid_bytes("8968701000000000019"))
    listed = encode(tags.PROFILE_INFO, iccid, encode_integer(tags.PROFILE_CLASS, 9))
    (found,) = profiles.parse_list(encode(tags.PROFILE_INFO_LIST, encode(0xA0, listed)))
    assert found.profile_class == "9"
    with pytest.raises(ChipRefusedError):
        profiles.parse_list(encode(tags.PROFILE_INFO_LIST, encode_integer(0x81, 1)))
