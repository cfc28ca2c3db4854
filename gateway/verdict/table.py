# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision table: from what the rules saw to a verdict.

The steps are the design's. 1 and 2 (does a rule run, is it dismissed) happened in `gateway.policy.evaluate`:

    3. start      profile, team, mute, exception, dates, status and failing examples set the mode to start from;
                  it is `gateway.verdict.starting`
    4. escalate   the first step that is met raises mode or severity, or adds points; never out of shadow
    5. ease       every step that is met takes points off, never below 0, or lowers a hold to a note
    6. merge      findings on one sentence from one policy or one family count once
    verdict       hold, note or pass

Points and modes are worked out for shadow findings as well; they are reported and never count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from gateway.policy.finding import Finding, Mode, Severity, To
from gateway.policy.policies import Escalation, id_matches
from gateway.policy.sighting import Sighting
from gateway.verdict.stance import Stance
from gateway.verdict.starting import RANK, Start, start
from gateway.verdict.verdict import Action, Verdict

_GRAVITY = {severity: number for number, severity in enumerate(Severity)}


def decide(
    sightings: Sequence[Sighting], stance: Stance, reply_confidence: float, policies_digest: str, today: date
) -> Verdict:
    """The verdict on a reply.

    Of the stance, only mutes that concern this mail may be there (`gateway.verdict.judge` sees to that).
    """
    left = [sighting for sighting in sightings if sighting.dismissed is None]
    starts = [start(sighting, stance, today) for sighting in left]
    findings = [
        ease(sighting, escalate(sighting, begun, _others(left, starts, number)))
        for number, (sighting, begun) in enumerate(zip(left, starts, strict=True))
    ]
    merged = merge(left, findings)
    points = sum(finding.points for finding in merged if finding.counted)
    action, capped = _cap(_action(merged, points, stance.hold_at), stance, reply_confidence)
    return Verdict(action, points, tuple(sorted(merged, key=_in_text)), stance.profile, policies_digest, capped)


# --- 4. escalate ----------------------------------------------------------------------------------------------------


def escalate(sighting: Sighting, begun: Start, others: frozenset[str]) -> Finding:
    """Step 4: the finding after the first step that is met; `others` are policies with other findings not in shadow."""
    finding = _finding(sighting, begun)
    met = next((step for step in sighting.escalations if _also(step, others)), None)
    if met is None:
        return finding
    graver = met.severity is not None and _GRAVITY[met.severity] > _GRAVITY[finding.severity]
    severity = met.severity if graver and met.severity is not None else finding.severity
    points = (max(severity.points, finding.points) if graver else finding.points) + met.add_points
    mode = finding.mode
    if mode is not Mode.SHADOW and met.mode is not None:
        mode = max(mode, met.mode, key=RANK.__getitem__)
    because = _and(finding.because, f"raised: {_words(met.when.terms)}")
    return replace(finding, severity=severity, points=points, mode=mode, to=met.to or finding.to, because=because)


def _also(step: Escalation, others: frozenset[str]) -> bool:
    return not step.also or any(id_matches(other, pattern) for other in others for pattern in step.also)


def _others(left: Sequence[Sighting], starts: Sequence[Start], mine: int) -> frozenset[str]:
    return frozenset(
        sighting.policy.id
        for number, (sighting, begun) in enumerate(zip(left, starts, strict=True))
        if begun.mode is not Mode.SHADOW and number != mine and not _same_fault(sighting, left[mine])
    )


def _same_fault(one: Sighting, other: Sighting) -> bool:
    return one.policy.id == other.policy.id and one.place == other.place


# --- 5. ease --------------------------------------------------------------------------------------------------------


def ease(sighting: Sighting, finding: Finding) -> Finding:
    """Step 5: every step that is met."""
    for step in sighting.eases:
        lowered = step.to_note and finding.mode is Mode.HOLD
        finding = replace(
            finding,
            points=max(0, finding.points - step.take_points),
            mode=Mode.NOTE if lowered else finding.mode,
            because=_and(finding.because, f"eased: {_words(step.when.terms)}"),
        )
    return finding


# --- 6. merge -------------------------------------------------------------------------------------------------------


def merge(sightings: Sequence[Sighting], findings: Sequence[Finding]) -> list[Finding]:
    """Step 6: of findings on one sentence from one policy or one family one counts, as grave as the gravest of them."""
    merged = list(findings)
    for group in _groups(findings):
        if len(group) == 1:
            continue
        first = min(group, key=lambda number: _speaks_first(sightings[number], findings[number], number))
        together = [findings[number] for number in group]
        merged[first] = replace(
            findings[first],
            points=max(finding.points for finding in together),
            mode=max((finding.mode for finding in together), key=RANK.__getitem__),
            severity=max((finding.severity for finding in together), key=_GRAVITY.__getitem__),
            to=To.LEAD if any(finding.to is To.LEAD for finding in together) else findings[first].to,
        )
        for number in group:
            if number != first:
                merged[number] = replace(
                    findings[number], counted=False, because=_and(findings[number].because, "same sentence")
                )
    return merged


def _groups(findings: Sequence[Finding]) -> list[list[int]]:
    """Numbers of the findings that are one: linked by policy or family on one sentence, in however many steps."""
    groups: list[tuple[set[tuple[object, ...]], list[int]]] = []
    for number, finding in enumerate(findings):
        if not finding.counted:
            continue
        where = (finding.part, finding.sentence)
        links: set[tuple[object, ...]] = {(*where, "policy", finding.policy)}
        if finding.family is not None:
            links.add((*where, "family", finding.family))
        members = [number]
        for known in [each for each in groups if not each[0].isdisjoint(links)]:
            groups.remove(known)
            links |= known[0]
            members = known[1] + members
        groups.append((links, sorted(members)))
    return [members for _, members in groups]


def _speaks_first(sighting: Sighting, finding: Finding, number: int) -> tuple[bool, int, float, int]:
    """A written rule before the judge, then the bolder, the graver, the earlier."""
    return sighting.rule.kind == "judged", -RANK[finding.mode], -finding.points, number


# --- the verdict ----------------------------------------------------------------------------------------------------


def _action(findings: Sequence[Finding], points: float, hold_at: float) -> Action:
    counted = [finding for finding in findings if finding.counted]
    holding = [finding for finding in counted if finding.mode is Mode.HOLD]
    together = [finding for finding in counted if finding.points > 0]
    if not holding and len({finding.policy for finding in together}) >= 2 and points >= hold_at:
        holding = together
    if holding:
        return Action.HOLD_FOR_LEAD if any(finding.to is To.LEAD for finding in holding) else Action.HOLD
    return Action.NOTE if counted else Action.PASS


def _cap(action: Action, stance: Stance, confidence: float) -> tuple[Action, str | None]:
    """At most a note where the split is uncertain or nobody is there to review."""
    if not action.holds:
        return action, None
    if confidence < stance.min_confidence:
        return Action.NOTE, "it is not certain which text is the agent's own"
    if not stance.has_reviewer:
        return Action.NOTE, "nobody is there to review"
    return action, None


def _finding(sighting: Sighting, begun: Start) -> Finding:
    policy, rule, place = sighting.policy, sighting.rule, sighting.place
    return Finding(
        policy=policy.id,
        rule=rule.name,
        check=rule.kind,
        family=rule.family,
        mode=begun.mode,
        severity=rule.severity,
        points=rule.points,
        counted=begun.mode is not Mode.SHADOW,
        because=begun.because,
        part=place.part,
        sentence=place.sentence,
        start=place.start,
        end=place.end,
        excerpt=place.excerpt,
        message=_message(rule.message, sighting),
        explanation=rule.explanation.strip(),
        suggestion=rule.suggestion.strip(),
        to=policy.to,
        probability=sighting.probability,
    )


def _message(template: str, sighting: Sighting) -> str:
    """The message with the words found, on one line; no other braces mean anything."""
    excerpt = " ".join(sighting.place.excerpt.split())
    counted = "" if sighting.count is None else str(sighting.count)
    return " ".join(template.split()).replace("{count}", counted).replace("{excerpt}", excerpt)


def _words(terms: Sequence[tuple[str, object]]) -> str:
    return ", ".join(name for name, _ in terms) or "another finding"


def _and(first: str | None, second: str) -> str:
    return second if first is None else f"{first}; {second}"


def _in_text(finding: Finding) -> tuple[bool, bool, int, int]:
    """In the order of the text; the subject after the body, absences last."""
    placed = finding.start is not None
    return (
        not placed and finding.part.value == "body",
        finding.part.value == "subject",
        finding.start or 0,
        finding.end or 0,
    )
