# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a copy of incoming mail, and of which copies nothing is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail.envelope import Client, Envelope, Path
from gateway.mail.limits import Limits
from gateway.policy.letter import Keyring, Own
from gateway.policy.memory import Heard, Question, Recollection, Sent, State
from gateway.screening.hearing import Hearing
from gateway.screening.tally import Tally
from tests.screening.test_screening import ENCRYPTED, Octets

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEYRING = Keyring(b"a secret of thirty-two characters", Own(frozenset({"larch.example"}), ("*@support.example",)))
COPY = (
    b"From: Cem <Cem@Customer.example>\r\nTo: support@larch.example\r\nSubject: The gallery is gone\r\n"
    b"Message-ID: <m1@customer.example>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\n"
    b"You deleted my wedding gallery and nobody answers. I am furious, the pictures are lost!\r\n"
)
JOURNAL = (
    b"From: <MicrosoftExchange329e@larch.example>\r\nTo: feed@gateway.example\r\nX-MS-Journal-Report:\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
    b"Sender: cem@customer.example\r\nRecipient: support@larch.example\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    + COPY
    + b"\r\n--b--\r\n"
)


@dataclass
class Kept:
    """A memory that is only told."""

    heard_: list[Heard] = field(default_factory=list)

    async def recall(self, _question: Question) -> Recollection:
        raise AssertionError("the feed asks nothing")

    async def sent(self, *_replies: Sent) -> None:
        raise AssertionError("the feed sends nothing")

    async def heard(self, heard: Heard) -> None:
        self.heard_.append(heard)


async def hear(content: bytes, sender: str = "cem@customer.example") -> tuple[list[Heard], list[str]]:
    kept, tally = Kept(), Tally(lambda: date(2026, 11, 24))
    envelope = Envelope(Path(sender), (Path("feed@gateway.example"),), Client("127.0.0.1"))
    await Hearing(kept, KEYRING, Limits(), tally, lambda: NOON).hear(envelope, Octets(content))
    return kept.heard_, [count.name for count in tally.take() if count.kind == "feed"]


async def test_of_a_customers_message_state_time_and_place_are_kept() -> None:
    [heard], counted = await hear(COPY)
    assert heard.state == State(3, our_failure=True, resolved=False)
    assert heard.at == NOON - timedelta(hours=2)
    assert heard.strand.begins
    assert counted == ["remembered"]


async def test_what_the_customer_quotes_is_not_theirs() -> None:
    quoted = b"".join(b"> " + line + b"\r\n" for line in COPY.split(b"\r\n\r\n")[1].splitlines())
    answer = COPY.replace(COPY.split(b"\r\n\r\n")[1], b"It all works again, thank you!\r\n\r\nCem wrote:\r\n" + quoted)
    [heard], _ = await hear(answer)
    assert heard.state.resolved is True
    assert heard.state.level == 0


@pytest.mark.parametrize(
    ("added", "sender", "why"),
    [
        (b"Auto-Submitted: auto-replied\r\n", "cem@customer.example", "auto_submitted"),
        (b"Precedence: auto_reply\r\n", "cem@customer.example", "auto_submitted"),
        (b"Precedence: bulk\r\n", "cem@customer.example", "bulk"),
        (b"List-Unsubscribe: <mailto:x@y>\r\n", "cem@customer.example", "bulk"),
        (b"", "", "null_sender"),
    ],
)
async def test_what_no_customer_wrote_is_counted_and_not_kept(added: bytes, sender: str, why: str) -> None:
    assert await hear(added + COPY, sender) == ([], [why])


@pytest.mark.parametrize("address", [b"anna@larch.example", b"ben@support.example"])
async def test_mail_of_our_own_is_not_a_customers(address: bytes) -> None:
    assert await hear(COPY.replace(b"Cem@Customer.example", address)) == ([], ["internal"])


async def test_a_message_from_nobody_has_no_customer() -> None:
    assert await hear(COPY.replace(b"From: Cem <Cem@Customer.example>\r\n", b"")) == ([], ["no_sender"])


async def test_an_encrypted_message_counts_and_says_nothing() -> None:
    content = ENCRYPTED.replace(b"anna@larch.example", b"cem@customer.example")
    [heard], _ = await hear(content)
    assert heard.state == State()


async def test_a_journal_report_stands_for_the_message_in_it() -> None:
    [within], counted = await hear(JOURNAL, sender="")
    [plain], _ = await hear(COPY)
    assert (within, counted) == (plain, ["remembered"])


@pytest.mark.parametrize(
    "written", [b"Tue, 24 Nov 2027 10:00:00 +0000", b"Thu, 1 Jan 1970 00:00:00 +0000", b"soon", b""]
)
async def test_a_date_that_cannot_be_is_not_believed(written: bytes) -> None:
    [heard], _ = await hear(COPY.replace(b"Tue, 24 Nov 2026 10:00:00 +0000", written))
    assert heard.at == NOON


async def test_a_long_message_is_read_all_the_same() -> None:
    [heard], _ = await hear(COPY + b"It is gone.\r\n" * 20_000)
    assert heard.state.level == 3


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=400))
async def test_no_copy_makes_it_fail(content: bytes) -> None:
    _, counted = await hear(content)
    assert counted in (["remembered"], ["no_sender"], ["internal"])
    _, counted = await hear(b"From: c@x.example\r\nX-MS-Journal-Report: 1\r\n" + content)
    assert "failed" not in counted
