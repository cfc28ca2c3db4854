# SPDX-License-Identifier: GPL-3.0-or-later
"""The inbound feed on real servers: Postfix copies what it receives, or Dovecot's Sieve does."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from gateway.ledger.store import open_ledger
from gateway.service.policy_files import shipped_folder
from tests.end_to_end.gateway import Gateway, bedside
from tests.end_to_end.test_road import until
from tests.servers.dovecot import DEPLOY as DOVECOT
from tests.servers.dovecot import Dovecot, DovecotOptions, dovecot
from tests.servers.folders import reachable_folder
from tests.servers.ports import free_ports
from tests.servers.postfix import Postfix, postfix, render
from tests.servers.sink import Sink, smtp_sink
from tests.servers.swaks import swaks

pytestmark = pytest.mark.servers

SUPPORT = "support@larch.example"
CUSTOMER = "tomas@customer.example"
COMPLAINT = (
    b"From: Tomas <tomas@customer.example>\nTo: support@larch.example\nSubject: Gallery gone since Monday\n"
    b"Date: Tue, 24 Nov 2026 10:00:00 +0000\nMessage-ID: <m1@customer.example>\n\n"
    b"You deleted my wedding gallery and nobody answers. I am furious, the pictures are lost!\n"
)
# As a help desk sends it: nothing quoted, identifiers of its own.
CURT = (
    b"From: Anna <anna@larch.example>\nTo: tomas@customer.example\nSubject: Re: [#4711] Gallery gone since Monday\n"
    b"Date: Tue, 24 Nov 2026 11:00:00 +0000\nMessage-ID: <4711.1@desk.example>\n\nHello Tomas,\n\n"
    b"A reversal of the deletion takes a week.\n\nKind regards\nAnna\n"
)


def settings(entrance: int, upstream: int, feed: int, policies: Path) -> str:
    return f"""
observe = true
hostname = "gateway.larch.example"
drain = 5
[[listener]]
name = "in"
listen = "127.0.0.1:{entrance}"
sender_is_login = true
[upstream]
server = "127.0.0.1:{upstream}"
tls = "none"
[feed]
listen = "127.0.0.1:{feed}"
[judge]
use = false
[policies]
folder = "{policies}"
[[team]]
name = "helpdesk"
members = ["*@larch.example"]
mailbox = "anna"
"""


def lines(**values: object) -> Mapping[str, str]:
    """The template of main.cf, as settings by name."""
    text = render("feed.main.cf.j2", **values)
    return dict(line.split(" = ", 1) for line in text.splitlines() if line and not line.startswith("#"))


@dataclass(frozen=True)
class Office:
    """A Postfix that receives support mail, a place where all of it ends up, and Bedside.

    Attributes:
        inbound: port of the Postfix.
        entrance: port of Bedside's listener.
        dovecot: with the support mailbox, whose Sieve script copies to the feed as well.
    """

    inbound: int
    entrance: int
    postfix: Postfix
    sink: Sink
    gateway: Gateway
    dovecot: Dovecot

    def flush(self) -> None:
        """Let Postfix try again what waits in its queue."""
        subprocess.run(["/usr/sbin/postqueue", "-c", str(self.postfix.root / "conf"), "-f"], check=True, timeout=20)


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """All of it; a complaint came in before Bedside was there."""
    inbound, entrance, feed = free_ports(3)
    services = f"127.0.0.1:{inbound} inet n - n - 10 smtpd\nlmtp unix - - n - - lmtp\n"
    main = lines(support=SUPPORT, feed=f"127.0.0.1:{feed}")
    with reachable_folder() as folder, smtp_sink() as sink, postfix(services, (inbound,), sink.port, main) as server:
        said = swaks(inbound, "--from", CUSTOMER, "--to", SUPPORT, data=COMPLAINT)
        assert said.status == 0, said.text
        until(lambda: [mail for mail in sink.mails() if b"Gallery" in mail.content], "the mail is delivered")
        until(lambda: "status=deferred" in server.log, "its copy waits")
        toml = settings(entrance, sink.port, feed, _policies(folder))
        with (
            bedside(folder / "bedside", entrance, toml) as gateway,
            dovecot(folder / "dovecot", ("support",), _sieve(folder, inbound)) as mailboxes,
        ):
            yield Office(inbound, entrance, server, sink, gateway, mailboxes)


def _policies(folder: Path) -> Path:
    """One of the policies that ship, and what it needs: that is compiled in a moment."""
    for name in ("acts", "words"):
        shutil.copytree(shipped_folder() / name, folder / "policies" / name)
    (folder / "policies" / "omission").mkdir()
    shutil.copy(shipped_folder() / "omission" / "apology.yaml", folder / "policies" / "omission")
    return folder / "policies"


def _sieve(folder: Path, submission: int) -> DovecotOptions:
    script = folder / "feed.sieve"
    shutil.copy(DOVECOT / "feed.sieve", script)
    return DovecotOptions(
        extra="protocol lmtp {\n  mail_plugins = $mail_plugins sieve\n}\n"
        f"plugin {{\n  sieve_before = {script}\n}}\nsubmission_host = 127.0.0.1:{submission}\n"
    )


async def counted(gateway: Gateway, *wanted: str) -> int:
    """Wait until the ledger has counted something of such a name, and give how often."""
    async with asyncio.timeout(20), open_ledger(gateway.ledger_url) as ledger:
        while True:
            counts = {c.name: n for c, n in (await ledger.counts_since(date(2020, 1, 1))).items()}
            if counts.keys() >= set(wanted):
                return sum(counts[name] for name in wanted)
            await asyncio.sleep(0.1)


async def last_heard(gateway: Gateway) -> datetime | None:
    """When something of the feed was last kept."""
    async with open_ledger(gateway.ledger_url) as ledger:
        return await ledger.memory.last_heard()


async def test_a_copy_waits_for_bedside_and_then_a_reply_that_quotes_nothing_is_understood(office: Office) -> None:
    office.flush()
    office.postfix.wait_until_empty()
    assert await last_heard(office.gateway) is not None, "answered 250 only once it was kept"
    bounce = swaks(office.inbound, "--from", "<>", "--to", SUPPORT, data=COMPLAINT)
    assert bounce.status == 0, bounce.text
    office.postfix.wait_until_empty()
    reply = swaks(office.entrance, "--from", "anna@larch.example", "--to", CUSTOMER, data=CURT)
    assert reply.status == 0, reply.text
    assert await counted(office.gateway, "omission/apology#neither-sorry-nor-ours") == 1
    assert await counted(office.gateway, "remembered", "null_sender") == 2
    assert "tomas" not in office.gateway.log.lower()
    content = await asyncio.to_thread(octets, office.gateway.folder)
    assert b"tomas" not in content
    assert b"gallery" not in content
    assert "status=bounced" not in office.postfix.log


def octets(folder: Path) -> bytes:
    """All that is in the files of a ledger, in lower case."""
    return b"".join(path.read_bytes() for path in folder.glob("ledger.db*")).lower()


async def test_a_sieve_script_shows_what_a_support_mailbox_receives(office: Office) -> None:
    before = await last_heard(office.gateway)
    mail = COMPLAINT.replace(b"<m1@", b"<m2@")
    said = swaks(office.dovecot.lmtp_port, "--protocol", "LMTP", "--from", CUSTOMER, "--to", "support", data=mail)
    assert said.status == 0, said.text + office.dovecot.log
    until(lambda: "relay=127.0.0.1" in office.postfix.log.rpartition("message-id=<m2@")[2], office.dovecot.log)
    office.postfix.wait_until_empty()
    after = await last_heard(office.gateway)
    assert after is not None
    assert after != before, office.postfix.log
    shown = office.dovecot.doveadm("mailbox", "status", "-u", "support", "messages", "INBOX")
    assert "messages=1" in shown, "the mail itself is where it was to go"
