# SPDX-License-Identifier: GPL-3.0-or-later
"""What the memory says of a reply after what it was told, on SQLite; `test_postgresql` has the other database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice, permutations
from pathlib import Path

import pytest

from gateway.hold import states
from gateway.hold.hold import Actor, HoldState
from gateway.ledger.memory import SqlMemory
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.policy.context import Context, Relation
from gateway.policy.letter import Letter
from gateway.policy.memory import Heard, Met, Sent, State, informed
from tests.hold.holds import CONTENT, START, a_hold
from tests.memory.letters import CUSTOMER, FAULT, NOON, heard, letter, mail, sent

CANNED = "Please clear the cache of your browser and try it once more."
NOTHING = Context()
HARM = State(3, our_failure=True, resolved=False)
FIXED = State(0, our_failure=False, resolved=True)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[SqlLedger]:
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as opened:
        yield opened


@pytest.fixture
def memory(ledger: SqlLedger) -> SqlMemory:
    return ledger.memory


async def facts(memory: SqlMemory, asked: Letter, context: Context = NOTHING, *, ripe: bool = False) -> Context:
    said = await memory.recall(asked.question)
    return informed(context, asked.question, said, asked.sketches, ripe=ripe)


async def tell(memory: SqlMemory, *told: Sent | Heard) -> None:
    for each in told:
        await (memory.sent(each) if isinstance(each, Sent) else memory.heard(each))


async def test_of_what_it_was_not_told_it_says_nothing(memory: SqlMemory) -> None:
    known = await facts(memory, letter(mail("r1", CANNED, references=("m1",))))
    assert known == Context(thread_fingerprints={}, sender_fingerprints={})


async def test_a_customer_is_known_to_the_team_that_has_written_and_to_no_other(memory: SqlMemory) -> None:
    await tell(memory, sent(letter(mail("r1", CANNED))))
    other = mail("r9", "Something else.", subject="Another matter entirely")
    assert (await facts(memory, letter(other))).relation is Relation.KNOWN
    assert (await facts(memory, letter(other, team="billing"), ripe=True)).relation is Relation.NEW
    assert (await facts(memory, letter(other, "d@x.example"), ripe=True)).relation is Relation.NEW
    assert (await facts(memory, letter(other, "d@x.example"))).relation is None, "too young to say new"
    assert (await facts(memory, letter(other, "d@x.example", CUSTOMER), ripe=True)).relation is Relation.NEW


async def test_a_sentence_is_recognised_in_the_thread_and_of_the_sender_whatever_its_names(memory: SqlMemory) -> None:
    await tell(memory, sent(letter(mail("r1", "Hello Tomas,\n\n" + CANNED, references=("m1",)))))
    again = letter(mail("r2", "Hello Ben,\n\n" + CANNED, references=("m1", "r1", "m2")))
    known = await facts(memory, again)
    assert set((known.thread_fingerprints or {}).values()) == {1}
    assert known.thread_fingerprints == known.sender_fingerprints
    elsewhere = await facts(memory, letter(mail("r3", CANNED, subject="Quite other thing"), "d@x.example"))
    assert elsewhere.thread_fingerprints == {}
    assert set((elsewhere.sender_fingerprints or {}).values()) == {1}


async def test_the_same_message_again_does_not_repeat_itself_nor_make_the_customer_known(memory: SqlMemory) -> None:
    first = letter(mail("r1", CANNED, references=("m1",)))
    await tell(memory, sent(first, apologised=True), sent(first, apologised=True))
    known = await facts(memory, first, ripe=True)
    assert known.thread_fingerprints == known.sender_fingerprints == {}
    assert (known.relation, known.apologies_before) == (Relation.NEW, None)
    after = await facts(memory, letter(mail("r2", CANNED, references=("m1", "r1"))))
    assert set((after.thread_fingerprints or {}).values()) == {1}, "told twice, it went out once"
    assert after.apologies_before == 1


async def test_a_message_to_several_counts_once(memory: SqlMemory) -> None:
    await tell(memory, sent(letter(mail("r1", CANNED, references=("m1",)), CUSTOMER, "d@x.example")))
    known = await facts(memory, letter(mail("r2", CANNED, references=("m1", "r1", "m2")), CUSTOMER, "d@x.example"))
    assert set((known.thread_fingerprints or {}).values()) == {1}
    assert set((known.sender_fingerprints or {}).values()) == {1}
    assert known.relation is Relation.KNOWN


async def test_what_is_held_counts_once_it_is_delivered_and_never_if_it_is_discarded(
    ledger: SqlLedger, memory: SqlMemory
) -> None:
    hold = await ledger.hold(a_hold(), CONTENT)
    await tell(memory, sent(letter(mail("r1", CANNED, references=("m1",))), apologised=True, hold=hold.id))
    asked = letter(mail("r2", CANNED, references=("m1", "r1", "m2")))

    async def counted() -> tuple[int | None, Relation | None, int]:
        known = await facts(memory, asked)
        return known.apologies_before, known.relation, sum((known.thread_fingerprints or {}).values())

    assert await counted() == (None, None, 0)
    discarded = await ledger.update(hold, states.discard(hold, Actor.AGENT, START))
    assert discarded is not None
    assert await counted() == (None, None, 0)
    delivered = await ledger.update(discarded, replace(discarded, state=HoldState.DELIVERED))
    assert delivered is not None
    apologies, relation, repeats = await counted()
    assert (apologies, relation) == (1, Relation.KNOWN)
    assert repeats > 0


async def test_what_passed_stays_passed_though_it_is_held_when_it_comes_again(memory: SqlMemory) -> None:
    first = letter(mail("r1", CANNED, references=("m1",)))
    await tell(memory, sent(first, apologised=True), sent(first, hold="nowhere1"))
    assert (await facts(memory, letter(mail("r2", "x", references=("m1", "r1"))))).apologies_before == 1


async def test_the_feed_tells_level_failure_count_and_whether_it_is_resolved(memory: SqlMemory) -> None:
    first = mail("m1", "It is gone.", from_=CUSTOMER)
    await tell(memory, heard(first, HARM))
    reply = letter(mail("r1", CANNED, references=("m1",)))
    known = await facts(memory, reply)
    assert (known.inbound_level, known.our_failure, known.resolved) == (3, True, False)
    assert (known.messages_in_thread, known.repeat_contact, known.apologies_before) == (1, False, 0)
    second = mail("m2", "It works, thank you.", from_=CUSTOMER, references=("m1", "r1"))
    await tell(memory, sent(reply), heard(second, FIXED, minutes=5), heard(second, FIXED, minutes=5))
    known = await facts(memory, letter(mail("r2", "Good.", references=("m1", "r1", "m2"))))
    assert (known.inbound_level, known.resolved) == (0, True)
    assert (known.messages_in_thread, known.repeat_contact) == (2, True)


async def test_what_the_reply_quotes_goes_before_the_memory(memory: SqlMemory) -> None:
    await tell(memory, heard(mail("m1", "Gone.", from_=CUSTOMER), HARM))
    quoted = Context(inbound_level=1, our_failure=False)
    known = await facts(memory, letter(mail("r1", CANNED, references=("m1",))), quoted)
    assert (known.inbound_level, known.our_failure) == (1, False)


async def test_an_answer_to_a_message_that_was_not_heard_has_nothing_from_an_older_one(memory: SqlMemory) -> None:
    await tell(memory, heard(mail("m1", "Gone.", from_=CUSTOMER), HARM))
    known = await facts(memory, letter(mail("r2", CANNED, references=("m1", "r1", "m2"))))
    assert (known.inbound_level, known.our_failure, known.resolved) == (None, None, None)
    assert (known.messages_in_thread, known.repeat_contact, known.apologies_before) == (None, None, None)


async def test_a_thread_that_began_before_the_memory_is_not_counted_as_if_it_were_whole(memory: SqlMemory) -> None:
    await tell(memory, heard(mail("m5", "Still.", from_=CUSTOMER, references=("m1", "r1")), FAULT))
    known = await facts(memory, letter(mail("r5", CANNED, references=("m1", "r1", "m5"))))
    assert (known.messages_in_thread, known.repeat_contact) == (None, None)
    assert known.inbound_level == 1, "what it answers was heard"


async def test_a_help_desk_that_names_no_message_is_known_by_the_topic(memory: SqlMemory) -> None:
    await tell(memory, heard(mail("m1", "Gone.", from_=CUSTOMER, subject="Gallery gone since Monday"), HARM))
    known = await facts(memory, letter(mail("t1", CANNED, subject="RE: [#4711] gallery gone since monday")))
    assert (known.inbound_level, known.messages_in_thread) == (3, 1)
    other = await facts(memory, letter(mail("t2", CANNED, subject="Re: Gallery gone since Monday"), "d@x.example"))
    assert other.inbound_level is None, "of another customer it says nothing"


async def test_two_answered_messages_are_a_repeat_contact_even_without_the_feed(memory: SqlMemory) -> None:
    await tell(memory, sent(letter(mail("r1", "One.", references=("m1",)))))
    assert (await facts(memory, letter(mail("r2", "Two.", references=("m1", "r1", "m2"))))).repeat_contact is True
    follow_up = letter(mail("r3", "And one more thing.", references=("m1", "r1")))
    assert (await facts(memory, follow_up)).repeat_contact is None, "we answered ourselves"


async def test_the_order_in_which_mail_comes_makes_no_difference(tmp_path: Path) -> None:
    told: Sequence[Sent | Heard] = (
        heard(mail("m1", "Gone.", from_=CUSTOMER), HARM, minutes=0),
        sent(letter(mail("r1", CANNED, references=("m1",))), apologised=True, minutes=1),
        heard(mail("m2", "Again.", from_=CUSTOMER, references=("r1",)), FAULT, minutes=2),
        heard(mail("m3", "Thanks.", from_=CUSTOMER, references=("m1", "r1", "m2")), FIXED, minutes=3),
    )
    asked = letter(mail("r3", CANNED, references=("m3",)))
    seen = []
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        for order in islice(permutations(told), 0, None, 2):
            await ledger.memory.forget_all()
            await tell(ledger.memory, *order)
            seen.append(await facts(ledger.memory, asked))
    assert all(each == seen[0] for each in seen)
    assert (seen[0].messages_in_thread, seen[0].apologies_before, seen[0].resolved) == (3, 1, True)


async def test_messages_at_the_same_moment_make_one_thread(memory: SqlMemory) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            content = mail(f"m{number}", "Gone.", from_=CUSTOMER, references=("m0",) if number else ())
            group.create_task(memory.heard(heard(content, FAULT)))
    known = await facts(memory, letter(mail("r1", "x", references=("m0", "m19"))))
    assert known.messages_in_thread == 20


async def test_a_thread_is_forgotten_whole_and_a_relation_in_its_own_time(memory: SqlMemory) -> None:
    await tell(memory, sent(letter(mail("r1", CANNED, references=("m1",))), apologised=True))
    await tell(memory, sent(letter(mail("r2", "Two.", references=("m1", "r1", "m2"))), minutes=90))
    asked = letter(mail("r3", CANNED, references=("m1", "r2")))
    hour = NOON + timedelta(hours=1)
    assert await memory.forget(hour, hour) == 0
    known = await facts(memory, asked)
    assert known.apologies_before == 1, "the thread had a message since"
    assert await memory.forget(NOON + timedelta(hours=2), hour) > 0
    known = await facts(memory, asked)
    assert known.sender_fingerprints == known.thread_fingerprints == {}
    assert (known.apologies_before, known.relation) == (None, Relation.KNOWN)
    assert await memory.forget(NOON, NOON + timedelta(hours=2)) == 0
    assert (await facts(memory, asked)).relation is None


async def test_it_says_since_when_it_remembers_and_when_it_last_heard(memory: SqlMemory) -> None:
    asked = letter(mail("r1", CANNED))
    assert (await memory.recall(asked.question)).began is None
    assert await memory.last_heard() is None
    await tell(memory, sent(asked), sent(letter(mail("r2", "x")), minutes=9), heard(mail("m1", "x", from_=CUSTOMER)))
    said = await memory.recall(asked.question)
    assert (said.began, said.answers) == (NOON, Met.NOT)
    assert await memory.last_heard() is not None


def octets(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_no_word_and_no_address_of_a_mail_is_in_the_database(tmp_path: Path) -> None:
    ours = mail("r1-secretid", CANNED + "\nYour reference is Quillfeather.", references=("m1-secretid",))
    theirs = mail("m1-secretid", "The Quillfeather gallery vanished.", from_=CUSTOMER, to="support@larch.example")
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        schema = await asyncio.to_thread(octets, tmp_path)
        await tell(ledger.memory, sent(letter(ours)), heard(theirs, HARM))
        await facts(ledger.memory, letter(mail("r2", CANNED, references=("m1-secretid",))))
        files = await asyncio.to_thread(octets, tmp_path)
    words = {word.strip("<>.,:@").lower().encode() for word in (ours + theirs).decode().replace("@", " ").split()}
    assert b"quillfeather" in words
    assert [word for word in words if len(word) > 4 and word in files.lower() and word not in schema.lower()] == []
