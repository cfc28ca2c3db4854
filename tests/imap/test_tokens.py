# SPDX-License-Identifier: GPL-3.0-or-later
"""Access tokens (XOAUTH2) that a real Dovecot validates, and the other ways to log in."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.imap.connection import Security, Server
from gateway.imap.mailboxes import ImapMailboxes
from gateway.imap.places import Locate, Mechanism, by_own_login, in_one_login
from gateway.ports import Unavailable
from tests.imap.cards import FOLDERS, QUARANTINE, message
from tests.imap.test_layouts import ACL_OF_ALL
from tests.servers.dovecot import PASSWORD, Dovecot, DovecotOptions, dovecot

pytestmark = pytest.mark.servers

KEY = b"a key that Dovecot and the authority share, for tests"
ACCEPTING = """
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = @root@/oauth2.conf
}
"""
VALIDATING = """introspection_mode = local
local_validation_key_dict = fs:posix:prefix={root}/keys/
username_attribute = sub
"""


def token(user: str, lasts: float = 600) -> str:
    """A signed access token (RFC 7519) for this user."""
    now = int(time.time())
    claims = {"sub": user, "iat": now - 1000, "nbf": now - 1000, "exp": int(now + lasts)}
    said = b".".join(
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"typ": "JWT", "alg": "HS256"}, claims)
    )
    return b".".join((said, urlsafe_b64encode(hmac.digest(KEY, said, hashlib.sha256)).rstrip(b"="))).decode()


@pytest.fixture
def server(reachable: Path) -> Iterator[Dovecot]:
    keys = reachable / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_bytes(b64encode(KEY))
    (reachable / "oauth2.conf").write_text(VALIDATING.format(root=reachable))
    options = DovecotOptions(
        mechanisms="plain login xoauth2", extra=ACCEPTING, acl=f"* owner lrwstipekxa\n{ACL_OF_ALL}"
    )
    with dovecot(reachable, users=("anna", "bedside"), options=options) as running:
        yield running


def entered(server: Dovecot, locate: Locate) -> ImapMailboxes:
    return ImapMailboxes(Server("127.0.0.1", server.port, Security.NONE, command_timeout=10), locate)


async def a_card(mailboxes: ImapMailboxes, mailbox: str) -> None:
    async with mailboxes, mailboxes.open(mailbox) as box:
        await box.ensure(FOLDERS)
        await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
        await anext(box.changes(FOLDERS))
        assert len(await box.cards(FOLDERS)) == 1


async def test_a_token_opens_each_mailbox_that_it_is_for(server: Dovecot) -> None:
    await a_card(entered(server, by_own_login(token, Mechanism.XOAUTH2)), "anna")


async def test_a_token_opens_many_mailboxes_in_one_login(server: Dovecot) -> None:
    locate = in_one_login("bedside", token("bedside"), "Teams/{mailbox}/", mechanism=Mechanism.XOAUTH2)
    await a_card(entered(server, locate), "support")
    assert "Teams/support/Quarantine" in server.doveadm("mailbox", "list", "-u", "bedside")


@pytest.mark.parametrize("bad", [token("anna", -60), token("ben"), f"{token('anna')[:-4]}AAAA", "no token"])
async def test_a_token_that_is_over_or_anothers_or_forged_opens_nothing(server: Dovecot, bad: str) -> None:
    async with entered(server, by_own_login(lambda _mailbox: bad, Mechanism.XOAUTH2)) as mailboxes:
        with pytest.raises(Unavailable, match="AUTHENTICATE"):
            async with mailboxes.open("anna"):
                pass


async def test_a_new_token_serves_where_the_one_before_was_over(server: Dovecot) -> None:
    tokens = [token("anna", -60), token("anna")]
    async with entered(server, by_own_login(lambda _mailbox: tokens.pop(0), Mechanism.XOAUTH2)) as mailboxes:
        with pytest.raises(Unavailable):
            async with mailboxes.open("anna"):
                pass
        async with mailboxes.open("anna"):
            pass


@pytest.mark.parametrize("mechanism", [Mechanism.PLAIN, Mechanism.LOGIN])
async def test_a_password_opens_by_either_way(server: Dovecot, mechanism: Mechanism) -> None:
    ours = entered(server, by_own_login(lambda _mailbox: PASSWORD, mechanism))
    async with ours as mailboxes, mailboxes.open("anna") as box:
        assert await box.cards(["INBOX"]) == ()
