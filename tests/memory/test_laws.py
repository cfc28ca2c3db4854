# SPDX-License-Identifier: GPL-3.0-or-later
"""Laws of a memory: whatever order mail comes in, and however often, it says the same."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import groupby, islice
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from gateway.ledger import memory_reads, memory_writes
from gateway.ledger.schema import metadata
from gateway.policy.memory import Heard, Question, Recollection, Sent, State
from tests.memory.letters import CUSTOMER, NOON, heard, letter, mail, sent

ENGINE = create_engine("sqlite://")
metadata.create_all(ENGINE)

#: Messages of a few threads, each referring to some that came before it by number.
_threads = st.lists(
    st.tuples(st.booleans(), st.sets(st.integers(0, 9), max_size=3), st.sampled_from((0, 1, 3, None)), st.booleans()),
    min_size=1,
    max_size=8,
)


def told(messages: list[tuple[bool, set[int], int | None, bool]]) -> list[Sent | Heard]:
    """What a memory is told of such messages."""
    found: list[Sent | Heard] = []
    for number, (ours, earlier, level, flag) in enumerate(messages):
        references = tuple(f"m{each}" for each in sorted(earlier) if each < number)
        text = f"The export stops at page {number} of your gallery."
        content = mail(f"m{number}", text, references=references, subject=f"Re: {number}", from_=CUSTOMER)
        if ours:
            found.append(sent(letter(content), apologised=flag, minutes=number))
        else:
            found.append(heard(content, State(level, our_failure=flag, resolved=not flag), minutes=number))
    return found


def answer(entries: list[Sent | Heard], question: Question, at_once: int = 1) -> Recollection:
    """What a memory says that was told these, in this order; of replies that follow each other so many at once."""
    with ENGINE.connect() as connection:
        memory_writes.forget_all(connection)
        for kind, run in groupby(entries, type):
            if kind is Heard:
                for entry in run:
                    memory_writes.add_heard(connection, cast("Heard", entry), NOON)
            while some := [cast("Sent", entry) for entry in islice(run, at_once)]:
                memory_writes.add_sent(connection, some)
        return memory_reads.recall(connection, question)


@settings(max_examples=25, deadline=None)
@given(_threads, st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(
    messages: list[tuple[bool, set[int], int | None, bool]], chance: random.Random
) -> None:
    entries = told(messages)
    shuffled = entries + [entry for entry in entries if chance.random() < 0.5]
    chance.shuffle(shuffled)
    text = "The export stops at page 1 of your gallery."
    question = letter(mail("m99", text, references=("m0", f"m{len(entries) - 1}"))).question
    # Since when it remembers is the one thing that hangs on what it was told first.
    assert replace(answer(shuffled, question, chance.randint(1, 9)), began=None) == replace(
        answer(entries, question), began=None
    )


@settings(max_examples=25, deadline=None)
@given(_threads)
def test_counts_are_of_messages_that_hang_together(
    messages: list[tuple[bool, set[int], int | None, bool]],
) -> None:
    entries = told(messages)
    thread = {0}
    links = [
        {number, *(each for each in earlier if each < number)} for number, (_, earlier, _, _) in enumerate(messages)
    ]
    for _ in messages:
        thread |= {each for link in links if link & thread for each in link}
    said = answer(entries, letter(mail("m99", "x", references=("m0",))).question)
    assert said.messages == sum(not messages[number][0] for number in thread)
    assert said.apologies == sum(messages[number][0] and messages[number][3] for number in thread)
    assert said.whole is False, "nothing here began a thread: each has Re: before its subject"
