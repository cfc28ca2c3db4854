# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as they are written: a name, one check, and what steers it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from gateway.policy.finding import Mode, Severity
from gateway.policy.schema.conditions import ConditionModel, EaseModel, EscalateModel
from gateway.policy.schema.parts import (
    ClassName,
    Compared,
    Comparison,
    IdPattern,
    Language,
    Name,
    Names,
    Phrases,
    Strict,
    TextOrMapping,
)


class At(StrEnum):
    """Where cheer must stand to be found."""

    OPENING = "opening"
    ALONE = "alone"
    ANYWHERE = "anywhere"


class RepeatOf(StrEnum):
    """What is compared with what was sent before."""

    SENTENCE = "sentence"
    REPLY = "reply"


class RepeatIn(StrEnum):
    """Where it was sent before."""

    THREAD = "thread"
    SENDER = "sender"


class Mask(StrEnum):
    """What makes no difference between two sentences."""

    NAMES = "names"
    NUMBERS = "numbers"
    DATES = "dates"


class DensityModel(Strict):
    """So many of something in one reply."""

    act: Names = ()
    words: tuple[ClassName, ...] = ()
    phrases: Phrases = ()
    at_least: int = Field(ge=1)
    per_words: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _counts_something(self) -> DensityModel:
        if not (self.act or self.words or self.phrases):
            raise ValueError("name what is counted: act, words or phrases")
        return self


class MismatchModel(Strict):
    """Cheer in answer to bad news."""

    words: Names = ()
    phrases: Phrases = ()
    inbound_level: Compared = Comparison(">=", 1)
    at: At = At.OPENING
    after: Names = ()

    @model_validator(mode="after")
    def _looks_for_something(self) -> MismatchModel:
        if not (self.words or self.phrases):
            raise ValueError("name the cheer: words or phrases")
        return self


class RepeatsModel(Strict):
    """What was sent before."""

    of: RepeatOf = RepeatOf.SENTENCE
    in_: tuple[RepeatIn, ...] = Field(default=(RepeatIn.THREAD,), alias="in", min_length=1)
    mask: tuple[Mask, ...] = (Mask.NAMES, Mask.NUMBERS, Mask.DATES)
    similarity: Compared = Comparison(">=", 0.8)
    min_words: int = Field(default=5, ge=1)
    or_whole_reply: bool = True
    ignore: tuple[Name, ...] = ("greeting", "closing")


class SegueModel(Strict):
    """An act, and close behind it a finding of another policy."""

    act: Names
    into: tuple[IdPattern, ...] = Field(min_length=1)
    sentences: int = Field(default=1, ge=0, le=5)


class JudgedModel(Strict):
    """What the learned judge gives at least this probability."""

    at_least: float = Field(gt=0, le=1)
    family: str | None = None


class PatternModel(Strict):
    """A pattern: one of three ways to write it."""

    phrases: Phrases | None = Field(default=None, min_length=1)
    sequence: tuple[str, ...] | None = Field(default=None, min_length=1)
    regex: str | None = None
    language: Language | None = None


class NoneModel(PatternModel, TextOrMapping):
    """An antipattern."""

    @model_validator(mode="before")
    @classmethod
    def _a_phrase(cls, value: object) -> object:
        """A bare string is a phrase."""
        return {"phrases": [value]} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one(self) -> NoneModel:
        one_of(self, ("phrases", "sequence", "regex"))
        return self


#: Every kind of check, in the order of the page on the format; `gateway.policy.checks.table` says what runs it.
KINDS = ("phrases", "sequence", "regex", "absent", "density", "mismatch", "repeats", "segue", "judged")


class RuleModel(PatternModel):
    """One way to see the fault."""

    name: Name
    absent: Names | None = Field(default=None, min_length=1)
    density: DensityModel | None = None
    mismatch: MismatchModel | None = None
    repeats: RepeatsModel | None = None
    segue: SegueModel | None = None
    judged: JudgedModel | None = None
    echoes: int | None = Field(default=None, ge=1)
    mode: Mode | None = None
    boldest: Mode | None = None
    severity: Severity | None = None
    family: str | None = None
    when: ConditionModel | None = None
    unless: tuple[ConditionModel, ...] = ()
    none: tuple[NoneModel, ...] = ()
    escalate: tuple[EscalateModel, ...] = ()
    ease: tuple[EaseModel, ...] = ()
    message: str | None = None
    explanation: str | None = None
    suggestion: str | None = None

    @model_validator(mode="after")
    def _one_check(self) -> RuleModel:
        one_of(self, KINDS)
        if self.echoes is not None and self.kind not in ("phrases", "sequence", "regex"):
            raise ValueError("echoes goes with phrases, sequence or regex")
        return self

    @property
    def kind(self) -> str:
        """The kind of check."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)


def one_of(model: Strict, kinds: tuple[str, ...]) -> None:
    """Insist on exactly one of these keys.

    Raises:
        ValueError: none or several are there.
    """
    written = [kind for kind in kinds if getattr(model, kind) is not None]
    if len(written) != 1:
        wanted = ", ".join(kinds)
        what = f"has {' and '.join(written)}" if written else "has no check"
        raise ValueError(f"{what}; exactly one of {wanted} is needed")
