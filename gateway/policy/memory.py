# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gateway remembers of mail, and what that says about a reply.

A memory knows keyed hashes, numbers and dates: no word of a mail and nobody's address can be read from it. Everything
here is such a value; `gateway.policy.letter` makes the hashes.

What is not known stays unknown, and a memory knows less than it seems to. It began some day; it is told only of mail
that goes through the gateway, and of incoming mail only what the inbound feed shows it. So a thread is *whole* only if
its beginning was met, and every message that is named in it. In one that is not, a count is a lower bound: enough to
say that a customer has written twice, not that they have written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from gateway.policy.context import Context, Relation


class Met(StrEnum):
    """Whether a memory has met the message that a reply answers, and whose it was."""

    NOT = "not"
    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Strand:
    """A message's place in the thread with one correspondent: keyed hashes that are bound to that correspondent.

    Attributes:
        own: of its identifier.
        topic: of its topic; empty if that says too little.
        refers_to: of the identifiers that it refers to.
        begins: whether nothing in it speaks of an earlier message.
    """

    own: str
    topic: str
    refers_to: tuple[str, ...] = ()
    begins: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All by which the thread may be known, each once."""
        return tuple(dict.fromkeys(name for name in (self.own, self.topic, *self.refers_to) if name))


@dataclass(frozen=True, slots=True)
class Question:
    """An outgoing reply, as far as a memory is asked about it and is told of it; keyed hashes throughout.

    Attributes:
        message: of the message; the same for each of its recipients, and when it is sent again.
        answers: of the message that it answers; empty if it does not say.
        sender: of team and submitter; in a question it may be empty, and the sender's last replies are not asked for.
        strands: one for each outside recipient.
        relations: of team and recipient, likewise.
        sketches: of its sketches (`gateway.policy.repetition.sketches`).
    """

    message: str
    answers: str
    sender: str
    strands: tuple[Strand, ...]
    relations: tuple[str, ...]
    sketches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A reply of ours that went out, or will have gone out once its hold is delivered.

    Attributes:
        question: its hashes.
        apologised: whether it apologised; None if that is not known.
        at: when it was written.
        hold: id of the hold; empty if it passed.
    """

    question: Question
    apologised: bool | None
    at: datetime
    hold: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What a customer's message says about them. None is unknown.

    Attributes:
        level: see `gateway.mail.reply.CustomerState`.
        our_failure: likewise.
        resolved: whether it confirms a fix and reports no fault.
    """

    level: int | None = None
    our_failure: bool | None = None
    resolved: bool | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A customer's message.

    Attributes:
        message: keyed hash of the message.
        strand: its place in the thread.
        at: when it was written.
        state: what it says about the customer.
    """

    message: str
    strand: Strand
    at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Recollection:
    """What a memory says to a question. The message that is asked about is left out: it may be coming again.

    Attributes:
        began: when the first reply was remembered; None if none was.
        relations: those of the question under which something was sent.
        answers: whether the message that this one answers was met.
        whole: whether the thread's beginning was met, and every message that it refers to.
        answered: hashes of the customers' messages that earlier replies of ours in the thread have answered.
        apologies: how many of those replies apologised.
        messages: how many messages of the customer there are in the thread.
        newest: the newest of those; None if there is none.
        in_thread: for each of the question's sketches that was sent in the thread before, how often.
        by_sender: likewise in the sender's last replies.
    """

    began: datetime | None = None
    relations: frozenset[str] = frozenset()
    answers: Met = Met.NOT
    whole: bool = False
    answered: frozenset[str] = frozenset()
    apologies: int = 0
    messages: int = 0
    newest: State | None = None
    in_thread: Mapping[str, int] = field(default_factory=dict)
    by_sender: Mapping[str, int] = field(default_factory=dict)


def informed(
    context: Context, question: Question, said: Recollection, sketches: Mapping[str, str], *, ripe: bool
) -> Context:
    """A context with what a memory said added to it. What the reply's own quotation says goes before the memory.

    Args:
        context: facts from the reply itself.
        question: what the memory was asked.
        said: what it said.
        sketches: the sketch behind each hash.
        ripe: whether the memory is old enough to say of a customer it has not met that they are new.
    """
    newest = _newest(question, said)
    level, failure = context.inbound_level, context.our_failure
    if level is None and newest is not None:
        level, failure = newest.level, newest.our_failure
    return replace(
        context,
        inbound_level=level,
        our_failure=failure,
        relation=_relation(question, said, ripe=ripe),
        repeat_contact=_repeat_contact(question, said),
        resolved=newest.resolved if newest is not None else None,
        messages_in_thread=said.messages if said.whole and said.messages else None,
        apologies_before=said.apologies if said.whole or said.apologies else None,
        thread_fingerprints={sketches[known]: count for known, count in said.in_thread.items()},
        sender_fingerprints={sketches[known]: count for known, count in said.by_sender.items()},
    )


def _newest(question: Question, said: Recollection) -> State | None:
    """The customer's newest message, unless this reply answers one that nobody has told us of."""
    return None if question.answers and said.answers is Met.NOT else said.newest


def _relation(question: Question, said: Recollection, *, ripe: bool) -> Relation | None:
    if question.relations and said.relations.issuperset(question.relations):
        return Relation.KNOWN
    return Relation.NEW if question.relations and ripe else None


def _repeat_contact(question: Question, said: Recollection) -> bool | None:
    """Whether the customer has written twice; by what was heard of them, or by what of theirs we have answered."""
    answered = set(said.answered)
    if question.answers and said.answers is not Met.OURS:
        answered.add(question.answers)
    if said.messages >= 2 or len(answered) >= 2:
        return True
    return False if said.whole and said.messages else None
