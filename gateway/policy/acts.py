# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech acts as they are in force: an apology, a next step, ownership."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.policy.matcher import Matcher
from gateway.policy.schema.files import ActExamples


@dataclass(frozen=True, slots=True, eq=False)
class ActWay:
    """One way to recognise an act.

    Attributes:
        matchers: any of these; empty where links or attachments are what counts.
        language: of the wording.
        echoes: content words that the sentence must share with the customer's; 0 if it does not matter.
        question: whether the sentence must be a question, or must not; None if it does not matter.
        links: a link in the reply is enough.
        attachments: an attachment is enough.
    """

    matchers: tuple[Matcher, ...]
    language: str
    echoes: int = 0
    question: bool | None = None
    links: bool = False
    attachments: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """A speech act.

    Attributes:
        name: as policies ask for it.
        ways: any of these.
        none: not where one of these stands in the same sentence.
        examples: sentences in which it is, and is not.
        matchers: every pattern in it, once.
    """

    name: str
    ways: tuple[ActWay, ...]
    none: tuple[Matcher, ...]
    examples: ActExamples
    matchers: tuple[Matcher, ...]
