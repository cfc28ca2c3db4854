# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that need what was written before, as they ship, over a real ledger: from the first mail to the second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.hold import states
from gateway.hold.hold import Actor, HoldState
from gateway.hold.ladder import Ladder
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.mail.envelope import Client, Envelope
from gateway.mail.envelope import Path as MailPath
from gateway.mail.limits import Limits
from gateway.mail.read import read
from gateway.mail.server_reply import ServerReply
from gateway.policy.context import Context
from gateway.policy.letter import Keyring, Own
from gateway.policy.load import load
from gateway.policy.memory import Question, Recollection, Sent
from gateway.policy.policies import Policies
from gateway.policy.teams import Team
from gateway.ports import Memory, Unavailable
from gateway.screening.hearing import Hearing
from gateway.screening.holding import Holding, Reviewing
from gateway.screening.judging import Judging, Jurisdiction
from gateway.screening.remembering import Diligence, Remembering
from gateway.screening.screening import Carriage, Screening
from gateway.screening.superseding import Superseding
from gateway.screening.tally import Tally
from gateway.service.policy_files import shipped_folder, source_files
from gateway.verdict.stance import Stance
from tests.screening.test_screening import DAY, NOON, Octets, Store, Upstream

KEYRING = Keyring(b"a secret of thirty-two characters", Own(frozenset({"larch.example"})))
CANNED = b"Please clear the cache and the cookies of your browser and then try it again."
ANGRY = b"You deleted my wedding gallery and nobody answers. I am furious, the pictures are lost!"


@pytest.fixture(scope="module")
def policies() -> Policies:
    """Those that ship which ask for what was written before, and the acts and words that they need."""
    wanted = ("acts/", "words/", "script/repeat.", "repeat/same", "omission/apology.", "apology/credibility.")
    files = [file for file in source_files(shipped_folder()) if any(part in file.path for part in wanted)]
    loaded = load(files)
    assert not loaded.problems
    return loaded.policies


@dataclass
class Desk:
    """A gateway's use cases over a ledger."""

    screening: Screening
    hearing: Hearing
    ledger: SqlLedger
    remembering: Remembering
    tally: Tally

    async def send(
        self,
        number: str,
        text: bytes,
        *answers: str,
        upstream: Upstream | None = None,
        envelope: Envelope | None = None,
    ) -> str:
        """Send a reply to the customer; what was done with it, and what fired, in words."""
        references = b" ".join(b"<%s@x.example>" % each.encode() for each in answers)
        content = (
            b"From: anna@larch.example\r\nTo: cem@customer.example\r\nSubject: Re: The gallery is gone\r\n"
            b"Message-ID: <" + number.encode() + b"@x.example>\r\n"
            + b"In-Reply-To: " + references.split()[-1] + b"\r\nReferences: " + references + b"\r\n"
            + b"\r\nHello Cem,\r\n\r\n" + text + b"\r\n\r\nKind regards\r\nAnna\r\n"
        )  # fmt: skip
        await self.screening.screen(envelope or ENVELOPE, Octets(content), upstream or Upstream())
        await self.remembering.all_kept()
        counts = {count for count in self.tally.take() if count.team}
        return " ".join(sorted(count.name for count in counts))

    async def hear(self, number: str, text: bytes, *answers: str, customer: str = "cem@customer.example") -> None:
        """A customer's message comes in through the feed."""
        references = b" ".join(b"<%s@x.example>" % each.encode() for each in answers)
        content = (
            b"From: The customer <" + customer.encode() + b">\r\nTo: support@larch.example\r\n"
            b"Subject: The gallery is gone\r\nMessage-ID: <" + number.encode() + b"@x.example>\r\n"
            + (b"References: " + references + b"\r\n" if answers else b"")
            + b"\r\n" + text + b"\r\n"
        )  # fmt: skip
        await self.hearing.hear(replace(ENVELOPE, sender=MailPath(customer)), Octets(content))


USUAL = Stance()
PATIENT = Stance(hold_at=99)
ENVELOPE = Envelope(MailPath("anna@larch.example"), (MailPath("cem@customer.example"),), Client("192.0.2.7"))


@asynccontextmanager
async def desk(
    folder: Path,
    policies: Policies,
    memory: Memory | None = None,
    stance: Stance = Stance(),  # noqa: B008 - a value
) -> AsyncIterator[Desk]:
    tally = Tally(lambda: DAY)
    async with open_ledger(f"sqlite:///{folder}/ledger.db") as ledger:
        diligence = Diligence(ripe_after=timedelta(), patience=5.0, pause=0.0, gathering=0.0)
        asked = memory or ledger.memory
        remembering = Remembering(asked, KEYRING, policies, lambda: NOON, diligence)
        jurisdiction = Jurisdiction([Team("helpdesk", ("*@larch.example",))], {"helpdesk": stance})
        judging = Judging(jurisdiction, policies, Limits(), lambda: DAY, None, remembering)
        reviewing = {"helpdesk": Reviewing("{local}", "lead", Ladder())}
        holding = Holding(ledger.hold, Store(), reviewing, b"secret" * 6, lambda: NOON)
        superseding = Superseding(ledger, lambda: NOON)
        screening = Screening(judging, holding, tally, Carriage({}), superseding, lambda: 0.0, remembering)
        hearing = Hearing(asked, KEYRING, Limits(), tally, lambda: NOON)
        async with remembering.keeping():
            yield Desk(screening, hearing, ledger, remembering, tally)


async def test_the_same_paragraph_to_the_same_customer_in_one_thread_is_a_repeat(
    tmp_path: Path, policies: Policies
) -> None:
    async with desk(tmp_path, policies, stance=PATIENT) as here:
        assert await here.send("r1", CANNED, "m1") == "passed"
        assert await here.send("r1", CANNED, "m1") == "passed", "the client's own retry is none"
        again = await here.send("r2", CANNED, "m1", "r1", "m2")
        assert again == "noted repeat/same-answer#same-reply repeat/same-answer#same-step script/repeat#sent-before"
        assert await here.send("r3", b"I have asked the depot, and call you at three.", "m1", "r2", "m3") == "passed"


async def test_the_third_time_it_is_held_and_a_held_one_that_is_discarded_was_never_sent(
    tmp_path: Path, policies: Policies
) -> None:
    async with desk(tmp_path, policies, stance=PATIENT) as here:
        await here.send("r1", CANNED, "m1")
        assert (await here.send("r2", CANNED, "m1", "r1", "m2")).startswith("noted ")
        assert (await here.send("r3", CANNED, "m1", "r2", "m3")).startswith("held ")
        [hold] = await here.ledger.listed([HoldState.HELD], 9)
        discarded = await here.ledger.update(hold, states.discard(hold, Actor.AGENT, NOON))
        assert discarded is not None
        counts = await sent_before(here)
        assert counts == {2}, "two went out"
        await here.ledger.update(discarded, replace(discarded, state=HoldState.DELIVERED))
        assert await sent_before(here) == {3}, "brought back, and released"


async def sent_before(here: Desk) -> set[int]:
    """How often the sketches of the canned reply were sent in the thread."""
    content = (
        b"From: anna@larch.example\r\nMessage-ID: <r9@x.example>\r\nReferences: <m1@x.example>\r\n"
        b"Subject: Re: The gallery is gone\r\n\r\n" + CANNED + b"\r\n"
    )
    letter = KEYRING.letter(ENVELOPE, read(content), "helpdesk", "anna@larch.example")
    assert letter is not None
    return set((await here.ledger.memory.recall(letter.question)).in_thread.values())


async def test_what_upstream_did_not_take_was_not_written(tmp_path: Path, policies: Policies) -> None:
    class Refusing(Upstream):
        async def deliver(self, _message: object) -> ServerReply:
            return ServerReply.of(451, "4.3.2 Not now")

    async with desk(tmp_path, policies) as here:
        await here.send("r1", CANNED, "m1", upstream=Refusing())
        assert await here.send("r2", CANNED, "m1", "m2") == "passed"


async def test_the_feed_shows_what_a_stripped_quotation_would_have(tmp_path: Path, policies: Policies) -> None:
    async with desk(tmp_path, policies) as here:
        curt = b"A reversal of the deletion takes a week."
        other = b"There is no other copy of the pictures here."
        assert await here.send("r0", other, "m1") == "passed", "nobody knows what the customer wrote"
        await here.hear("m1", ANGRY)
        assert await here.send("r1", curt, "m1") == "noted omission/apology#neither-sorry-nor-ours"
        sorry = b"I am sorry, we deleted it by mistake. I restore it now and write to you at five."
        assert await here.send("r2", sorry, "m1", "r1") == "passed"
        await here.hear("m2", ANGRY, "m1", "r2")
        bare = b"The disk is in the machine since ten."
        assert await here.send("r3", bare, "m1", "r2", "m2") == "passed", "we have apologised in this thread"


async def test_an_apology_alone_is_not_enough_for_a_customer_who_is_new(tmp_path: Path, policies: Policies) -> None:
    async with desk(tmp_path, policies) as here:
        await here.hear("m1", ANGRY)
        alone = "apology/credibility#nothing-beside-it noted"
        assert await here.send("r0", b"I am sorry about the gallery.", "m1") == "passed", "the memory has not begun"
        await here.hear("m2", ANGRY, "m1", "r0")
        to_dora = replace(ENVELOPE, recipients=(MailPath("dora@customer.example"),))
        assert await here.send("r1", b"So sorry to hear of the pictures.", "m1", "r0", "m2") == "passed", "he is known"
        await here.hear("d1", ANGRY, customer="dora@customer.example")
        assert await here.send("r2", b"We are sorry for the loss.", "d1", envelope=to_dora) == alone, "she is new"


class Noting:
    """A memory that notes what it is asked and told."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.told: list[int] = []

    async def recall(self, question: Question) -> Recollection:
        self.asked.append(question)
        return Recollection()

    async def sent(self, *replies: Sent) -> None:
        self.told.append(len(replies))

    async def heard(self, _heard: object) -> None:
        raise AssertionError


async def test_the_memory_is_asked_for_what_rules_need_and_for_nothing_where_none_needs_it(
    tmp_path: Path, policies: Policies
) -> None:
    noting = Noting()
    async with desk(tmp_path, policies, noting) as here:
        await here.send("r1", CANNED, "m1")
    assert [question.sender for question in noting.asked] == [""], "no rule that ships looks at a sender's last"
    async with desk(tmp_path, replace(policies, policies=()), noting) as here:
        await here.send("r2", CANNED, "m1")
    assert (len(noting.asked), noting.told) == (1, [1])


async def test_replies_that_go_out_one_after_the_other_are_kept_together(tmp_path: Path, policies: Policies) -> None:
    noting = Noting()
    async with desk(tmp_path, policies, noting) as here, asyncio.TaskGroup() as group:
        for number in range(60):
            group.create_task(here.send(f"r{number}", CANNED, "m1"))
    assert sum(noting.told) == 60
    assert 2 <= len(noting.told) < 30


class Faulty:
    """A memory with a fault of its own in it."""

    async def recall(self, _question: Question) -> Recollection:
        return Recollection()

    async def sent(self, *_replies: Sent) -> None:
        raise ZeroDivisionError

    async def heard(self, _heard: object) -> None:
        raise ZeroDivisionError


async def test_a_fault_of_the_memory_ends_nothing(tmp_path: Path, policies: Policies) -> None:
    async with desk(tmp_path, policies, Faulty()) as here:
        assert await here.send("r1", CANNED, "m1") == "passed"
        assert await here.send("r2", CANNED, "m1", "m2") == "passed"


class Away:
    """A memory that is never there."""

    async def recall(self, _question: Question) -> Recollection:
        raise Unavailable("gone")

    async def sent(self, *_replies: Sent) -> None:
        raise Unavailable("gone")

    async def heard(self, _heard: object) -> None:
        raise Unavailable("gone")


async def test_without_the_memory_mail_goes_on(tmp_path: Path, policies: Policies) -> None:
    async with desk(tmp_path, policies, Away()) as here:
        assert await here.send("r1", CANNED, "m1") == "passed"
        assert await here.send("r2", CANNED, "m1", "r1", "m2") == "passed"
        with pytest.raises(Unavailable):
            await here.hear("m1", ANGRY)


class Mute(Away):
    """A memory that takes the question and never answers."""

    asked = 0

    async def recall(self, _question: Question) -> Recollection:
        self.asked += 1
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]  # of nothing


async def test_a_memory_that_does_not_answer_is_not_waited_for_and_then_left_alone() -> None:
    memory = Mute()
    remembering = Remembering(memory, KEYRING, None, lambda: NOON, Diligence(patience=0.02, pause=60))
    content = b"From: anna@larch.example\r\nMessage-ID: <r1@x.example>\r\n\r\n" + CANNED + b"\r\n"
    letter = remembering.letter(ENVELOPE, read(content), "helpdesk", "anna")
    for _ in range(3):
        async with asyncio.timeout(5):
            assert await remembering.informed(Context(), letter) == Context()
    assert memory.asked == 1
