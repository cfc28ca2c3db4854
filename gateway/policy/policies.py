# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies as they are in force: frozen, compiled values. `gateway.policy.load` makes them from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from gateway.mail.reply import SentenceKind
from gateway.policy.acts import Act
from gateway.policy.finding import Mode, Part, Severity, To
from gateway.policy.index import Index
from gateway.policy.matcher import Matcher
from gateway.policy.schema.files import Examples, Status, WordFile

if TYPE_CHECKING:
    from gateway.policy.checks.check import Check


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: all of its terms must hold.

    Attributes:
        terms: keys of the format with their values; `gateway.policy.conditions` has what each asks.
        local: whether it asks about the place of a finding, and so cannot be answered before there is one.
    """

    terms: tuple[tuple[str, Any], ...]
    local: bool = False


@dataclass(frozen=True, slots=True)
class Escalation:
    """A step that makes a finding graver.

    Attributes:
        when: what must hold.
        also: policies of which another finding must stand in the reply; empty if it does not matter.
        mode: raised to this; None if it is left.
        severity: likewise.
        add_points: added.
        to: who reviews then; None if it is left.
    """

    when: Condition
    also: tuple[str, ...] = ()
    mode: Mode | None = None
    severity: Severity | None = None
    add_points: float = 0
    to: To | None = None


@dataclass(frozen=True, slots=True)
class Ease:
    """A step that makes a finding lighter.

    Attributes:
        when: what must hold.
        take_points: taken off.
        to_note: whether a hold becomes a note.
    """

    when: Condition
    take_points: float = 0
    to_note: bool = False


@dataclass(frozen=True, slots=True)
class Approved:
    """An exception: something that is found and approved all the same.

    Attributes:
        reason: why.
        approved_by: by whom.
        expires: from then on it no longer holds; None for never.
        text: folded, in lower case; empty for any.
        senders: address patterns; empty for anybody.
        recipients: likewise; one that matches is enough.
        teams: names; empty for all.
    """

    reason: str
    approved_by: str
    expires: date | None = None
    text: str = ""
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One way to see the fault of a policy. Lists hold the policy's own entries too.

    Attributes:
        name: unique in the policy.
        kind: kind of check.
        check: what looks.
        language: of its wording.
        mode: the most that it causes in profile starter, within the policy's; None for the policy's.
        boldest: likewise in profile strict.
        severity: of its findings.
        points: that a finding starts with.
        family: what the judge calls it; None if it has no word for it.
        when: all of these must hold, or it does not run.
        unless: any of these, and there is no finding.
        none: any of these in the sentence, and there is no finding.
        escalate: the first that holds is taken.
        ease: all that hold are taken.
        message: for the agent, with ``{excerpt}``.
        explanation: why it matters.
        suggestion: a better wording.
    """

    name: str
    kind: str
    check: Check
    language: str
    mode: Mode | None
    boldest: Mode | None
    severity: Severity
    points: float
    family: str | None
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    none: tuple[Matcher, ...]
    escalate: tuple[Escalation, ...]
    ease: tuple[Ease, ...]
    message: str
    explanation: str
    suggestion: str


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """One fault, several ways to see it; see `gateway.policy.schema.files.PolicyFile` for the keys.

    Attributes:
        id: family and name.
        title: a few words.
        family: what the judge calls it.
        status: how far it is trusted.
        mode: what it causes at most, in profile starter.
        boldest: likewise in profile strict.
        to: who reviews a hold.
        owner: who answers for it.
        effective: in shadow before this day.
        expires: in shadow from this day on.
        languages: of the text that it can judge.
        teams: whom it is about; empty for all.
        senders: likewise.
        recipients: likewise.
        parts: where it looks.
        kinds: sentences that it looks at.
        quotations: whether words within quotation marks count.
        rules: ways to see it.
        exceptions: approved cases.
        examples: what it must find and pass.
        matchers: every pattern in it, once.
    """

    id: str
    title: str
    family: str | None
    status: Status
    mode: Mode
    boldest: Mode
    to: To
    owner: str
    effective: date | None
    expires: date | None
    languages: tuple[str, ...]
    teams: tuple[str, ...]
    senders: tuple[str, ...]
    recipients: tuple[str, ...]
    parts: frozenset[Part]
    kinds: frozenset[SentenceKind]
    quotations: bool
    rules: tuple[Rule, ...]
    exceptions: tuple[Approved, ...]
    examples: Examples
    matchers: tuple[Matcher, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Policies:
    """All policies in force, with what they use.

    Attributes:
        policies: in the order of their ids.
        acts: by name.
        words: word files by path.
        index: which rules a text may concern, see `gateway.policy.index`.
        failing: ids of policies that fail their own examples, with what they failed: they are in shadow.
        stopped: patterns that are out of service, since they once took more time than they may: they find nothing.
        digest: of all files in force, 16 hexadecimal digits.
        files: digest of each file in force, by path.
        kept: paths of broken files whose last good version is in force.
    """

    policies: tuple[Policy, ...] = ()
    acts: Mapping[str, Act] = field(default_factory=dict)
    words: Mapping[str, WordFile] = field(default_factory=dict)
    index: Index = field(default_factory=Index)
    failing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()
    digest: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    def without(self, pattern: str) -> Policies:
        """The same with one more pattern out of service."""
        return replace(self, stopped=self.stopped | {pattern})

    def find(self, policy_id: str) -> Policy | None:
        """The policy with this id."""
        return next((policy for policy in self.policies if policy.id == policy_id), None)


def id_matches(policy: str, pattern: str) -> bool:
    """Whether a policy id is this one, or of the family in a pattern such as ``blame/*``."""
    return policy == pattern or (pattern.endswith("/*") and policy.startswith(pattern[:-1]))
