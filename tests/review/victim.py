# SPDX-License-Identifier: GPL-3.0-or-later
"""A process to be killed: it holds mail as a worker does and reviews as the keeper does, on real servers.

python -m tests.review.victim LEDGER_URL IMAP_PORT CA_FILE SMTP_PORT FIRST COUNT

It says ``ready``, then ``held ID DIGEST`` for each hold, as a client is told 250: only after the commit.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.hold.desk import Desk
from gateway.imap.connection import Security, Server
from gateway.imap.mailboxes import ImapMailboxes, Limits
from gateway.imap.places import by_master
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.review.climbing import Climbing
from gateway.review.keeper import Crew, Keeper, Timing
from gateway.review.releasing import Releasing, Sending
from gateway.review.returning import Returning
from gateway.review.reviewing import Office, Reviewing
from gateway.smtp.route import SubmissionRoute
from gateway.smtp.values import UpstreamAddress, UpstreamTls
from tests.hold.holds import CONTENT, SECRET, a_hold
from tests.review.plain_faces import PlainFaces
from tests.servers.dovecot import MASTER, MASTER_PASSWORD


def now() -> datetime:
    return datetime.now(UTC)


def keeper(ledger: SqlLedger, mailboxes: ImapMailboxes, smtp_port: int, owner: str) -> Keeper:
    route = SubmissionRoute(UpstreamAddress("127.0.0.1", smtp_port, "gateway.test", tls=UpstreamTls.OFF), None, now)
    desk = Desk(grace=timedelta())
    crew = Crew(
        Reviewing(ledger, PlainFaces(), Office(desk, SECRET), now),
        Releasing(ledger, route, now, Sending(owner)),
        Climbing(ledger, desk, Returning(ledger, route, "gateway.test", now), now),
    )
    return Keeper(ledger, mailboxes, crew, owner, now, Timing(poll=0.02, sweep=1.0, lease=2.0))


async def hold_some(ledger: SqlLedger, first: int, count: int) -> None:
    for number in range(first, first + count):
        content = CONTENT.replace(b"<one@", b"<n%d@" % number) + b"%d\r\n" % number * (number % 7 * 100)
        hold = replace(a_hold(id=f"hold{number:05}", content=content, created=now()), message_id="")
        stored = await ledger.hold(hold, content)
        sys.stdout.write(f"held {stored.id} {hold.digest}\n")
        sys.stdout.flush()
        await asyncio.sleep(0.02)


async def main(url: str, imap_port: int, ca: str, smtp_port: int, first: int, count: int) -> None:
    server = Server("localhost", imap_port, Security.STARTTLS, ca, command_timeout=5)
    mailboxes = ImapMailboxes(server, by_master(MASTER, MASTER_PASSWORD), Limits(sweep=0.5))
    async with open_ledger(url) as ledger, mailboxes:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        async with asyncio.TaskGroup() as group:
            group.create_task(keeper(ledger, mailboxes, smtp_port, "victim").run())
            group.create_task(hold_some(ledger, first, count))


if __name__ == "__main__":
    url, imap_port, ca, smtp_port, first, count = sys.argv[1:]
    asyncio.run(main(url, int(imap_port), ca, int(smtp_port), int(first), int(count)))
