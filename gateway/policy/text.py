# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a reply as rules see it: folded sentences, one a line, and the way back to `Reply.authored`.

The subject is the last line. All offsets inside this module count in the joined text; `Place` carries them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from gateway.mail.reply import Reply, Sentence, SentenceKind
from gateway.policy.finding import Part
from gateway.policy.matcher import ExpertMatcher, Matcher
from gateway.policy.wording.anchors import Group, open_ended, token_lines
from gateway.policy.wording.fold import fold

_QUOTATION = re.compile(r"""(?<![^\s(\[-])(["'])(?=\S)[^"\n]{0,300}?(?:\n[^"\n]{0,300}?){0,4}\1(?!\w)""")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where something was found.

    Attributes:
        line: number of the sentence; the subject comes behind the last one.
        start: offset within that line.
        end: likewise, behind the last character.
    """

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands in the reply: see `gateway.policy.finding.Finding` for the fields."""

    part: Part
    sentence: int | None
    start: int | None
    end: int | None
    excerpt: str


NOWHERE = Place(Part.BODY, None, None, None, "")


class JudgedText:
    """A reply prepared for rules; keeps what was worked out once. Made for one evaluation and one thread."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.joined = fold(_joined([*[sentence.text for sentence in reply.sentences], reply.subject]))
        self._hits: dict[Matcher, tuple[Hit, ...]] = {}
        self._groups: dict[Group, int] = {}

    @cached_property
    def token_lines(self) -> dict[bytes, int]:
        """For each token of body and subject the lines that have it, as a number whose bit n stands for line n."""
        return token_lines(self.joined)

    @cached_property
    def _tokens(self) -> frozenset[bytes]:
        """All tokens: two sets are intersected in the time of the smaller one."""
        return frozenset(self.token_lines)

    def lines_with(self, groups: tuple[Group, ...]) -> int:
        """The lines that have a token of each group, as such a number; all lines if there is no group."""
        mask = self._every_line
        for group in groups:
            mask &= self._group_lines(group)
            if not mask:
                return 0
        return mask

    def _group_lines(self, group: Group) -> int:
        """The lines that have a token of the group; groups are shared by many patterns."""
        known = self._groups.get(group)
        if known is None:
            known = 0
            lines = self.token_lines
            for token in self._tokens & group:
                known |= lines[token]
            for prefix in open_ended(group):
                for token in lines:
                    if token.startswith(prefix):
                        known |= lines[token]
            self._groups[group] = known
        return known

    @cached_property
    def _every_line(self) -> int:
        return (1 << len(self.lines)) - 1

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each line starts."""
        return tuple(accumulate((len(line) + 1 for line in self.lines), initial=0))[:-1]

    @cached_property
    def lines(self) -> list[str]:
        """The sentences, folded, and the subject."""
        return self.joined.split("\n")

    @property
    def subject_line(self) -> int:
        """Number of the line that is the subject."""
        return len(self.reply.sentences)

    @cached_property
    def own_lines(self) -> tuple[int, ...]:
        """The lines in which the agent says something of their own: prose and items of lists."""
        own = (SentenceKind.PROSE, SentenceKind.LIST)
        return tuple(number for number, sentence in enumerate(self.reply.sentences) if sentence.kind in own)

    @cached_property
    def words(self) -> int:
        """How many words the body has."""
        return sum(len(_WORD.findall(line)) for line in self.lines[:-1])

    def kind(self, line: int) -> SentenceKind:
        """What the line is; the subject counts as prose."""
        return SentenceKind.PROSE if line == self.subject_line else self.reply.sentences[line].kind

    def find(self, matcher: Matcher) -> tuple[Hit, ...]:
        """The first place in each line that has one, in order."""
        hits = self._hits.get(matcher)
        if hits is None:
            hits = self._hits[matcher] = tuple(self._search(matcher))
        return hits

    def in_line(self, matcher: Matcher, line: int) -> bool:
        """Whether the pattern is found in this line; asks the line alone unless the whole text was asked before."""
        hits = self._hits.get(matcher)
        if hits is not None:
            return any(hit.line == line for hit in hits)
        if not self.lines_with(matcher.groups) >> line & 1:
            return False
        return matcher.search(self._plain_lines[line]) is not None

    def occurrences(self, matcher: Matcher) -> Iterator[Hit]:
        """All places that do not overlap, in order."""
        for first in self.find(matcher):
            yield first
            line, end = self.lines[first.line], first.end
            while (span := matcher.search(line, end)) is not None:
                yield Hit(first.line, *span)
                end = max(span[1], end + 1)

    def _search(self, matcher: Matcher) -> Iterator[Hit]:
        if isinstance(matcher, ExpertMatcher) and self._octets is not None and not matcher.may_match(self._octets):
            return
        mask = self.lines_with(matcher.groups)
        while mask:
            number = (mask & -mask).bit_length() - 1
            mask &= mask - 1
            span = matcher.search(self._plain_lines[number])
            if span is not None:
                yield Hit(number, *span)

    @cached_property
    def _plain_lines(self) -> list[str] | list[bytes]:
        """The lines as patterns run fastest on them: in ASCII an octet is a code point."""
        return self.lines if self._octets is None else self._octets.split(b"\n")

    @cached_property
    def _octets(self) -> bytes | None:
        """The whole text if it is ASCII."""
        return self.joined.encode() if self.joined.isascii() else None

    @cached_property
    def _quotations(self) -> tuple[tuple[int, int], ...]:
        if '"' not in self.joined and "'" not in self.joined:
            return ()
        return tuple(found.span() for found in _QUOTATION.finditer(self.joined))

    def quoted(self, hit: Hit) -> bool:
        """Whether the place lies wholly within quotation marks."""
        start, end = self.starts[hit.line] + hit.start, self.starts[hit.line] + hit.end
        return any(opened < start and end < closed for opened, closed in self._quotations)

    def is_question(self, line: int) -> bool:
        """Whether the sentence ends with a question mark."""
        return self.lines[line].rstrip(" \"')*_").endswith("?")

    def place(self, hit: Hit) -> Place:
        """Where it stands in the reply. In the body, the excerpt is exactly what `authored` has there."""
        if hit.line == self.subject_line:
            return Place(Part.SUBJECT, None, None, None, self.reply.subject[hit.start : hit.end])
        sentence = self.reply.sentences[hit.line]
        start, end = _authored_span(self.reply.authored, sentence, hit)
        return Place(Part.BODY, hit.line, start, end, self.reply.authored[start:end])


def _joined(lines: list[str]) -> str:
    joined = "\n".join(lines)
    if joined.count("\n") >= len(lines):  # a line feed within a line: keep lines and sentences in step
        joined = "\n".join(line.replace("\n", " ") for line in lines)
    return joined


def _authored_span(authored: str, sentence: Sentence, hit: Hit) -> tuple[int, int]:
    """Carry a span of `Sentence.text`, whose white space is folded, back into the authored text.

    Both have the same characters apart from white space, so it is enough to count those. Should they ever differ,
    the whole sentence is the answer.
    """
    written = authored[sentence.start : sentence.end]
    if written == sentence.text:
        return sentence.start + hit.start, sentence.start + hit.end
    before = _solid(sentence.text[: hit.start])
    inside = _solid(sentence.text[hit.start : hit.end])
    places = [number for number, character in enumerate(written) if not character.isspace()]
    if len(places) != _solid(sentence.text) or not inside:
        return sentence.start, sentence.end
    return sentence.start + places[before], sentence.start + places[before + inside - 1] + 1


def _solid(text: str) -> int:
    return sum(not character.isspace() for character in text)
