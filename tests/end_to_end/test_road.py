# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole road on real servers: swaks, Postfix, the gateway as a process, Dovecot, neomutt, smtp-sink."""

from __future__ import annotations

import hashlib
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.hold.hold import Hold, HoldState
from gateway.ledger.store import open_ledger
from tests.end_to_end.gateway import Gateway, bedside, imap_settings
from tests.servers.dovecot import PASSWORD, Dovecot, dovecot
from tests.servers.folders import reachable_folder
from tests.servers.neomutt import neomutt
from tests.servers.ports import free_ports
from tests.servers.postfix import Postfix, postfix, render, submission_services
from tests.servers.sink import Sink, smtp_sink
from tests.servers.swaks import swaks

pytestmark = pytest.mark.servers

HELD = (
    b"From: Anna <anna@larch.example>\nTo: customer@example.net\nSubject: Re: Gallery gone\n"
    b"Date: Tue, 24 Nov 2026 10:00:00 +0000\nMessage-ID: <1@larch.example>\n\nHi Tomas,\n\n"
    b"The gallery is no longer on our servers. If you had backed it up, this could have been avoided.\n\nAnna\n\n"
    b"On Mon, 23 Nov 2026, Tomas wrote:\n> The whole wedding gallery is gone. I am in tears.\n"
)
FINE = HELD.replace(
    b"The gallery is no longer on our servers. If you had backed it up, this could have been avoided.",
    b"I'm sorry, this was our mistake: the update removed the gallery. I have restored all 412 pictures from last\n"
    b"night's copy, and they are online again.",
)


@dataclass(frozen=True)
class Road:
    """Everything, running."""

    submission: int
    gateway: Gateway
    dovecot: Dovecot
    postfix: Postfix
    sink: Sink

    def arrived(self, subject: bytes = b"Gallery gone") -> list[bytes]:
        """What customers got, with CRLF as it was on the wire."""
        return [mail.content.replace(b"\n", b"\r\n") for mail in self.sink.mails() if subject in mail.content]

    def titles(self, folder: str) -> list[str]:
        """Subjects of Anna's mails in a folder."""
        found = self.dovecot.doveadm("fetch", "-u", "anna", "hdr.subject", "mailbox", folder)
        return [line.removeprefix("hdr.subject: ") for line in found.splitlines() if line.startswith("hdr.subject: ")]

    async def hold(self) -> Hold:
        """The only hold in the ledger."""
        async with open_ledger(self.gateway.ledger_url) as ledger:
            [hold] = await ledger.listed([state for state in HoldState if state is not HoldState.NOTED], 10)
            return hold


def until(true: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        signal.sigtimedwait((), 0.05)


def settings(listener: str, upstream: int, release: int, imap: str, members: str, mailbox: str) -> str:
    return f"""
observe = false
hostname = "gateway.larch.example"
drain = 10
[[listener]]
name = "in"
{listener}
[upstream]
server = "127.0.0.1:{upstream}"
tls = "none"
[release]
server = "127.0.0.1:{release}"
tls = "none"
grace = 0.5
[[team]]
name = "helpdesk"
members = ["{members}"]
mailbox = "{mailbox}"
{imap}
"""


@contextmanager
def inside_postfix(folder: Path) -> Iterator[Road]:
    """Clients speak to Postfix, which hands each mail to the gateway before its queue."""
    submission, entrance, reinjection = free_ports(3)
    services = render(
        "before-queue.master.cf.j2",
        submission=f"127.0.0.1:{submission}",
        gateway=f"127.0.0.1:{entrance}",
        reinjection=f"127.0.0.1:{reinjection}",
        processes=20,
    )
    listener = f'listen = "127.0.0.1:{entrance}"\nsender_is_login = true\ntrusted = ["127.0.0.0/8"]'
    with (
        smtp_sink() as sink,
        dovecot(folder / "dovecot") as mailboxes,
        postfix(services, (submission, reinjection), sink.port) as server,
        bedside(
            folder / "bedside",
            entrance,
            settings(listener, reinjection, reinjection, imap_settings(mailboxes), "*@larch.example", "{local}"),
        ) as gateway,
    ):
        yield Road(submission, gateway, mailboxes, server, sink)


@contextmanager
def in_front_of_submission(folder: Path) -> Iterator[Road]:
    """Clients speak to the gateway on a port with STARTTLS; their AUTH is passed to Postfix, which asks Dovecot."""
    entrance, submission, release = free_ports(3)
    with smtp_sink() as sink, dovecot(folder / "dovecot") as mailboxes:
        services = submission_services(submission, release, mailboxes.sasl_port)
        with postfix(services, (submission, release), sink.port) as server:
            listener = (
                f'listen = "127.0.0.1:{entrance}"\nclients = []\ntls = "starttls"\n'
                f'certificate = "{server.root}/cert.pem"\ncertificate_key = "{server.root}/key.pem"'
            )
            toml = settings(listener, submission, release, imap_settings(mailboxes), "anna", "{submitter}")
            with bedside(folder / "bedside", entrance, toml) as gateway:
                yield Road(entrance, gateway, mailboxes, server, sink)


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


@pytest.mark.parametrize("placement", [inside_postfix, in_front_of_submission])
async def test_a_reply_is_held_reviewed_in_neomutt_and_released_byte_for_byte(
    folder: Path, placement: Callable[[Path], AbstractContextManager[Road]]
) -> None:
    options = ["--from", "anna@larch.example", "--to", "customer@example.net"]
    if placement is in_front_of_submission:
        options += ["--tls", "--auth", "PLAIN", "--auth-user", "anna", "--auth-password", PASSWORD]
    with placement(folder) as road:
        said = swaks(road.submission, *options, data=HELD)
        assert "Held for review as" in said.reply_to("."), said.text
        fine = swaks(road.submission, *options, data=FINE)
        assert fine.reply_to(".").startswith("250 2.0.0 Ok: queued as"), fine.text
        until(lambda: road.titles("Quarantine"), "a card came")
        until(lambda: any("Gallery gone" in title for title in road.titles("INBOX")), "a notice came")
        hold = await road.hold()

        with neomutt(road.dovecot, "anna", "Quarantine") as client:
            client.wait_for("Gallery gone")
            client.keys("Enter")
            client.wait_for("could have been avoided")
            client.keys("q")
            client.wait_for("Gallery gone")
            client.move_to("Quarantine/Release")

        until(lambda: len(road.arrived()) == 2, "the customer got both")
        until(lambda: not road.titles("INBOX"), "the notice went away")
        until(lambda: road.titles("Quarantine/Done"), "the card is in Done")
        assert not road.titles("Quarantine")
        assert not road.titles("Quarantine/Release")
        [copy] = [content for content in road.arrived() if b"could have been avoided" in content]
        # Behind the gateway Postfix puts its own Received field on top; below it, every octet is the held one.
        held = copy[-hold.size :]
        assert hashlib.sha256(held).hexdigest() == hold.digest
        assert held.removesuffix(b"\r\n").endswith(HELD.replace(b"\n", b"\r\n"))  # swaks adds an empty line
        assert b"Tomas" not in road.gateway.log.encode()
        assert "larch.example>" not in road.gateway.log


async def test_a_client_that_tries_again_finds_its_own_hold(folder: Path) -> None:
    options = ["--from", "anna@larch.example", "--to", "customer@example.net"]
    with inside_postfix(folder) as road:
        first = swaks(road.submission, *options, data=HELD).reply_to(".")
        again = swaks(road.submission, *options, data=HELD).reply_to(".")
        assert first == again
        await road.hold()


async def test_a_changed_policy_file_is_in_force_without_a_refused_connection(folder: Path) -> None:
    policies = folder / "policies" / "blame"
    policies.mkdir(parents=True)
    rule = policies / "word.yaml"
    text = (
        "id: blame/word\ntitle: Word\nmode: hold\nseverity: high\nlanguages: [en]\n"
        'rules: [{name: word, phrases: ["PHRASE"]}]\nmessage: "Reads as blame."\n'
        'examples: {found: ["So PHRASE here."], passed: ["All is well here."]}\n'
    )
    rule.write_text(text.replace("PHRASE", "purple elephants"), encoding="utf-8")
    entrance, sink_port = free_ports(2)
    listener = f'listen = "127.0.0.1:{entrance}"\nsender_is_login = true'
    with smtp_sink(port=sink_port), dovecot(folder / "dovecot") as mailboxes:
        toml = settings(listener, sink_port, sink_port, imap_settings(mailboxes), "*@larch.example", "{local}")
        toml = f'{toml}\n[policies]\nfolder = "{folder}/policies"\n'
        with bedside(folder / "bedside", entrance, toml) as gateway:
            options = ["--from", "anna@larch.example", "--to", "customer@example.net"]
            assert "Held" not in swaks(entrance, *options, data=HELD).reply_to(".")
            rule.write_text(text.replace("PHRASE", "the gallery is no longer"), encoding="utf-8")

            def held() -> bool:
                said = swaks(entrance, *options, data=HELD)
                assert said.status == 0, said.text
                return "Held" in said.reply_to(".")

            until(held, "the new rule holds")
            rule.write_text("id: blame/word\nrulez: []\n", encoding="utf-8")
            gateway.wait_for("event=policy.problem")
            assert "Held" in swaks(entrance, *options, data=HELD).reply_to(".")
