# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault that smtp-sink can make while a hold is released, at every command: what the ledger then says.

The table is the specification. A row: what smtp-sink does, at which command; what the recipient's outcome is after one
attempt; and whether smtp-sink took the message. A hold that was refused is held again, for its reviewer. An outcome is
unknown only where the end of the message was sent and the reply to it was lost (RFC 1047).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.hold import states
from gateway.hold.hold import Actor, Decision, Hold, HoldState, Outcome
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.review.releasing import Releasing, Sending
from gateway.smtp.route import SubmissionRoute
from gateway.smtp.values import UpstreamAddress, UpstreamPatience, UpstreamTls
from tests.hold.holds import CONTENT, a_hold
from tests.servers.ports import free_port
from tests.servers.sink import smtp_sink

pytestmark = pytest.mark.servers

SOFT, HARD, BYE, CUT = "-r", "-f", "-Q", "-q"
LATER, SENT, BACK, DOUBT = Outcome.PENDING, Outcome.DELIVERED, Outcome.REFUSED, Outcome.UNKNOWN
STATES = {
    LATER: HoldState.RELEASING,
    SENT: HoldState.DELIVERED,
    BACK: HoldState.HELD,
    DOUBT: HoldState.RELEASING,
}


@dataclass(frozen=True)
class Row:
    """One fault, and what becomes of the hold and of the message."""

    fault: str
    command: str
    outcome: Outcome
    taken: bool


TABLE = (
    *(Row(fault, "CONNECT", LATER, taken=False) for fault in (SOFT, HARD, BYE, CUT)),
    Row(SOFT, "EHLO", LATER, taken=False),
    Row(HARD, "EHLO", SENT, taken=True),  # then it is greeted by HELO
    Row(HARD, "EHLO,HELO", LATER, taken=False),
    Row(BYE, "EHLO", LATER, taken=False),
    Row(CUT, "EHLO", LATER, taken=False),
    *(
        Row(fault, command, outcome, taken=False)
        for command in ("MAIL", "RCPT", "DATA")
        for fault, outcome in ((SOFT, LATER), (HARD, BACK), (BYE, LATER), (CUT, LATER))
    ),
    Row(SOFT, ".", LATER, taken=False),
    Row(HARD, ".", BACK, taken=False),
    Row(BYE, ".", LATER, taken=False),
    Row(CUT, ".", DOUBT, taken=False),
    Row(CUT, "QUIT", SENT, taken=True),
    Row(BYE, "QUIT", SENT, taken=True),
)


def now() -> datetime:
    return datetime.now(UTC)


async def released_once(ledger: SqlLedger, port: int, patience: UpstreamPatience | None = None) -> Hold:
    """Hold, decide, and make one attempt; the hold as the ledger has it then."""
    hold = await ledger.hold(a_hold(created=now()), CONTENT)
    after = states.release(hold, Decision.RELEASE, Actor.AGENT, now(), grace=timedelta(), retry_for=timedelta(days=1))
    assert await ledger.update(hold, after) is not None
    address = UpstreamAddress(
        "127.0.0.1", port, "gateway.test", tls=UpstreamTls.OFF, patience=patience or UpstreamPatience()
    )
    await Releasing(ledger, SubmissionRoute(address, None, now), now, Sending("one")).release(hold.id)
    found = await ledger.find(hold.id)
    assert found is not None
    return found


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.fault}{row.command}")
async def test_what_becomes_of_a_release(row: Row, tmp_path: Path) -> None:
    with smtp_sink((row.fault, row.command)) as sink:
        async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
            hold = await released_once(ledger, sink.port)
            assert (hold.state, [d.outcome for d in hold.deliveries]) == (STATES[row.outcome], [row.outcome])
            assert bool(hold.pending) is (hold.next_attempt is not None), "what is pending is tried again, nothing else"
            assert hold.deliveries[0].reply, "the card can say why"
        if row.taken:
            (mail,) = sink.mails()
            assert mail.content.rstrip(b"\n") == CONTENT.replace(b"\r\n", b"\n").rstrip(b"\n")


@pytest.mark.parametrize("command", ["CONNECT", "DATA", "."])
async def test_an_upstream_that_takes_its_time_gets_it_once(command: str, tmp_path: Path) -> None:
    with smtp_sink(("-W", f"{command}:1")) as sink:
        async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
            assert (await released_once(ledger, sink.port)).state is HoldState.DELIVERED
        assert len(sink.mails()) == 1


@pytest.mark.parametrize(("command", "outcome"), [("CONNECT", LATER), ("MAIL", LATER), ("DATA", LATER), (".", DOUBT)])
async def test_an_upstream_that_never_answers_is_given_up(command: str, outcome: Outcome, tmp_path: Path) -> None:
    impatient = UpstreamPatience(connect=0.5, reply=0.5, final=0.5)
    with smtp_sink(("-W", f"{command}:30")) as sink:
        async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
            hold = await released_once(ledger, sink.port, impatient)
            assert (hold.state, hold.deliveries[0].outcome) == (HoldState.RELEASING, outcome)


async def test_no_upstream_at_all_is_a_reason_to_try_again(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        hold = await released_once(ledger, free_port())
        assert (hold.state, hold.deliveries[0].outcome, hold.attempts) == (HoldState.RELEASING, LATER, 1)
