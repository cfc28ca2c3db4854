# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside doctor` against real servers that are well, wrong, or not there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from gateway.cli.doctor_checks import Level, clock, inotify, mailbox, policies
from gateway.hold.folders import Folders
from gateway.imap.connection import Security, Server
from gateway.imap.mailboxes import ImapMailboxes
from gateway.imap.places import by_master
from gateway.policy.finding import To
from gateway.policy.load import load
from gateway.policy.source import SourceFile
from tests.end_to_end.gateway import imap_settings
from tests.imap.cards import message
from tests.servers.dovecot import MASTER, MASTER_PASSWORD, REPOSITORY, Dovecot, DovecotOptions, dovecot
from tests.servers.folders import reachable_folder
from tests.servers.ports import free_port
from tests.servers.sink import smtp_sink

pytestmark = pytest.mark.servers

SETTINGS = """
hostname = "gw.example.org"

[[listener]]
name = "in"
listen = "127.0.0.1:10025"
clients = ["127.0.0.0/8"]

[upstream]
server = "127.0.0.1:{upstream}"
tls = "none"

[ledger]
url = "sqlite:///{folder}/ledger.db"
key = {{ env = "BEDSIDE_TEST_SECRET" }}

[policies]
folder = "{folder}/policies"

[[team]]
name = "support"
members = ["*@example.org"]
lead = "{lead}"
"""


@pytest.fixture
def reachable() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


def doctor(folder: Path, settings: str, *options: str) -> tuple[int, str]:
    """Run it as an administrator would; exit status, and what it says with each white space as one blank."""
    words = folder / "policies" / "words"
    words.mkdir(parents=True)
    shutil.copy(REPOSITORY / "policies" / "words" / "general.yaml", words)
    config = folder / "bedside.toml"
    config.write_text(settings, encoding="utf-8")
    secrets = {"BEDSIDE_TEST_SECRET": "s" * 40, "BEDSIDE_TEST_IMAP_PASSWORD": MASTER_PASSWORD}
    command = [sys.executable, "-m", "gateway", "doctor", "--config", str(config), *options]
    environment = {**os.environ, **secrets}
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=environment)
    return done.returncode, re.sub(r"\s+", " ", done.stdout + done.stderr)


def settings(folder: Path, upstream: int, server: Dovecot, lead: str = "lea") -> str:
    return SETTINGS.format(upstream=upstream, folder=folder, lead=lead) + imap_settings(server)


def test_where_all_is_well_it_says_so(reachable: Path, tmp_path: Path) -> None:
    with dovecot(reachable, users=("anna", "lea")) as server, smtp_sink() as sink:
        status, said = doctor(tmp_path, settings(tmp_path, sink.port, server), "--mailbox", "anna")
    assert status == 0, said
    for words in (
        "good policies: all of them load",
        "good upstream: reached",
        "look release route of support: the release route does not offer",
        "good ledger: opened; 0 hold(s) wait",
        "good mailbox anna: entered in",
        "watched by NOTIFY",
        "mailbox lea: Lead/Quarantine/Release is not there yet",
    ):
        assert words in said


def test_an_upstream_that_is_not_there_and_no_imap_are_named_with_the_way_out(tmp_path: Path) -> None:
    status, said = doctor(tmp_path, SETTINGS.format(upstream=free_port(), folder=tmp_path, lead="lea"))
    assert status == 1
    assert re.search(r"bad upstream: .*Look at its address", said)
    assert re.search(r"bad release route of support: .*Look at its address", said)
    assert "look mailboxes: there is no [imap]" in said


def at(server: Dovecot, *, ca: bool = True) -> Server:
    return Server("localhost", server.tls_port, Security.TLS, str(server.ca) if ca else None)


async def look(server: Server, name: str) -> str:
    found = await mailbox(server, by_master(MASTER, MASTER_PASSWORD), name, To.AGENT, Folders())
    return "\n".join(f"{each.level} {each.said} {each.way_out}" for each in found)


async def test_rights_that_are_missing_and_others_who_may_write_are_named(reachable: Path) -> None:
    less = DovecotOptions(acl="Quarantine/Done -user=bedside ie\n")
    with dovecot(reachable, users=("anna",), options=less) as server:
        for name in ("Quarantine", "Quarantine/Release", "Quarantine/Done"):
            server.doveadm("mailbox", "create", "-u", "anna", name)
        said = await look(at(server), "anna")
        assert "bad Quarantine/Done: the gateway may not do all it must Give the gateway's login" in said
        assert "good Quarantine/Release: owner may put mail there" in said
        assert "bad Quarantine:" not in said


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (timedelta(), "good the IMAP server's clock agrees with ours"),
        (timedelta(hours=1), "warn the IMAP server's clock is at least 3"),
        (timedelta(hours=-1), "warn the quickest card came 3"),
    ],
)
async def test_cards_tell_of_clocks_that_disagree(reachable: Path, made: timedelta, said: str) -> None:
    with dovecot(reachable, users=("anna",)) as server:
        mailboxes = ImapMailboxes(at(server), by_master(MASTER, MASTER_PASSWORD))
        async with mailboxes, mailboxes.open("anna") as box:
            await box.ensure(["Quarantine"])
            date = format_datetime(datetime.now(UTC) + made)
            card = message("t.a1.x").replace(b"Tue, 24 Nov 2026 10:00:00 +0000", date.encode())
            await box.append("Quarantine", card, "t.a1.x")
        assert said in await look(at(server), "anna")


async def test_no_way_in_has_a_way_out(reachable: Path) -> None:
    with dovecot(reachable, users=("anna",)) as server:
        assert "Look at imap.login" in await look(at(server), "nobody")
        assert "Set imap.ca_file to the authority" in await look(at(server, ca=False), "anna")
    assert "Look at imap.server" in await look(at(server), "anna")


async def test_a_server_that_is_poor_is_told_from_one_that_is_broken(reachable: Path) -> None:
    poor = DovecotOptions(extra="protocol imap {\n  imap_capability = IMAP4rev1\n}\n")
    with dovecot(reachable, users=("anna",), options=poor) as server:
        said = await look(at(server), "anna")
    assert "warn the server offers neither NOTIFY nor IDLE Decisions are seen at the next sweep" in said
    assert "bad" not in said


def test_a_clock_that_cannot_be_right_and_a_policy_that_is_broken() -> None:
    assert clock(datetime(1970, 1, 1, tzinfo=UTC))[0].level is Level.BAD
    assert clock(datetime(2026, 12, 1, tzinfo=UTC))[0].level is Level.GOOD
    (found,) = policies(load([SourceFile("blame/x.yaml", "rules: [")]))[:1]
    assert found.level is Level.BAD
    assert "blame/x.yaml" in found.said


def test_more_watched_mailboxes_than_inotify_allows() -> None:
    (found,) = inotify(Server("127.0.0.1"), 10_000_000)
    assert "fs.inotify.max_user_instances" in found.way_out
    assert inotify(Server("127.0.0.1"), 1) == []
    assert inotify(Server("imap.example.org"), 10_000_000) == []
