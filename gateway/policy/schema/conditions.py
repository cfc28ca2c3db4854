# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions as they are written: a mapping, all of whose keys must hold."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from gateway.policy.context import Relation
from gateway.policy.finding import Mode, Part, Severity, To
from gateway.policy.schema.parts import Compared, IdPattern, Names, Strict


class Side(StrEnum):
    """On which side of a finding something must stand; the sentence itself counts on either."""

    BEFORE = "before"
    AFTER = "after"
    EITHER = "either"


class Position(StrEnum):
    """Where among the agent's own sentences one stands."""

    FIRST = "first"
    LAST = "last"
    ONLY = "only"


class ActWithin(Strict):
    """An act at most so many sentences away."""

    act: Names
    sentences: int = Field(default=1, ge=0, le=20)
    side: Side = Side.EITHER


class WordsWithin(Strict):
    """A word of a class at most so many sentences away."""

    words: Names
    sentences: int = Field(default=0, ge=0, le=20)
    side: Side = Side.EITHER


class ConditionModel(Strict):
    """A condition; see the page on the format for what each key asks."""

    inbound_level: Compared | None = None
    messages_in_thread: Compared | None = None
    apologies_before: Compared | None = None
    our_failure: bool | None = None
    repeat_contact: bool | None = None
    resolved: bool | None = None
    relation: Relation | None = None
    team: Names | None = None
    sender: Names | None = None
    recipients: Names | None = None
    language: Names | None = None
    part: Part | None = None
    act: Names | None = None
    no_act: Names | None = None
    act_within: ActWithin | None = None
    no_act_within: ActWithin | None = None
    words_within: WordsWithin | None = None
    question: bool | None = None
    position: Position | None = None
    words: Compared | None = None
    also: tuple[IdPattern, ...] | None = None
    probability: Compared | None = None
    repeats_in_thread: Compared | None = None
    count: Compared | None = None
    any_of: tuple[ConditionModel, ...] | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> ConditionModel:
        if not self.model_fields_set:
            raise ValueError("an empty condition asks nothing")
        return self

    def terms(self) -> dict[str, Any]:
        """The keys that were written, with their values, in the order of the table."""
        return {
            name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None
        }  # fmt: skip


class EscalateModel(Strict):
    """A step that makes a finding graver."""

    when: ConditionModel
    mode: Mode | None = None
    severity: Severity | None = None
    add_points: float = Field(default=0, ge=0, le=12)
    to: To | None = None


class EaseModel(Strict):
    """A step that makes a finding lighter."""

    when: ConditionModel
    take_points: float = Field(default=0, ge=0, le=12)
    mode: Mode | None = None

    @model_validator(mode="after")
    def _only_to_note(self) -> EaseModel:
        if self.mode not in (None, Mode.NOTE):
            raise ValueError("ease may lower a hold to note; mode: note is all that it can say")
        return self
