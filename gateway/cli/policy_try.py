# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy try`: what a text sets off, with every step on the way to the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.conditions_in_words import ease_in_words, escalation_in_words
from gateway.cli.exits import Exit
from gateway.cli.facts import described, with_facts
from gateway.cli.in_force import Bench, bench, installed_judge
from gateway.cli.mail_files import CannotRead
from gateway.cli.replies import Found, from_row, replies
from gateway.policy.case import Case
from gateway.policy.evaluate import RuleFailed, evaluate, not_run
from gateway.policy.matcher import WordingMatcher
from gateway.policy.sighting import Sighting
from gateway.policy.teams import Cause
from gateway.verdict.judge import concerning, with_state
from gateway.verdict.stance import Stance
from gateway.verdict.starting import start
from gateway.verdict.table import decide


def try_text(
    text: Annotated[str, typer.Argument(help="The words of a reply, or the path of a mail or of rows.")],
    customer: Annotated[str | None, typer.Option(help="What the customer wrote.")] = None,
    relation: Annotated[str | None, typer.Option(help="new, known or repeat.")] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option(help="What memory and feed would know: inbound_level=2, resolved=true, apologies_before=1 ..."),
    ] = None,
    earlier: Annotated[list[str] | None, typer.Option(help="An earlier reply of ours in the thread.")] = None,
    policies: Annotated[Path | None, typer.Option(help="Folder of policies; those that ship if absent.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file: its teams, thresholds and policies.")] = None,
    profile: Annotated[str | None, typer.Option(help="starter or strict.")] = None,
) -> None:
    """Show what a reply sets off: which words, which classes, which conditions, and each step to the verdict."""
    used = bench(config, policies, profile, installed_judge())
    try:
        for each in _found(text, customer, relation):
            found = replace(each, context=with_facts(each.context, fact or (), earlier or ()))
            for line in _explained(found, used, datetime.now(UTC).astimezone().date()):
                typer.echo(line.translate(_CONTROLS))
    except (CannotRead, RuleFailed, ValueError) as error:
        typer.echo(f"bedside policy try: {error}", err=True)
        raise typer.Exit(Exit.INPUT) from None


# Nothing in a message may steer the terminal.
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), " ")


def _found(text: str, customer: str | None, relation: str | None) -> Iterator[Found]:
    if len(text) < 1000 and "\n" not in text and Path(text).exists():
        yield from replies([Path(text)])
    else:
        yield from_row({"reply": text, "customer": customer, "relation": relation}, "text")


def _explained(found: Found, used: Bench, today: date) -> Iterator[str]:
    standing = used.standing(found.reply, found.context)
    if isinstance(standing, Cause):
        yield f"{found.id}: passes unjudged ({standing.value.replace('_', ' ')})"
        return
    found, context = replace(found, reply=standing.reply), standing.context
    stance = concerning(standing.stance, context)
    judgement = used.judgement(found.reply, context)
    context = with_state(context, judgement)
    case = Case(found.reply, context, judgement, used.policies)
    yield f"{found.id}: {found.reply.language or 'language unclear'}, split {found.reply.confidence:.0%} sure"
    yield f"  facts: team {context.team or 'unknown'}, {described(context)}"
    for number, sentence in enumerate(found.reply.sentences):
        acts = [name for name in used.policies.acts if number in case.act_lines(name)]
        yield f"  {number}  {sentence.kind.value:<8} {sentence.text}" + (f"   [{', '.join(acts)}]" if acts else "")
    sightings = evaluate(used.policies, found.reply, context, judgement)
    for sighting in sightings:
        yield from _sighting(sighting, case, stance, today)
    reasons = not_run(used.policies, found.reply, context)
    waiting = sorted({f"{policy} ({why})" for policy, _, why in reasons if why.startswith("not known")})
    if waiting:
        yield f"  did not run: {', '.join(waiting)}"
    verdict = decide(sightings, stance, found.reply.confidence, used.policies.digest, today)
    for finding in verdict.findings:
        counted = f"{finding.points:g} points, {finding.mode.value}" if finding.counted else "not counted"
        yield f"  = {finding.policy}#{finding.rule}: {counted}" + (f" ({finding.because})" if finding.because else "")
    yield (
        f"  {verdict.action.value.upper()}  {verdict.points:g} points (hold at {stance.hold_at:g}), {stance.profile}"
        + (f"; at most a note: {verdict.capped}" if verdict.capped else "")
    )


def _sighting(sighting: Sighting, case: Case, stance: Stance, today: date) -> Iterator[str]:
    """One sighting: the words, what filled the classes, and steps 2 to 5."""
    words = " ".join(sighting.place.excerpt.split())
    yield f"  > {sighting.policy.id}#{sighting.rule.name} ({sighting.rule.kind})" + (f" “{words}”" if words else "")
    line = sighting.place.sentence
    for matcher in sighting.rule.check.matchers if line is not None else ():
        if line is not None and isinstance(matcher, WordingMatcher) and case.finds_in(matcher, line):
            slots = ", ".join(f"{name}: {filled}" for name, filled in matcher.slots(case.text.lines[line]).items())
            yield f"      wording: {matcher.written}" + (f"   ({slots})" if slots else "")
    if sighting.probability is not None:
        yield f"      probability {sighting.probability:.2f}"
    if sighting.dismissed:
        yield f"      2 dismissed, {sighting.dismissed}"
        return
    begun = start(sighting, stance, today)
    yield f"      3 starts as {begun.mode.value}, {sighting.rule.points:g} points" + (
        f" ({begun.because})" if begun.because else ""
    )
    for escalation in sighting.escalations[:1]:
        yield f"      4 graver, {escalation_in_words(escalation)}"
    for ease in sighting.eases:
        yield f"      5 lighter, {ease_in_words(ease)}"
