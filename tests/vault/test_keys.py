"""Keys open with their password only, cost what they may cost, and never show themselves."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from notou.errors import DamagedError, LimitError, WrongPasswordError
from notou.vault.derive import cut_key
from notou.vault.keys import (
    MasterKey,
    ScryptWork,
    create_key_file,
    key_info,
    new_master_key,
    open_key_file,
)
from tests.vault.places import CHEAP


def key_file(master: MasterKey, password: str = "pässword", **changes: Any) -> bytes:
    data = create_key_file(
        password, master, username="kagu", hostname="nouméa", created_ns=5, random=os.urandom, work=CHEAP
    )
    return json.dumps(json.loads(data) | changes).encode()


def test_a_key_opens_with_its_password_and_no_other() -> None:
    master = new_master_key(os.urandom)
    data = key_file(master)
    assert open_key_file(data, "pässword") == master
    with pytest.raises(WrongPasswordError):
        open_key_file(data, "password")


def test_secrets_are_not_shown() -> None:
    master = MasterKey(b"E" * 32, b"K" * 16, b"R" * 16)
    assert "E" * 8 not in repr(master)
    assert "K" * 8 not in repr(master)
    assert "R" * 8 not in repr(master)


def test_a_key_says_who_made_it() -> None:
    info = key_info(key_file(new_master_key(os.urandom)))
    assert (info.username, info.hostname, info.created_ns) == ("kagu", "nouméa", 5)


@pytest.mark.parametrize(
    "changes",
    [
        {"N": 2**21},
        {"N": 2**40},
        {"r": 33},
        {"p": 33},
        {"N": 2**20, "r": 32},
        {"r": 2**62},
        {"N": 2**18, "r": 8, "p": 32},
    ],
    ids=str,
)
def test_a_key_file_that_asks_for_too_much_work_is_refused_before_any(changes: dict[str, Any]) -> None:
    with pytest.raises(LimitError):
        open_key_file(key_file(new_master_key(os.urandom), **changes), "pässword")


@pytest.mark.parametrize(
    "changes",
    [
        {"N": 0}, {"N": 1}, {"N": 3}, {"r": 0}, {"p": 0}, {"N": -2}, {"N": "16"}, {"N": True},
        {"kdf": "argon2"}, {"salt": "%%"}, {"data": "é"}, {"data": 5},
    ],
    ids=str,
)  # fmt: skip
def test_a_malformed_key_file_is_damage(changes: dict[str, Any]) -> None:
    with pytest.raises(DamagedError):
        open_key_file(key_file(new_master_key(os.urandom), **changes), "pässword")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b"\xff", b"{" * 5000])
def test_bytes_that_are_no_key_file_are_damage(data: bytes) -> None:
    with pytest.raises(DamagedError):
        open_key_file(data, "x")


def test_a_huge_key_file_is_not_parsed() -> None:
    with pytest.raises(LimitError):
        open_key_file(b" " * 100_000, "x")


def test_the_work_of_new_keys_is_accepted_back() -> None:
    ScryptWork().check()
    ScryptWork(2**15, 8, 8).check()  # restic's


def test_the_cut_key_is_hkdf_of_the_master_key() -> None:
    # RFC 5869 with pyca/cryptography as the judge
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    master = new_master_key(os.urandom)
    judge = HKDF(SHA256(), 32, None, b"notou cut key 1").derive(master.bytes64)
    assert cut_key(master) == judge
