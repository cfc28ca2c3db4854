# SPDX-License-Identifier: GPL-3.0-or-later
"""The check `repeats`: a sentence, or a whole reply, that was sent before.

Earlier replies as text (an example, a row, a replay) are compared word by word; what a memory knows of the thread and
of the sender are counts of sketches. Where neither is known, nothing is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.policy.case import Case
from gateway.policy.context import Context
from gateway.policy.maker import Key, Maker
from gateway.policy.matcher import Matcher
from gateway.policy.repetition import alike, masked, sentences, sketch, whole_sketch
from gateway.policy.schema.parts import Comparison
from gateway.policy.schema.rules import Mask, RepeatIn, RepeatOf, RuleModel
from gateway.policy.seen import Seen
from gateway.policy.text import Hit


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Sees what was sent before; the fields are those of `gateway.policy.schema.rules.RepeatsModel`."""

    of: RepeatOf
    places: frozenset[RepeatIn]
    masks: frozenset[Mask]
    similarity: Comparison
    min_words: int
    or_whole_reply: bool
    ignored_kinds: frozenset[str]
    ignored_acts: tuple[str, ...]
    matchers: tuple[Matcher, ...] = ()

    def is_idle(self, case: Case) -> bool:
        """Where it is not known what was sent before."""
        context = case.context
        return (
            context.earlier_replies is None
            and context.thread_fingerprints is None
            and context.sender_fingerprints is None
        )

    def see(self, case: Case, possible: Sequence[Matcher]) -> Iterator[Seen]:  # noqa: ARG002 - has no patterns
        """Each such sentence as a whole; a reply has no place of its own."""
        if not _anything(case.context):
            return
        lines = [line for line in range(case.text.subject_line) if self._counts(case, line)]
        if self.of is RepeatOf.REPLY:
            yield from self._whole(case, lines)
            return
        alone = self.or_whole_reply and len(lines) == 1
        for line in lines:
            if alone or len(masked(case.text.lines[line], self.masks)) >= self.min_words:
                yield from self._sentence(case, line)

    def _counts(self, case: Case, line: int) -> bool:
        if case.text.kind(line).value in self.ignored_kinds:
            return False
        return not any(line in case.act_lines(act) for act in self.ignored_acts)

    def _sentence(self, case: Case, line: int) -> Iterator[Seen]:
        text = case.text.lines[line]
        known = sketch(text)
        in_thread = _count(case.context.thread_fingerprints, known)
        if case.context.earlier_replies is not None:
            mine = masked(text, self.masks)
            in_thread = sum(
                any(self._alike(mine, sentence) for sentence in sentences(earlier))
                for earlier in case.context.earlier_replies
            )
        by_sender = _count(case.context.sender_fingerprints, known)
        if self._sent(in_thread, by_sender):
            yield Seen(Hit(line, 0, len(text)), sent_before=in_thread)

    def _whole(self, case: Case, lines: list[int]) -> Iterator[Seen]:
        texts = [case.text.lines[line] for line in lines]
        known = whole_sketch(texts)
        in_thread = _count(case.context.thread_fingerprints, known)
        if case.context.earlier_replies is not None:
            mine = masked(" ".join(texts), self.masks)
            in_thread = sum(self._alike(mine, " ".join(sentences(each))) for each in case.context.earlier_replies)
        if self._sent(in_thread, _count(case.context.sender_fingerprints, known)):
            yield Seen(sent_before=in_thread)

    def _alike(self, mine: tuple[str, ...], other: str) -> bool:
        return self.similarity.holds(alike(mine, masked(other, self.masks)))

    def _sent(self, in_thread: int, by_sender: int) -> bool:
        return bool((RepeatIn.THREAD in self.places and in_thread) or (RepeatIn.SENDER in self.places and by_sender))


def _anything(context: Context) -> bool:
    """Whether anything was sent before; mostly not, and then no sentence needs to be looked up."""
    return bool(context.earlier_replies or context.thread_fingerprints or context.sender_fingerprints)


def _count(counts: Mapping[str, int] | None, known: str) -> int:
    return counts.get(known, 0) if counts and known else 0


def build(rule: RuleModel, language: str, family: str | None, key: Key, maker: Maker) -> Repeats:  # noqa: ARG001
    """The check of a rule with `repeats`."""
    asked = rule.repeats
    if asked is None:
        raise AssertionError("a rule with repeats")
    kinds = frozenset(name for name in asked.ignore if name in ("greeting", "closing"))
    acts = tuple(maker.act(name, (*key, "repeats", "ignore")) for name in asked.ignore if name not in kinds)
    return Repeats(
        asked.of,
        frozenset(asked.in_),
        frozenset(asked.mask),
        asked.similarity,
        asked.min_words,
        asked.or_whole_reply,
        kinds,
        acts,
    )
