# SPDX-License-Identifier: GPL-3.0-or-later
"""Judging a reply: what the rules see, and what the decision table makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from gateway.mail.reply import Reply
from gateway.policy.context import Context
from gateway.policy.evaluate import evaluate
from gateway.policy.finding import Finding
from gateway.policy.judgement import Judgement
from gateway.policy.policies import Policies
from gateway.policy.teams import matches
from gateway.verdict.stance import Mute, Stance
from gateway.verdict.table import decide
from gateway.verdict.verdict import Verdict

_JUDGED: Final = "judged"
_UNHARMED: Final = (0, 1)
_HARMED: Final = (2, 3)
_LIKELY: Final = 0.5
_LIKE: Final = "It reads like this one, which was labelled by hand: “{}”"


def judge(
    policies: Policies, reply: Reply, context: Context, stance: Stance, today: date, judgement: Judgement | None = None
) -> Verdict:
    """The verdict on a reply.

    Args:
        policies: those in force.
        reply: as it was read.
        context: facts from outside it; None in a field means unknown.
        stance: how the team wants to be judged.
        today: in the team's own time zone; exceptions, mutes and policies begin and end by it.
        judgement: of the learned judge; None if there is none.

    Raises:
        RuleFailed: a pattern took more time than it may.
    """
    context = with_state(context, judgement)
    sightings = evaluate(policies, reply, context, judgement)
    verdict = decide(sightings, concerning(stance, context), reply.confidence, policies.digest, today)
    return verdict if judgement is None else with_likeness(verdict, judgement)


def with_state(context: Context, judgement: Judgement | None) -> Context:
    """The context with the customer's state as the learned judge tells it, where it was shown their message.

    With it, of replies that take no notice or leave a problem without a step, a third more are found than with the
    state that words tell, and no more of those that are fine are (`tests.eval.state_head`).
    """
    if judgement is None or judgement.level is None or judgement.our_failure is None:
        return context
    chances = judgement.level
    among = _HARMED if chances[2] + chances[3] >= _LIKELY else _UNHARMED
    return replace(
        context,
        inbound_level=max(among, key=chances.__getitem__),
        our_failure=judgement.our_failure >= _LIKELY,
    )


def with_likeness(verdict: Verdict, judgement: Judgement) -> Verdict:
    """The verdict with, for each sentence that the learned judge found, the labelled one that it is most like.

    A probability explains nothing to the person who wrote the sentence; another sentence, which somebody labelled by
    hand, lets them see what is meant.
    """
    return replace(verdict, findings=tuple(_with_likeness(finding, judgement.alike) for finding in verdict.findings))


def _with_likeness(finding: Finding, alike: Sequence[str]) -> Finding:
    if finding.check != _JUDGED or finding.sentence is None or finding.sentence >= len(alike):
        return finding
    like = alike[finding.sentence]
    if not like:
        return finding
    return replace(finding, explanation=f"{finding.explanation} {_LIKE.format(like)}".lstrip())


def concerning(stance: Stance, context: Context) -> Stance:
    """The stance with those mutes only that are about this sender and these recipients."""
    if not stance.mutes:
        return stance
    return replace(stance, mutes=tuple(mute for mute in stance.mutes if _is_about(mute, context)))


def _is_about(mute: Mute, context: Context) -> bool:
    if mute.senders and not any(matches(context.sender, pattern) for pattern in mute.senders):
        return False
    return not mute.recipients or any(
        matches(recipient, pattern) for recipient in context.recipients for pattern in mute.recipients
    )
