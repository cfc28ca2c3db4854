# SPDX-License-Identifier: GPL-3.0-or-later
"""Connecting and logging in to a real Dovecot: TLS that is verified, and every way to log in."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from gateway.imap.connection import Connection, Security, Server
from gateway.imap.mailboxes import ImapMailboxes
from gateway.imap.places import Locate, Login, Mechanism, Place, by_authorization, by_master, by_own_login
from gateway.imap.pool import log_in
from gateway.ports import Unavailable
from tests.imap.cards import FOLDERS
from tests.servers.dovecot import MASTER, MASTER_PASSWORD, PASSWORD, Dovecot, DovecotOptions, dovecot

pytestmark = pytest.mark.servers


BY_MASTER = by_master(MASTER, MASTER_PASSWORD)


async def lets_in(server: Server, locate: Locate = BY_MASTER) -> None:
    async with ImapMailboxes(server, locate) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)


async def test_tls_from_the_start_and_by_starttls(server: Dovecot) -> None:
    await lets_in(Server("localhost", server.tls_port, Security.TLS, str(server.ca)))
    await lets_in(Server("127.0.0.1", server.port, Security.STARTTLS, str(server.ca)))


async def test_a_certificate_of_somebody_else_is_refused(server: Dovecot, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    for port, security in ((server.tls_port, Security.TLS), (server.port, Security.STARTTLS)):
        for ca in (None, str(tmp_path / "other.pem")):
            with pytest.raises(Unavailable, match="certificate"):
                await lets_in(Server("localhost", port, security, ca))


async def test_a_certificate_for_another_name_is_refused(server: Dovecot) -> None:
    for port, security in ((server.tls_port, Security.TLS), (server.port, Security.STARTTLS)):
        with pytest.raises(Unavailable, match="certificate"):
            await lets_in(Server("127.1", port, security, str(server.ca)))


async def test_a_file_of_certificates_that_is_not_there_is_named(server: Dovecot) -> None:
    with pytest.raises(Unavailable, match=r"no-such\.pem"):
        await lets_in(Server("localhost", server.tls_port, Security.TLS, "/no-such.pem"))


async def test_starttls_that_is_not_offered_is_missed(reachable: Path) -> None:
    no_tls = DovecotOptions(extra="ssl = no\n")
    with dovecot(reachable, options=no_tls) as server, pytest.raises(Unavailable, match="STARTTLS"):
        await lets_in(Server("localhost", server.port, Security.STARTTLS, str(server.ca)))


@pytest.mark.parametrize("user", ["anna", "jörg"])
async def test_login_quotes_what_it_can_and_sends_the_rest_as_a_literal(reachable: Path, user: str) -> None:
    any_name = DovecotOptions(extra="auth_username_chars =\n")
    with dovecot(reachable, users=("anna", "jörg"), options=any_name) as server:
        for name, secret in ((user, PASSWORD), (f"{user}*{MASTER}", MASTER_PASSWORD)):
            connection = await Connection.open(Server("127.0.0.1", server.port, Security.NONE))
            connection.capabilities = frozenset()  # as from a server without SASL
            await log_in(connection, Login(name, secret))
            assert "IDLE" in connection.capabilities
            connection.leave()
            await connection.closed()


async def test_a_master_may_act_for_others_by_authorization(server: Dovecot) -> None:
    await lets_in(
        Server("localhost", server.tls_port, Security.TLS, str(server.ca)), by_authorization(MASTER, MASTER_PASSWORD)
    )


async def test_a_token_by_xoauth2_is_carried_and_its_refusal_understood(reachable: Path) -> None:
    with dovecot(reachable, options=DovecotOptions(mechanisms="plain xoauth2 oauthbearer")) as server:
        at = Server("127.0.0.1", server.port, Security.NONE, command_timeout=10)
        wrong = by_own_login(lambda _mailbox: "a token that nobody issued", Mechanism.XOAUTH2)
        with pytest.raises(Unavailable, match="AUTHENTICATE"):
            await lets_in(at, wrong)


async def test_a_wrong_password_is_unavailable(server: Dovecot) -> None:
    with pytest.raises(Unavailable, match="AUTHENTICATIONFAILED"):
        await lets_in(Server("127.0.0.1", server.port, Security.NONE), by_master(MASTER, "wrong"))


async def test_a_secret_never_shows(server: Dovecot) -> None:
    place = Place(Login("anna", PASSWORD))
    assert PASSWORD not in repr(place)
    connection = await Connection.open(Server("127.0.0.1", server.port, Security.NONE))
    assert connection.alive
    connection.leave()
    await connection.closed()


async def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="no IMAP server at 127"):
        await lets_in(Server("127.0.0.1", 1, Security.NONE))
