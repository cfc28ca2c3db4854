# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy replay` of an IMAP folder: read and left alone, by an address or by the gateway's own login."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.imap_folders import imap_folder
from gateway.cli.mail_files import CannotRead
from gateway.cli.main import app
from tests.policy.texts import SHARED, phrases, policy
from tests.servers.dovecot import MASTER, MASTER_PASSWORD, PASSWORD, Dovecot, DovecotOptions, dovecot
from tests.servers.folders import reachable_folder

SETTINGS = """
hostname = "gw.example.org"
[[listener]]
name = "one"
listen = "127.0.0.1:10025"
[upstream]
server = "127.0.0.1:10026"
tls = "none"
[ledger]
key = {{ env = "BEDSIDE_TEST_KEY" }}
[imap]
server = "localhost:{port}"
tls = "implicit"
ca_file = "{ca}"
login = "{login}"
password = {{ file = "{password}" }}
master = "{{mailbox}}*{{login}}"
[[team]]
name = "helpdesk"
members = ["*@larch.example"]
"""


def mail(sender: str, day: str, text: str) -> bytes:
    head = f"From: {sender}\r\nTo: c@customer.example\r\nDate: {day} 2026 10:00:00 +0000\r\n"
    return f"{head}Subject: x\r\n\r\n{text}\r\n".encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    may_read = DovecotOptions(acl="Gesendet/* user=bedside lr")
    with reachable_folder() as root, dovecot(root, options=may_read) as running:
        with imaplib.IMAP4("127.0.0.1", running.port) as client:
            client.starttls()
            client.login("anna", PASSWORD)
            client.create("Gesendet/2026")
            for sender, day, text in (
                ("anna@larch.example", "Mon, 2 Nov", "You lost it."),
                ("anna@larch.example", "Tue, 3 Nov", "Here it is."),
                ("bot@other.example", "Tue, 3 Nov", "You lost it."),
                ("anna@larch.example", "Fri, 2 Oct", "You lost it."),
            ):
                client.append("Gesendet/2026", "", "", mail(sender, day, text))
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    held = policy("mode: hold\n" + phrases("you lost", "sample, sample"), "blame/loss")
    for file in (*SHARED, held):
        path = tmp_path / "policies" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
    return tmp_path / "policies"


def replay(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["policy", "replay", *map(str, arguments)])


@pytest.mark.servers
def test_a_folder_is_replayed_by_the_gateways_own_login_and_nothing_is_marked_as_seen(
    server: Dovecot, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEDSIDE_TEST_KEY", "k" * 40)
    (tmp_path / "password").write_text(MASTER_PASSWORD + "\n")
    config = tmp_path / "bedside.toml"
    config.write_text(SETTINGS.format(port=server.tls_port, ca=server.ca, login=MASTER, password=tmp_path / "password"))
    common = ("imap:anna/Gesendet/2026", "--policies", folder, "--against", folder, "--config", config)
    result = replay(*common)
    assert result.exit_code == 0, result.output
    assert "3 mails judged, 1 not judged (1 no team)." in result.output
    assert "after:  2 held, 0 noted, 1 passed" in result.output
    assert "2 mails judged" in replay(*common, "--since", "2026-11-01").output
    with imaplib.IMAP4("127.0.0.1", server.port) as client:
        client.starttls()
        client.login("anna", PASSWORD)
        client.select("Gesendet/2026", readonly=True)
        assert client.search(None, "UNSEEN")[1] == [b"1 2 3 4"]
    nothing = replay("imap:anna/Nowhere", *common[1:])
    assert (nothing.exit_code, "there is no folder Nowhere that this login may read" in nothing.stderr) == (65, True)
    assert len(nothing.stderr.strip().splitlines()) == 1


@pytest.mark.servers
def test_an_address_asks_for_its_password_in_the_environment_or_a_file(
    server: Dovecot, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"imap://anna@127.0.0.1:{server.port}/Gesendet/2026"
    monkeypatch.setenv("BEDSIDE_IMAP_PASSWORD", "wrong")
    refused = replay(address, "--policies", folder, "--against", folder)
    assert refused.exit_code == 65
    assert len(refused.stderr.strip().splitlines()) == 1
    assert PASSWORD not in refused.output
    (tmp_path / "password").write_text(PASSWORD + "\n")
    result = replay(address, "--policies", folder, "--against", folder, "--password-file", tmp_path / "password")
    assert result.exit_code == 0, result.output
    assert "4 mails judged, 0 not judged." in result.output


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("imaps://anna@imap.example.org", "not of the form imaps://user@host/folder"),
        ("imaps://imap.example.org/Sent", "not of the form imaps://user@host/folder"),
        ("imaps://anna:secret@imap.example.org/Sent", "a password does not belong into the address"),
        ("imaps://anna@imap.example.org:imap/Sent", "the port is no number"),
        ("imap:anna/Sent", "whose login? Name settings"),
        ("imap:anna", "not of the form imap:mailbox/folder"),
    ],
)
def test_a_source_that_cannot_be_says_what_it_should_be(source: str, complaint: str) -> None:
    with pytest.raises(CannotRead) as raised:
        imap_folder(source, None, lambda _: "x")
    assert complaint in str(raised.value)
    assert "secret" not in str(raised.value)


def test_an_address_may_have_what_urls_escape() -> None:
    folder = imap_folder("imaps://anna%40example.org@imap.example.org/Gesendete%20Mails/2026", None, lambda _: "x")
    assert (folder.place.login.user, folder.folder) == ("anna@example.org", "Gesendete Mails/2026")
    assert (folder.server.host, folder.server.port) == ("imap.example.org", 993)
