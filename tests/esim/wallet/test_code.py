"""Activation codes: what SGP.22 allows, what people make of it, and what is said of all else."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notou.errors import UsageError
from notou.esim.wallet.code import ActivationCode, parse_code
from notou.esim.wallet.typed import code_of_parts, read_code
from tests.esim.wallet.entries import codes

SERVER, MATCHING_ID, OID = "smdp.example.com", "04386-AGYFT-A74Y8-3F815", "1.3.6.1.4.1.31746"
BODY = f"{SERVER}${MATCHING_ID}"
PLAIN = ActivationCode(SERVER, MATCHING_ID)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"1${BODY}", PLAIN),
        (f"LPA:1${BODY}$", PLAIN),
        (f"lPa:1${BODY}$$1", ActivationCode(SERVER, MATCHING_ID, "", True)),
        (f"1${BODY}$1", ActivationCode(SERVER, MATCHING_ID, "", True)),
        (f"1${BODY}${OID}", ActivationCode(SERVER, MATCHING_ID, OID)),
        (f"1${BODY}${OID}$1", ActivationCode(SERVER, MATCHING_ID, OID, True)),
        (f"1${SERVER}$$1.3.6", ActivationCode(SERVER, "", "1.3.6")),
        (f"1${SERVER}$", ActivationCode(SERVER)),
        (f"1${BODY}$$$abc$1", ActivationCode(SERVER, MATCHING_ID, "", False, ("abc", "1"))),
        (f"1$127.0.0.1:8443${MATCHING_ID}", ActivationCode("127.0.0.1:8443", MATCHING_ID)),
    ],
)
def test_every_form_that_sgp22_writes_is_read(text: str, code: ActivationCode) -> None:
    assert parse_code(text) == code
    assert parse_code(code.text) == code


@pytest.mark.parametrize(
    "text",
    [
        f"  LPA:1${BODY}\n",
        f"LPA: 1 $ {SERVER} $ 04386-AGYFT\n-A74Y8-3F815",
        "ＬＰＡ：１＄ｓｍｄｐ．ｅｘａｍｐｌｅ．ｃｏｍ＄04386-AGYFT-A74Y8-3F815",  # noqa: RUF001 - as a Chinese keyboard writes it
        f"'LPA:1${BODY}'",
        f"“LPA:1${BODY}”.",
        f"LPA:1\\${SERVER}\\${MATCHING_ID}",
        f"LPA%3A1%24{SERVER}%24{MATCHING_ID}",
        f"https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1${BODY}",
        f"https://esimsetup.android.com/x?carddata=LPA%3A1%24{SERVER}%24{MATCHING_ID}&y=1",
        f"Activation code: LPA:1${BODY}",
        f"LPA:1$https://{SERVER}/${MATCHING_ID}",
        f"LPA:1${SERVER}$04386\u2011AGYFT\u2013A74Y8\u00ad\u2212\u200b3F815",
        f"lpa1${BODY}",
    ],
)
def test_what_comes_of_copying_does_no_harm(text: str) -> None:
    assert read_code(text) == PLAIN


def test_a_server_whose_name_holds_the_prefix_is_left_whole() -> None:
    assert read_code("1$lpa1.example.com$X") == ActivationCode("lpa1.example.com", "X")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing was given"),
        ("LPA:1.example.com-AGYFT-A74Y8", "lost its $ signs"),
        ("LPA:1bash4386-AGYFT", "lost its $ signs"),
        ("1.example.com", "lost its $ signs"),
        (SERVER, "server's address alone"),
        (f"https://{SERVER}/", "server's address alone"),
        (MATCHING_ID, "names no server"),
        ("good morning!", "This is no activation code"),
        (f"2${BODY}", "of the format 2"),
        (f"${BODY}", "is empty; it must be 1"),
        (f"1${SERVER}", "a second $"),
        (f"1$${MATCHING_ID}", "names no server"),
        (f"{MATCHING_ID}${SERVER}", "must be 1, and is something else"),
        (f"1${MATCHING_ID}${SERVER}", "no server's address"),
        (f"1$-a.example.com${MATCHING_ID}", "no server's address"),
        (f"1${SERVER}$A_B", "holds “_”"),
        (f"1${SERVER}$${MATCHING_ID}", "or the server's OID"),
        (f"1${BODY}$$0", "fifth part may be empty, or 1"),
        (f"1${BODY}$$1$a_b", "The end of the code holds “_”"),
        (f"1${SERVER}$" + "A" * 300, "longer than an activation code may be"),
        ("A" * 5000, "far longer"),
    ],
)
def test_every_rejected_code_is_explained_and_its_matching_id_not_repeated(text: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_code(text)
    assert why in str(refused.value)
    assert MATCHING_ID not in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_server_and_a_code_given_apart_make_a_code() -> None:
    assert code_of_parts(f" https://{SERVER}/ ", MATCHING_ID) == PLAIN
    with pytest.raises(UsageError, match="no server's address"):
        code_of_parts("no server", MATCHING_ID)


def test_the_matching_id_is_not_in_what_a_log_would_show() -> None:
    assert MATCHING_ID not in repr(PLAIN)


@given(codes)
def test_a_code_read_again_is_the_same(code: ActivationCode) -> None:
    assert read_code(code.text) == code
    assert parse_code(code.text.removeprefix("LPA:")) == code


@given(st.text() | st.text("LPAlpa:1$.-aB0\\% \n").map("LPA:1$".__add__))
@example("lpa:1$" + "$" * 300)
@example("%24" * 1000)
def test_no_text_is_more_than_refused(text: str) -> None:
    try:
        code = read_code(text)
    except UsageError:
        return
    assert read_code(code.text) == code
