# SPDX-License-Identifier: GPL-3.0-or-later
"""From a policy or act file that follows the format to the frozen value in force."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.policy.acts import Act, ActWay
from gateway.policy.checks.table import CHECKS
from gateway.policy.finding import Mode, Severity
from gateway.policy.maker import Key, Maker
from gateway.policy.matcher import Matcher
from gateway.policy.policies import Approved, Condition, Ease, Escalation, Policy, Rule
from gateway.policy.schema.conditions import ConditionModel, EaseModel, EscalateModel
from gateway.policy.schema.files import ActFile, ExceptionModel, PolicyFile, Quotations
from gateway.policy.schema.rules import NoneModel, RuleModel
from gateway.policy.wording.fold import fold


def policy(file: PolicyFile, maker: Maker) -> Policy:
    """The policy of a file; its mistakes are in the maker, and then it must not be used."""
    rules = tuple(_rule(file, rule, ("rules", number), maker) for number, rule in enumerate(file.rules))
    return Policy(
        id=file.id,
        title=file.title,
        family=file.family,
        status=file.status,
        mode=file.mode,
        boldest=file.boldest or file.mode,
        to=file.to,
        owner=file.owner,
        effective=file.effective,
        expires=file.expires,
        languages=file.languages,
        teams=file.applies_to.teams,
        senders=file.applies_to.senders,
        recipients=file.applies_to.recipients,
        parts=frozenset(file.applies_to.parts),
        kinds=frozenset(file.applies_to.kinds),
        quotations=file.quotations is Quotations.JUDGE,
        rules=rules,
        exceptions=tuple(_approved(exception) for exception in file.exceptions),
        examples=file.examples,
        matchers=tuple(maker.used),
    )


def act(file: ActFile, maker: Maker) -> Act:
    """The act of a file; likewise."""
    ways = []
    for number, way in enumerate(file.rules):
        language = way.language or "en"
        matchers = maker.patterns(way, language, ("rules", number))
        ways.append(ActWay(matchers, language, way.echoes or 0, way.question, bool(way.links), bool(way.attachments)))
    none = _none(file.none, "en", ("none",), maker)
    return Act(file.act, tuple(ways), none, file.examples, tuple(maker.used))


def _rule(file: PolicyFile, rule: RuleModel, key: Key, maker: Maker) -> Rule:
    language = rule.language or file.languages[0]
    severity = rule.severity or file.severity
    return Rule(
        name=rule.name,
        kind=rule.kind,
        check=CHECKS[rule.kind](rule, language, rule.family or file.family, key, maker),
        language=language,
        mode=rule.mode,
        boldest=rule.boldest or rule.mode,
        severity=severity,
        points=_points(file, rule, severity),
        family=_family(file, rule),
        when=_when(file.when, language, ("when",), maker) + _when(rule.when, language, (*key, "when"), maker),
        unless=_all(rule.unless, language, (*key, "unless"), maker) + _all(file.unless, language, ("unless",), maker),
        none=_none(rule.none, language, (*key, "none"), maker) + _none(file.none, file.languages[0], ("none",), maker),
        escalate=_escalate(rule.escalate, language, (*key, "escalate"), maker)
        + _escalate(file.escalate, language, ("escalate",), maker),
        ease=_ease(rule.ease, language, (*key, "ease"), maker) + _ease(file.ease, language, ("ease",), maker),
        message=rule.message or file.message,
        explanation=rule.explanation or file.explanation,
        suggestion=rule.suggestion or file.suggestion,
    )


def _points(file: PolicyFile, rule: RuleModel, severity: Severity) -> float:
    return severity.points if file.points is None or rule.severity is not None else file.points


def _family(file: PolicyFile, rule: RuleModel) -> str | None:
    if rule.judged is not None and rule.judged.family:
        return rule.judged.family
    return rule.family or file.family


def _when(model: ConditionModel | None, language: str, key: Key, maker: Maker) -> tuple[Condition, ...]:
    return () if model is None else (maker.condition(model, language, key),)


def _all(models: Sequence[ConditionModel], language: str, key: Key, maker: Maker) -> tuple[Condition, ...]:
    return tuple(maker.condition(model, language, (*key, number)) for number, model in enumerate(models))


def _none(models: Sequence[NoneModel], language: str, key: Key, maker: Maker) -> tuple[Matcher, ...]:
    return tuple(
        matcher for number, model in enumerate(models) for matcher in maker.patterns(model, language, (*key, number))
    )


def _escalate(models: Sequence[EscalateModel], language: str, key: Key, maker: Maker) -> tuple[Escalation, ...]:
    return tuple(
        Escalation(
            maker.condition(step.when, language, (*key, number, "when")),
            step.when.also or (),
            step.mode,
            step.severity,
            step.add_points,
            step.to,
        )
        for number, step in enumerate(models)
    )


def _ease(models: Sequence[EaseModel], language: str, key: Key, maker: Maker) -> tuple[Ease, ...]:
    return tuple(
        Ease(
            maker.condition(step.when, language, (*key, number, "when")),
            step.take_points,
            step.mode is Mode.NOTE,
        )
        for number, step in enumerate(models)
    )


def _approved(exception: ExceptionModel) -> Approved:
    text = " ".join(fold(exception.text or "").lower().split())
    return Approved(
        exception.reason,
        exception.approved_by,
        exception.expires,
        text,
        exception.senders,
        exception.recipients,
        exception.teams,
    )
