# SPDX-License-Identifier: GPL-3.0-or-later
"""[imap]: the ways into mailboxes that can be set, and what contradicts itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gateway.imap.places import Login, Mechanism, Place
from gateway.service.build_imap import locate
from gateway.service.secret import Secret
from tests.service.test_settings import GOOD, mistakes, read

IMAP = '[imap]\nserver = "imap.example.org:993"\npassword = { env = "BEDSIDE_TEST_SECRET" }\n'


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (
            'login = "gate"\nmaster = "{mailbox}*{login}"',
            Place(Login("anna*gate", "s3cret")),
        ),
        ('login = "gate"\nmaster = "authzid"', Place(Login("gate", "s3cret", authorize="anna"))),
        (
            'master = "{mailbox}"\nmechanism = "xoauth2"',
            Place(Login("anna", "s3cret", mechanism=Mechanism.XOAUTH2)),
        ),
        (
            'login = "gate"\nbelow = "shared/{mailbox}/"\ninbox = "shared/{mailbox}/INBOX"\nmechanism = "login"',
            Place(Login("gate", "s3cret", mechanism=Mechanism.LOGIN), "shared/anna/", "shared/anna/INBOX", "anna"),
        ),
        ('login = "gate"\nbelow = "INBOX.{mailbox}."', Place(Login("gate", "s3cret"), "INBOX.anna.", None, "anna")),
    ],
)
def test_each_way_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, place: Place) -> None:
    monkeypatch.setenv("BEDSIDE_TEST_SECRET", "s3cret")
    imap = read(tmp_path, f"{GOOD}{IMAP}{lines}\n").imap
    assert imap is not None
    assert locate(imap)("anna") == place


@pytest.mark.parametrize("mailbox", ["", "..", "a/b", "a\\b", "a\r\nb", "../anna"])
def test_no_mailbox_is_named_out_of_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mailbox: str) -> None:
    monkeypatch.setenv("BEDSIDE_TEST_SECRET", "s3cret")
    imap = read(tmp_path, f'{GOOD}{IMAP}login = "gate"\nbelow = "{{mailbox}}/"\n').imap
    assert imap is not None
    with pytest.raises(ValueError, match="without slashes"):
        locate(imap)(mailbox)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('master = "authzid"', "login is missing"),
        ('login = "gate"\nmaster = "authzid"\nmechanism = "xoauth2"', "leave mechanism out"),
        ('login = "gate"\nmaster = "{mailbox}*{login}"\nbelow = "shared/{mailbox}/"', "leave one out"),
        ('login = "gate"\nbelow = "shared/{mailbox}"', "imap.below"),
        ('login = "gate"', "or set imap.below to a place such as"),
    ],
)
def test_contradictions_are_named(tmp_path: Path, lines: str, reason: str) -> None:
    assert reason in "\n".join(mistakes(tmp_path, f"{GOOD}{IMAP}{lines}\n"))


def test_a_program_gives_the_secret_and_says_what_is_wrong_if_not() -> None:
    assert Secret(command=(sys.executable, "-c", "print('t0ken')")).read() == "t0ken"
    with pytest.raises(LookupError, match="ended with status 3"):
        Secret(command=(sys.executable, "-c", "raise SystemExit(3)")).read()
    with pytest.raises(LookupError, match="gives no secret"):
        Secret(command=("/no/such/program",)).read()
    with pytest.raises(LookupError, match="is empty"):
        Secret(command=(sys.executable, "-c", "")).read()
