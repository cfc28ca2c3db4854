# SPDX-License-Identifier: GPL-3.0-or-later
"""A case: one reply with everything that rules and conditions may ask about it, each answer worked out once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from gateway.mail.reply import Reply, SentenceKind
from gateway.policy.acts import Act, ActWay
from gateway.policy.context import Context
from gateway.policy.judgement import Judgement
from gateway.policy.matcher import Matcher
from gateway.policy.policies import Policies
from gateway.policy.seen import Seen
from gateway.policy.text import Hit, JudgedText
from gateway.policy.wording.fold import fold
from gateway.policy.wording.vocabulary import content_words

_NOT_SAID = (SentenceKind.CODE, SentenceKind.QUOTE)


class Case:
    """See the module. Made for one evaluation and one thread.

    Attributes:
        text: the reply, prepared.
        context: facts from outside the reply.
        judgement: of the learned judge; None if it was not asked.
        found: what rules found so far, each with the id of its policy; grows during the evaluation.
    """

    def __init__(self, reply: Reply, context: Context, judgement: Judgement | None, policies: Policies) -> None:
        self.text = JudgedText(reply, policies.index.sieves, policies.stopped)
        self.context = context
        self.judgement = judgement
        self.found: list[tuple[str, Seen]] = []
        self._acts = policies.acts
        self._lines: dict[str, frozenset[int]] = {}
        self._has: dict[str, bool] = {}
        self._places: dict[str, tuple[Hit, ...]] = {}

    @property
    def reply(self) -> Reply:
        """The reply itself."""
        return self.text.reply

    def speaks(self, language: str) -> bool:
        """Whether wording of this language may be looked for: not where the text is known to be in another one."""
        return self.reply.language in (None, language)

    def act_lines(self, name: str) -> frozenset[int]:
        """The sentences in which the act is."""
        lines = self._lines.get(name)
        if lines is None:
            act = self._acts[name]
            lines = self._lines[name] = frozenset(hit.line for way in act.ways for hit in self._way_hits(act, way))
            self._has[name] = bool(lines) or self._without_words(act)
        return lines

    def act_places(self, name: str) -> tuple[Hit, ...]:
        """All places where the act is done; several ways may give the same one."""
        known = self._places.get(name)
        if known is None:
            known = self._places[name] = tuple(self._act_places(name))
        return known

    def _act_places(self, name: str) -> Iterator[Hit]:
        act = self._acts[name]
        for way in act.ways:
            for matcher in way.matchers if self.speaks(way.language) else ():
                for hit in self.text.occurrences(matcher):
                    if self._counts(act, way, hit):
                        yield hit

    def has_act(self, name: str) -> bool:
        """Whether the act is anywhere in the reply."""
        known = self._has.get(name)
        if known is None:
            act = self._acts[name]
            found = any(True for way in act.ways for _ in self._way_hits(act, way))
            known = self._has[name] = found or self._without_words(act)
        return known

    def _without_words(self, act: Act) -> bool:
        return any((way.links and self.reply.links) or (way.attachments and self.reply.attachments) for way in act.ways)

    def _way_hits(self, act: Act, way: ActWay) -> Iterator[Hit]:
        if not self.speaks(way.language):
            return
        for matcher in way.matchers:
            for hit in self.text.find(matcher):
                if self._counts(act, way, hit):
                    yield hit

    def _counts(self, act: Act, way: ActWay, hit: Hit) -> bool:
        if hit.line == self.text.subject_line or self.text.kind(hit.line) in _NOT_SAID:
            return False
        if way.question is not None and way.question != self.text.is_question(hit.line):
            return False
        if way.echoes and not (self.echoes(hit.line) or 0) >= way.echoes:
            return False
        return not any(self.finds_in(matcher, hit.line) for matcher in act.none)

    def finds_in(self, matcher: Matcher, line: int) -> bool:
        """Whether a pattern is found in this sentence."""
        return self.text.in_line(matcher, line)

    def echoes(self, line: int) -> int | None:
        """How many content words a sentence shares with the customer's; None if those are unknown."""
        if self._customer_words is None:
            return None
        return len(self._customer_words & content_words(self.text.lines[line]))

    @cached_property
    def _customer_words(self) -> frozenset[str] | None:
        customer = self.context.customer if self.context.customer is not None else self.reply.customer
        return None if customer is None else content_words(fold(customer))
