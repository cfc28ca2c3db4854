# SPDX-License-Identifier: GPL-3.0-or-later
"""The context of a reply: facts about submitter, team, customer and thread.

None means *unknown* everywhere. A rule that needs an unknown fact does not run (the decision table, step 1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Relation(StrEnum):
    """Whether this team has written to this customer before."""

    NEW = "new"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Context:
    """Facts that conditions (`when`, `unless`, `escalate`, `ease`) can ask for.

    Attributes:
        team: name of the team that the submitter belongs to.
        submitter: who sends, see `gateway.mail.envelope.Client`.
        sender: address of the reverse-path.
        recipients: addresses of the forward-paths.
        customer: the customer's newest words, where the reply quotes them or a row gives them.
        inbound_level: 0 to 3, see `gateway.mail.reply.CustomerState`.
        our_failure: whether the customer reports a failure of ours.
        relation: new or known; known only if all outside recipients are.
        repeat_contact: whether this is the customer's second or later message on the matter.
        resolved: whether the customer's newest message confirms a fix and reports no fault.
        messages_in_thread: how many messages the customer has sent in this thread.
        apologies_before: how many of our earlier replies in the thread apologised.
        earlier_replies: our earlier replies in this thread, where a row or an example gives their text.
        thread_fingerprints: for each sketch of this reply (`gateway.policy.repetition.sketches`), how often a reply
            in this thread had it before; the memory itself keeps keyed hashes of sketches only.
        sender_fingerprints: likewise in the sender's last 50 replies.
    """

    team: str | None = None
    submitter: str | None = None
    sender: str = ""
    recipients: tuple[str, ...] = ()
    customer: str | None = None
    inbound_level: int | None = None
    our_failure: bool | None = None
    relation: Relation | None = None
    repeat_contact: bool | None = None
    resolved: bool | None = None
    messages_in_thread: int | None = None
    apologies_before: int | None = None
    earlier_replies: tuple[str, ...] | None = None
    thread_fingerprints: dict[str, int] | None = field(default=None)
    sender_fingerprints: dict[str, int] | None = field(default=None)
