# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input gives one clear line and the right status or reply, and loses nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.service.sockets import Address, listen
from tests.end_to_end.gateway import bedside
from tests.end_to_end.test_road import HELD, settings
from tests.servers.ports import free_ports
from tests.servers.sink import smtp_sink
from tests.servers.swaks import swaks

OPTIONS = ("--from", "anna@larch.example", "--to", "customer@example.net")
NO_IMAP = """[imap]
server = "127.0.0.1:1"
tls = "none"
login = "x"
password = { env = "BEDSIDE_TEST_IMAP_PASSWORD" }
master = "authzid"
"""
GOOD = """
hostname = "gw.example.org"
[[listener]]
name = "in"
listen = "127.0.0.1:LISTEN"
[upstream]
server = "127.0.0.1:1"
[ledger]
url = "sqlite:///FOLDER/ledger.db"
key = { file = "FOLDER/key" }
"""


def serve(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    config = folder / "bedside.toml"
    config.write_text(text.replace("FOLDER", str(folder)), encoding="utf-8")
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_a_taken_port_ends_the_start_with_status_69(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 40, encoding="utf-8")
    with listen(Address("127.0.0.1", 0)) as sock:
        done = serve(tmp_path, GOOD.replace("LISTEN", str(sock.getsockname()[1])))
    assert done.returncode == 69
    assert "listener 'in': cannot listen on 127.0.0.1:" in last_line(done)
    assert "another program listens there already" in last_line(done)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD, "key cannot be read: No such file or directory"),
        (GOOD.replace("[upstream]", "[upstraem]"), "upstraem: unknown setting; did you mean upstream?"),
        (GOOD.replace("sqlite:///FOLDER/ledger.db", "mysql://db/x"), "mysql is not among the databases"),
    ],
)
def test_bad_settings_end_the_start_with_status_78(tmp_path: Path, text: str, line: str) -> None:
    if "mysql" in text:
        (tmp_path / "key").write_text("k" * 40, encoding="utf-8")
    done = serve(tmp_path, text.replace("LISTEN", "0"))
    assert done.returncode == 78
    assert line in done.stderr
    assert "Traceback" not in done.stderr


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2", encoding="utf-8")
    done = serve(tmp_path, GOOD.replace("LISTEN", "0"))
    assert done.returncode == 78
    assert "ledger.key: has fewer than 32 characters" in last_line(done)


@pytest.mark.servers
def test_an_unreachable_upstream_puts_the_client_off_and_keeps_nothing(tmp_path: Path) -> None:
    entrance, nobody = free_ports(2)
    toml = settings(f'listen = "127.0.0.1:{entrance}"', nobody, nobody, NO_IMAP, "*@larch.example", "{local}")
    with bedside(tmp_path / "bedside", entrance, toml):
        said = swaks(entrance, *OPTIONS, data=HELD)
        assert said.status != 0
        assert any(reply.startswith(("421 4.", "451 4.")) for reply in said.replies), said.text


@pytest.mark.servers
def test_without_imap_a_hold_is_kept_and_the_card_follows_later(tmp_path: Path) -> None:
    entrance, upstream = free_ports(2)
    toml = settings(
        f'listen = "127.0.0.1:{entrance}"\nsender_is_login = true',
        upstream,
        upstream,
        NO_IMAP,
        "*@larch.example",
        "{local}",
    )
    with smtp_sink(port=upstream) as sink, bedside(tmp_path / "bedside", entrance, toml):
        assert "Held for review" in swaks(entrance, *OPTIONS, data=HELD).reply_to(".")
        assert sink.mails() == []


@pytest.mark.servers
@pytest.mark.parametrize("data", [b"\xff\xfe garbage without a header\n", b"Content-Type: multipart/mixed\n\n--\n"])
def test_an_unreadable_message_passes_as_it_is(tmp_path: Path, data: bytes) -> None:
    entrance, upstream = free_ports(2)
    toml = settings(
        f'listen = "127.0.0.1:{entrance}"\nsender_is_login = true',
        upstream,
        upstream,
        NO_IMAP,
        "*@larch.example",
        "{local}",
    )
    with smtp_sink(port=upstream), bedside(tmp_path / "bedside", entrance, toml):
        assert swaks(entrance, *OPTIONS, data=data).reply_to(".").startswith("250 2.0.0 Ok")
