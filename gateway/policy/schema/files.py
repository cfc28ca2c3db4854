# SPDX-License-Identifier: GPL-3.0-or-later
"""The three kinds of file: policies, word classes, acts."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from gateway.mail.reply import SentenceKind
from gateway.policy.context import Relation
from gateway.policy.finding import Mode, Part, Severity, To
from gateway.policy.schema.conditions import ConditionModel, EaseModel, EscalateModel
from gateway.policy.schema.parts import ClassName, Identifier, Language, Name, Names, Phrases, Strict, TextOrMapping
from gateway.policy.schema.rules import NoneModel, PatternModel, RuleModel, one_of


class Status(StrEnum):
    """How far a policy is trusted."""

    EXPERIMENTAL = "experimental"
    STABLE = "stable"
    DEPRECATED = "deprecated"


class Quotations(StrEnum):
    """Whether words within quotation marks are the agent's own."""

    SKIP = "skip"
    JUDGE = "judge"


class AppliesTo(Strict):
    """Whom and what a policy is about."""

    teams: Names = ()
    senders: Names = ()
    recipients: Names = ()
    parts: tuple[Part, ...] = (Part.BODY,)
    kinds: tuple[SentenceKind, ...] = (SentenceKind.PROSE, SentenceKind.LIST)


class ExceptionModel(Strict):
    """Something that the policy finds and that somebody has approved all the same."""

    reason: str = Field(min_length=3)
    approved_by: str = Field(min_length=1)
    expires: date | None = None
    text: str | None = None
    senders: Names = ()
    recipients: Names = ()
    teams: Names = ()

    @model_validator(mode="after")
    def _is_about_something(self) -> ExceptionModel:
        if not (self.text or self.senders or self.recipients or self.teams):
            raise ValueError("an exception needs text, senders, recipients or teams; to silence a policy use a mute")
        return self


class ExampleModel(TextOrMapping):
    """A reply with what is known about it."""

    reply: str
    customer: str | None = None
    history: tuple[str, ...] | None = None
    subject: str = ""
    relation: Relation | None = None
    repeat_contact: bool | None = None
    resolved: bool | None = None
    inbound_level: int | None = Field(default=None, ge=0, le=3)
    our_failure: bool | None = None
    messages_in_thread: int | None = Field(default=None, ge=0)
    language: Language | None = None
    sender: str = ""
    team: str | None = None
    rule: Name | None = None
    judged: bool = False

    @model_validator(mode="before")
    @classmethod
    def _a_sentence(cls, value: object) -> object:
        """A bare string is a reply."""
        return {"reply": value} if isinstance(value, str) else value


class Examples(Strict):
    """What the policy must find, must pass, and is known to get wrong."""

    found: tuple[ExampleModel, ...] = Field(min_length=1)
    passed: tuple[ExampleModel, ...] = Field(min_length=1)
    known_missed: tuple[ExampleModel, ...] = ()
    known_false: tuple[ExampleModel, ...] = ()


class PolicyFile(Strict):
    """A policy: one fault, several ways to see it."""

    id: Identifier
    title: str = Field(min_length=3)
    family: str | None = None
    status: Status = Status.STABLE
    mode: Mode = Mode.NOTE
    boldest: Mode | None = None
    severity: Severity = Severity.MEDIUM
    points: float | None = Field(default=None, ge=0, le=12)
    to: To = To.AGENT
    owner: str = ""
    source: str = ""
    effective: date | None = None
    expires: date | None = None
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    applies_to: AppliesTo = AppliesTo()
    quotations: Quotations = Quotations.SKIP
    when: ConditionModel | None = None
    unless: tuple[ConditionModel, ...] = ()
    none: tuple[NoneModel, ...] = ()
    rules: tuple[RuleModel, ...] = Field(min_length=1)
    escalate: tuple[EscalateModel, ...] = ()
    ease: tuple[EaseModel, ...] = ()
    message: str = Field(min_length=3)
    explanation: str = ""
    suggestion: str = ""
    false_positives: str = ""
    exceptions: tuple[ExceptionModel, ...] = ()
    examples: Examples

    @model_validator(mode="after")
    def _rules_have_names_of_their_own(self) -> PolicyFile:
        names = [rule.name for rule in self.rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two rules are called “{name}”")
        return self


def _phrases_or_text(value: object) -> object:
    """A class may be one phrase alone."""
    if not isinstance(value, dict):
        return value
    return {name: [phrases] if isinstance(phrases, str) else phrases for name, phrases in value.items()}


class WordFile(Strict):
    """Word classes of one language."""

    language: Language = "en"
    classes: Annotated[dict[ClassName, Phrases], BeforeValidator(_phrases_or_text)] = Field(min_length=1)


class ActRuleModel(PatternModel):
    """One way to recognise an act."""

    echoes: int | None = Field(default=None, ge=1)
    question: bool | None = None
    links: bool | None = None
    attachments: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> ActRuleModel:
        one_of(self, ("phrases", "sequence", "regex", "links", "attachments"))
        return self


class ActExamples(Strict):
    """Sentences in which the act is, and is not."""

    found: tuple[ExampleModel, ...] = Field(min_length=1)
    passed: tuple[ExampleModel, ...] = Field(min_length=1)


class ActFile(Strict):
    """A speech act, recognised once and used by many policies."""

    act: Name
    title: str = ""
    rules: tuple[ActRuleModel, ...] = Field(min_length=1)
    none: tuple[NoneModel, ...] = ()
    examples: ActExamples
