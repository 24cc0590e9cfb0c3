"""The wallet as a person uses it: what is kept, what is shown, what is never shown unasked."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from notou.esim.picture import qr_texts
from notou.jobs.keep import change_kept
from notou.jobs.wallet import WALLET
from tests.support.program import Program

CODE = "LPA:1$rsp.example.com$SECRET-1$$1"
ICCID, EID = "8944476500001224158", "89049032123451234512345678901235"
SECRETS = ("SECRET-1", "0007", "12345678", ICCID, EID, "confirm-me")


class Desk:
    def __init__(self, tmp: Path) -> None:
        self.tmp = tmp
        self.notou = Program(tmp / "home")
        self.to = ["--to", str(tmp / "a"), "--to", str(tmp / "b")]
        self.at = ["--from", str(tmp / "b")]
        self.notou.run("init", *self.to)

    def add(self, *words: str, **also: Any) -> str:
        """Add an entry; its id."""
        said = self.notou.run("esim", "add", *words, *self.to, **also).stdout
        found = re.search(r"^Kept as (\w+):", said, re.MULTILINE)
        assert found, said
        return found[1]

    def add_all(self) -> str:
        """An entry with every secret there is."""
        return self.add(
            CODE, "--provider", "Truphone", "--number", "+687 751234", "--iccid", ICCID, "--eid", EID,
            "--device", "phone", "--pin", "-", "--puk", "-", "--confirmation-code", "-",
            typed="confirm-me\n0007\n12345678\n",
        )  # fmt: skip

    def said(self, *words: str, **also: Any) -> str:
        done = self.notou.run("esim", *words, *self.at, **also)
        return done.stdout + done.stderr

    def entries(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.said("list", "--json", *words).splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_was_added_is_listed_and_shown_without_its_secrets(desk: Desk) -> None:
    entry_id = desk.add_all()
    listed, shown = desk.said("list"), desk.said("show", entry_id)
    shown_json = desk.said("show", "truphone", "--json")
    for text in (listed, shown, shown_json, desk.said("list", "--json")):
        assert [secret for secret in SECRETS if secret in text] == []
        assert "Truphone" in text
    assert "Code: LPA:1$rsp.example.com$••••" in shown
    assert "ICCID: ••••4158" in shown
    assert "Number: +687 75.12.34" in shown
    assert "When the phone is gone:\n1. Have +687 75.12.34 blocked by Truphone" in shown


def test_a_profile_whose_device_has_no_name_is_listed_with_its_chip(desk: Desk) -> None:
    desk.add(CODE, "--provider", "Truphone", "--eid", EID)
    assert f"on the chip ••••{EID[-4:]}: enabled" in desk.said("list")
    desk.said("edit", "Truphone", "--state", "deleted")
    assert "on the chip" not in desk.said("list")


def test_revealed_every_secret_is_shown(desk: Desk) -> None:
    entry_id = desk.add_all()
    shown = desk.said("show", entry_id, "--reveal")
    assert [secret for secret in SECRETS if secret not in shown] == []
    (fields,) = desk.entries("--reveal")
    assert (fields["code"], fields["pin"], fields["revealed"]) == (CODE, "0007", True)


def test_all_that_a_person_may_say_of_an_entry_is_kept(desk: Desk) -> None:
    entry = {
        "provider": "Truphone", "order_number": "4711", "valid_until": "2027-12-31", "reusable": "yes",
        "number": "+687751234", "network": "546-01", "apn": "internet", "confirmation_code": "confirm-me",
        "pin": "0007", "puk": "12345678", "note": "the second line",
    }  # fmt: skip
    profile = {
        "device": "phone", "eid": EID, "iccid": ICCID, "profile_name": "Plan", "nickname": "trip",
        "profile_class": "operational", "state": "disabled", "notification_addresses": "rsp.example.com",
    }  # fmt: skip
    said = {**entry, **profile}
    desk.add(CODE, *(word for name in said for word in ("--" + name.replace("_", "-"), said[name])))
    (kept,) = desk.entries("--reveal")
    assert {name: kept[name] for name in entry} == entry
    told = {
        **kept["installed"],
        "notification_addresses": ",".join(kept["installed"]["notification_addresses"]),
    }
    assert {name: told[name] for name in profile} == profile


def test_the_qr_code_on_the_screen_is_the_code_and_reveals_nothing_else(desk: Desk) -> None:
    entry_id = desk.add_all()
    shown = desk.said("show", entry_id, "--qr")
    rows = [line for line in shown.splitlines() if set(line) <= set("█▄▀ ") and line.strip()]
    picture = Image.new("L", (len(rows[0]) * 8, len(rows) * 16), 0)
    for y, row in enumerate(rows):
        for x, sign in enumerate(row):
            for half, signs in enumerate(("█▀", "█▄")):
                if sign in signs:
                    picture.paste(255, (x * 8, y * 16 + half * 8, x * 8 + 8, y * 16 + half * 8 + 8))
    picture.save(desk.tmp / "screen.png")
    assert qr_texts((desk.tmp / "screen.png").read_bytes()) == [CODE]
    assert "0007" not in shown
    assert "0007" not in desk.said("show", entry_id, "--qr", "--json")


def test_codes_come_from_pictures_several_at_once_and_others_are_passed_over(desk: Desk) -> None:
    page = Image.new("L", (1200, 400), 255)
    for number, text in enumerate([CODE, "https://example.com", "LPA:1$rsp.example.com$SECRET-2"]):
        segno.make(text, error="m").save(str(desk.tmp / "one.png"), scale=6)
        page.paste(Image.open(desk.tmp / "one.png").convert("L"), (400 * number + 40, 40))
    page.save(desk.tmp / "page.png")
    done = desk.notou.run("esim", "add", "--qr", desk.tmp / "page.png", "--provider", "P", *desk.to)
    assert "1 other QR code in the picture is no code of an eSIM" in done.stderr
    assert [entry["server"] for entry in desk.entries()] == ["rsp.example.com"] * 2


def test_a_code_can_be_pasted_so_that_the_shell_never_sees_it(desk: Desk) -> None:
    desk.add("-", typed=f" {CODE} \n")
    assert desk.entries("--reveal")[0]["code"] == CODE
    refused = desk.notou.run("esim", "add", "-", *desk.to, expect=1, typed="").stderr
    assert "Activation code: nothing was given." in refused


def test_a_code_that_the_shell_ate_is_explained(desk: Desk) -> None:
    refused = desk.notou.run("esim", "add", "LPA:1.example.com-1", *desk.to, expect=1).stderr
    assert "lost its $ signs" in refused


def test_what_is_no_addition_is_refused(desk: Desk) -> None:
    desk.add(CODE)
    for words, why in [
        ([CODE], "holds this code already"),
        ([], "Nothing to keep was given"),
        ([CODE, "--scan"], "one of them"),
        (["--server", "rsp.example.com"], "goes with a code"),
        (["--qr", str(desk.tmp / "none.png")], "cannot be read"),
        (["--scan"], "install wl-clipboard"),
        (["LPA:1$b.example.com$X", "--iccid", "89"], "18 to 20 digits"),
    ]:
        assert why in desk.notou.run("esim", "add", *words, *desk.to, expect=1).stderr, words
    assert len(desk.entries()) == 1


def test_a_server_and_a_code_that_were_given_apart_are_put_together(desk: Desk) -> None:
    desk.add("ABCD-1", "--server", "rsp.example.com")
    assert desk.entries("--reveal")[0]["code"] == "LPA:1$rsp.example.com$ABCD-1"


def test_an_entry_is_edited_field_by_field_and_its_history_stays(desk: Desk) -> None:
    entry_id = desk.add(CODE, "--note", "first")
    desk.notou.run("esim", "edit", entry_id, "--reusable", "no", "--valid-until", "2027-01-31", *desk.to)
    desk.notou.run("esim", "edit", entry_id, "--code", "-", *desk.to, typed="LPA:1$b.example.com$X\n")
    (entry,) = desk.entries("--reveal")
    assert (entry["reusable"], entry["valid_until"], entry["note"]) == ("no", "2027-01-31", "first")
    assert entry["code"] == "LPA:1$b.example.com$X"
    assert "Found 3 items." in desk.notou.run("find", f"/wallet/{entry_id}.json", *desk.at).stdout
    assert "Nothing to change" in desk.notou.run("esim", "edit", entry_id, *desk.to, expect=1).stderr


def test_removing_asks_and_the_end_of_input_means_no(desk: Desk) -> None:
    entry_id = desk.add(CODE)
    for typed in ("", "\n", "n\n", "yesterday\n"):
        done = desk.notou.run("esim", "remove", entry_id, *desk.to, expect=1, typed=typed)
        assert "Nothing was removed" in done.stderr
    desk.notou.run("esim", "remove", entry_id, *desk.to, typed="y\n")
    assert desk.entries() == []
    assert "The wallet is empty" in desk.said("list")


def test_an_export_is_private_and_replaces_nothing_unasked(desk: Desk) -> None:
    entry_id = desk.add_all()
    path = desk.tmp / "sheet.txt"
    desk.said("export", "--output", str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [secret for secret in SECRETS if secret not in path.read_text()] == []
    assert "When the phone is gone:" in path.read_text()
    path.write_text("mine")
    desk.notou.run("esim", "export", "-o", path, *desk.at, expect=1, typed="")
    assert path.read_text() == "mine"
    desk.said("export", entry_id, "--format", "json", "-o", str(path), typed="y\n")
    (fields,) = json.loads(path.read_text())
    assert (fields["id"], fields["code"]) == (entry_id, CODE)


def test_an_export_takes_no_device_s_place(desk: Desk) -> None:
    desk.add(CODE)
    device = desk.tmp / "device"
    os.mkfifo(device)
    for words in (["--yes"], []):
        said = desk.notou.run("esim", "export", "-o", device, *words, *desk.at, expect=1, typed="y\n").stderr
        assert "is no file" in said
    assert device.is_fifo()


def test_an_exported_picture_is_read_back_as_the_same_code(desk: Desk) -> None:
    entry_id = desk.add(CODE)
    desk.said("export", entry_id, "--format", "qr", "-o", str(desk.tmp / "code.png"))
    assert qr_texts((desk.tmp / "code.png").read_bytes()) == [CODE]
    desk.notou.run("esim", "remove", entry_id, "--yes", *desk.to)
    desk.add("--qr", str(desk.tmp / "code.png"))
    assert desk.entries("--reveal")[0]["code"] == CODE
    assert "needs a file" in desk.notou.run("esim", "export", "--format", "qr", *desk.at, expect=1).stderr


def test_an_entry_that_cannot_be_read_is_told_and_the_others_are_listed(desk: Desk) -> None:
    desk.add(CODE)
    (desk.tmp / "wallet").mkdir()
    places, environ = [str(desk.tmp / "a"), str(desk.tmp / "b")], {"NOTOU_OUTBOX": str(desk.tmp / "outbox")}
    newer = {WALLET: lambda before: {**before, "newer1.json": b'{"format": 2}'}}
    change_kept(places, desk.notou.password, newer, environ, lambda _: None)
    for words in (["list"], ["export"]):
        done = desk.notou.run("esim", *words, *desk.at, expect=3)
        assert "The entry newer1 of the wallet cannot be read." in done.stderr
        assert "rsp.example.com" in done.stdout


def test_a_copy_that_is_away_is_told_and_gets_the_change_later(desk: Desk) -> None:
    (desk.tmp / "b").rename(desk.tmp / "away")
    done = desk.notou.run("esim", "add", CODE, *desk.to, expect=1)
    assert "kept at 1 place." in done.stdout
    assert "did not arrive at" in done.stderr
    (desk.tmp / "away").rename(desk.tmp / "b")
    assert desk.entries() == []
    desk.notou.run("esim", "edit", "rsp.example.com", "--note", "both", *desk.to)
    assert [entry["note"] for entry in desk.entries()] == ["both"]


def test_names_from_outside_cannot_steer_the_terminal(desk: Desk) -> None:
    entry_id = desk.add(CODE, "--provider", "\x1b[2Jevil", "--device", "\x1b]0;x\x07", "--note", "a\u202eb")
    for words in (["list"], ["show", entry_id]):
        shown = desk.said(*words)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
