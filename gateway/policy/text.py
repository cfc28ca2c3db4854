# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a reply as rules see it: folded sentences, one a line, and the way back to `Reply.authored`.

The subject is the last line. All offsets inside this module count in the joined text; `Place` carries them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from gateway.mail.reply import Reply, Sentence, SentenceKind
from gateway.policy.finding import Part
from gateway.policy.lines import Form, Lines
from gateway.policy.matcher import Matcher
from gateway.policy.sieve import Sieve, Sieves, Sifted, Use
from gateway.policy.wording.fold import fold

_QUOTATION = re.compile(r"""(?<![^\s(\[-])(["'])(?=\S)[^"\n]{0,300}?(?:\n[^"\n]{0,300}?){0,4}\1(?!\w)""")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NO_SIEVES = Sieves()


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
    """A reply prepared for rules; keeps what was worked out once. Made for one evaluation and one thread.

    Args:
        reply: as it was read.
        sieves: of the policies that it is judged by; a pattern that is in none of them is tried on every line.
        stopped: patterns that are out of service: they are found nowhere.
    """

    def __init__(self, reply: Reply, sieves: Sieves = _NO_SIEVES, stopped: frozenset[str] = frozenset()) -> None:
        self.reply = reply
        self.joined = fold(_joined([*[sentence.text for sentence in reply.sentences], reply.subject]))
        self._sieves = sieves
        self._stopped = stopped
        self._forms: dict[Form, Lines] = {}
        self._sifted: dict[Sieve, Sifted] = {}
        self._sifted_lines: dict[tuple[Sieve, int], Sifted] = {}
        self._spans: dict[tuple[Matcher, int], tuple[int, int] | None] = {}

    def form(self, form: Form) -> Lines:
        """The text as a sieve wants it. In ASCII both canonical forms are one."""
        if form is Form.OTHER and self.joined.isascii():
            form = Form.ENGLISH
        known = self._forms.get(form)
        if known is None:
            known = self._forms[form] = Lines(self.joined, form)
        return known

    def sifted(self, sieve: Sieve) -> Sifted:
        """What a sieve of whole texts lets through."""
        known = self._sifted.get(sieve)
        if known is None:
            known = self._sifted[sieve] = sieve.sift(self.form(sieve.form))
        return known

    def lines_for(self, matcher: Matcher) -> Iterable[int]:
        """The lines on which it is worth while to try a pattern, in order."""
        sieve = self._sieves.of.get(matcher)
        if sieve is None or sieve.use is Use.LINE:
            return (line for line in range(len(self.lines)) if self._may_be_in(matcher, line))
        return self.sifted(sieve).lines(matcher)

    def _may_be_in(self, matcher: Matcher, line: int) -> bool:
        """Whether it is worth while to try a pattern on a line, told from that line alone where that will do."""
        sieve = self._sieves.of.get(matcher)
        if sieve is None:
            return True
        if sieve.use is not Use.LINE:
            return self.sifted(sieve).is_in(matcher, line)
        known = self._sifted_lines.get((sieve, line))
        if known is None:
            known = self._sifted_lines[sieve, line] = sieve.sift_line(self.form(sieve.form), line)
        return known.is_in(matcher, line)

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

    def find(self, matcher: Matcher) -> Iterator[Hit]:
        """The first place in each line that has one, in order; looked for as it is asked for."""
        for line in self.lines_for(matcher):
            span = self._span(matcher, line)
            if span is not None:
                yield Hit(line, *span)

    def in_line(self, matcher: Matcher, line: int) -> bool:
        """Whether the pattern is found in this line."""
        return self._may_be_in(matcher, line) and self._span(matcher, line) is not None

    def _span(self, matcher: Matcher, line: int) -> tuple[int, int] | None:
        """The first place in a line."""
        if self._stopped and matcher.written in self._stopped:
            return None
        key = matcher, line
        if key in self._spans:
            return self._spans[key]
        text = self.lines[line]  # in ASCII an octet is a code point, and patterns run faster on octets
        span = self._spans[key] = matcher.search(text.encode() if text.isascii() else text)
        return span

    def occurrences(self, matcher: Matcher) -> Iterator[Hit]:
        """All places that do not overlap, in order."""
        for first in self.find(matcher):
            yield first
            line, end = self.lines[first.line], first.end
            while (span := matcher.search(line, end)) is not None:
                yield Hit(first.line, *span)
                end = max(span[1], end + 1)

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
