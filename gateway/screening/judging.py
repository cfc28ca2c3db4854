# SPDX-License-Identifier: GPL-3.0-or-later
"""From a message to its verdict: whose it is, what it says, in which context, what the policies make of it.

A fault of our own in here must not lose or delay mail: whatever reading or judging raises becomes `NotJudged`, which
takes the setting `on_error`. This is the one place where that is caught, and it is logged with its place in the code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import structlog

from gateway.mail.envelope import Envelope
from gateway.mail.limits import Limits
from gateway.mail.read import read
from gateway.mail.reply import CustomerState, ReadState, Reply
from gateway.mail.state import customer_state
from gateway.policy.context import Context
from gateway.policy.evaluate import RuleFailed
from gateway.policy.policies import Policies
from gateway.policy.teams import (
    Exempt,
    Team,
    Trust,
    exempt_by_envelope,
    exempt_by_headers,
    language_of,
    submitter,
    team_of,
)
from gateway.ports import Judge, Judgement, Message, Unavailable
from gateway.screening.outcome import Judged, NotJudged, Unjudged
from gateway.screening.remembering import Remembering
from gateway.verdict.judge import judge as judge_by
from gateway.verdict.stance import Stance
from gateway.verdict.verdict import Action, Verdict

_log = structlog.get_logger()

_AT_ONCE = 64 << 10
"""Octets up to which a message is read on the event loop; a longer one is read in a thread, so that no other session
waits for it. Below, handing it over would cost more than it saves."""

Outcome = Judged | NotJudged | Unjudged


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Who is judged, and how strictly.

    Attributes:
        teams: in the order in which they are asked.
        stances: by team name.
        observed: names of the teams that are only watched.
        trust: by listener name.
        exempt: what passes unjudged.
    """

    teams: Sequence[Team]
    stances: Mapping[str, Stance]
    observed: frozenset[str] = frozenset()
    trust: Mapping[str, Trust] = field(default_factory=dict)
    exempt: Exempt = field(default_factory=Exempt)


class Judging:
    """Judges messages.

    Args:
        jurisdiction: who is judged.
        policies: in force; None if there are none, which passes everything unjudged, loudly.
        limits: how much of a message is read.
        today: gives the date, for rules that begin or end.
        judge: the learned judge; None if it is not installed.
        remembering: asks the context memory; None if there is none.
    """

    def __init__(
        self,
        jurisdiction: Jurisdiction,
        policies: Policies | None,
        limits: Limits,
        today: Callable[[], date],
        judge: Judge | None = None,
        remembering: Remembering | None = None,
    ) -> None:
        self._jurisdiction = jurisdiction
        self._policies = policies
        self._limits = limits
        self._today = today
        self._judge = judge
        self._remembering = remembering

    async def judge(self, envelope: Envelope, message: Message) -> Outcome:
        """What is to be thought of a message. Raises nothing but cancellation."""
        cause = exempt_by_envelope(envelope, self._jurisdiction.exempt)
        if cause is not None:
            return Unjudged(cause)
        if self._policies is None:
            return Unjudged("no_policies")
        try:
            return await self._read_and_judge(envelope, message, self._policies)
        except RuleFailed as error:
            # It would cost the next messages as much: until policies are loaded anew, this pattern finds nothing.
            self._policies = self._policies.without(error.pattern)
            _log.error(
                "rule.out_of_service",
                policy=error.policy,
                rule=error.rule,
                why=error.reason,
                advice="narrow the pattern, then reload",
            )
            return NotJudged("rule", f"{error.policy}#{error.rule}", None)
        except Exception:  # noqa: BLE001 - the promise at the top: our own fault must not lose mail
            _log.exception("judging.failed", listener=envelope.client.listener)
            return NotJudged("failed", "judging", None)

    async def _read_and_judge(self, envelope: Envelope, message: Message, policies: Policies) -> Outcome:
        rules = self._jurisdiction
        content = message.prefix(self._limits.octets)
        if len(content) <= _AT_ONCE:
            reply = read(content, self._limits)
        else:
            reply = await asyncio.to_thread(read, content, self._limits)
        who = submitter(envelope, reply.headers, rules.trust.get(envelope.client.listener, Trust()))
        team = team_of(rules.teams, envelope, reply.headers, who)
        if team is None:
            return Unjudged("no_team")
        cause = exempt_by_headers(reply.headers, rules.exempt)
        if cause is not None:
            return Unjudged(cause)
        reply = replace(reply, language=language_of(team, reply.language))
        context = _context(envelope, reply, team, who)
        judged = Judged(reply, context, team, who or "", _blank(policies), team.name in rules.observed)
        if reply.state in (ReadState.ENCRYPTED, ReadState.UNREADABLE):
            return NotJudged(reply.state, "reading", None if judged.observed else judged)
        judged = await self._informed(judged, envelope)
        judgement = await self._judgement(reply)
        verdict = judge_by(policies, reply, judged.context, rules.stances[team.name], self._today(), judgement)
        return replace(judged, verdict=verdict)

    async def _informed(self, judged: Judged, envelope: Envelope) -> Judged:
        """With what was written before in its context, as far as that is remembered."""
        if self._remembering is None:
            return judged
        letter = self._remembering.letter(envelope, judged.reply, judged.team.name, judged.submitter)
        return replace(judged, letter=letter, context=await self._remembering.informed(judged.context, letter))

    async def _judgement(self, reply: Reply) -> Judgement | None:
        """What the learned judge says; None without it, and judged rules then do not run."""
        if self._judge is None:
            return None
        try:
            spans = [(sentence.start, sentence.end) for sentence in reply.sentences]
            return await self._judge.judge(reply.customer, reply.authored, spans)
        except Unavailable:
            _log.warning("judge.not_asked")
            return None


def _context(envelope: Envelope, reply: Reply, team: Team, who: str | None) -> Context:
    state = customer_state(reply.customer) if reply.customer else CustomerState()
    return Context(
        team=team.name,
        submitter=who,
        sender=envelope.sender.address,
        recipients=tuple(path.address for path in envelope.recipients),
        customer=reply.customer,
        inbound_level=state.level,
        our_failure=state.our_failure,
    )


def _blank(policies: Policies) -> Verdict:
    """A hold without findings: what a message that could not be read is held with, if that is the setting."""
    return Verdict(Action.HOLD, 0, (), "starter", policies.digest)
