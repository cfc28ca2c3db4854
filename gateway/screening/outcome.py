# SPDX-License-Identifier: GPL-3.0-or-later
"""What judging a message comes to."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.mail.reply import Reply
from gateway.policy.context import Context
from gateway.policy.letter import Letter
from gateway.policy.teams import Team
from gateway.verdict.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Unjudged:
    """The message passes without being judged; the cause is counted."""

    cause: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The message was read and judged.

    Attributes:
        reply: as it was understood.
        context: facts that the rules could ask for.
        team: whose it is.
        submitter: login or address of who sent it.
        verdict: what the policies say.
        observed: whether this team is only watched for now, so that nothing is held.
        letter: the reply as a memory sees it; None if there is none, or it is no reply to a customer.
    """

    reply: Reply
    context: Context
    team: Team
    submitter: str
    verdict: Verdict
    observed: bool
    letter: Letter | None = None


@dataclass(frozen=True, slots=True)
class NotJudged:
    """The message should have been judged and could not be.

    Attributes:
        cause: one word, for the counts: ``encrypted``, ``unreadable``, ``failed``.
        where: rule or part in which it went wrong.
        stand_in: a verdict without findings, with which it can be held if that is the setting; None if its team is
            not known, or is only observed.
    """

    cause: str
    where: str
    stand_in: Judged | None
