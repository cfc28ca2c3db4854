# SPDX-License-Identifier: GPL-3.0-or-later
"""What a card quotes: the sentences it is about, with the words underlined, and what is said about each. No io."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gateway.hold.card_words import clean, line
from gateway.mail.reply import Reply
from gateway.policy.finding import Finding, Mode, Part
from gateway.verdict.verdict import Verdict

Pieces = tuple[tuple[str, bool], ...]

# A sentence of a thousand words is no sentence; what is underlined is shown with so much around it.
_AROUND = 160


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule says, in the words of its policy.

    Attributes:
        message: what is wrong.
        explanation: why it matters; may be empty.
        suggestion: a better wording; may be empty.
    """

    message: str
    explanation: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in the message, and all that is said about it.

    Attributes:
        where: ``in the subject``, or empty.
        pieces: the sentence in pieces, each with whether it is underlined; empty for something that is missing.
        remarks: at least one.
    """

    where: str
    pieces: Pieces
    remarks: tuple[Remark, ...]


def passages(verdict: Verdict, reply: Reply | None) -> tuple[Passage, ...]:
    """The counted findings by place, those with the most points first.

    Args:
        verdict: why the message is held.
        reply: the message as it was read; None if it is not there any more, which leaves the excerpts.
    """
    places: dict[object, list[Finding]] = {}
    for finding in verdict.findings:
        if finding.counted and finding.mode is not Mode.SHADOW:
            places.setdefault(_place(finding), []).append(finding)
    groups = sorted(places.values(), key=lambda group: -sum(finding.points for finding in group))
    return tuple(
        Passage(
            "in the subject" if group[0].part is Part.SUBJECT else "",
            _quote(group, reply),
            tuple(dict.fromkeys(_remark(finding) for finding in group)),
        )
        for group in groups
    )


def _place(finding: Finding) -> object:
    if finding.part is Part.SUBJECT:
        return "subject"
    if finding.sentence is not None:
        return finding.sentence
    return (finding.policy, finding.rule, finding.start)


def _remark(finding: Finding) -> Remark:
    return Remark(line(finding.message, 400), line(finding.explanation, 600), line(finding.suggestion, 600))


def _quote(group: Sequence[Finding], reply: Reply | None) -> Pieces:
    first = group[0]
    if reply is not None and first.part is Part.SUBJECT:
        found = [reply.subject.find(finding.excerpt) for finding in group]
        spans = [(at, at + len(finding.excerpt)) for at, finding in zip(found, group, strict=True) if at >= 0]
        return _pieces(reply.subject, 0, len(reply.subject), spans)
    spans = [(f.start, f.end) for f in group if f.start is not None and f.end is not None]
    if reply is not None and spans and max(end for _start, end in spans) <= len(reply.authored):
        start, end = _bounds(first, spans, reply)
        return _pieces(reply.authored, start, end, spans)
    return tuple((line(finding.excerpt), True) for finding in group[:1] if finding.excerpt.strip())


def _bounds(finding: Finding, spans: Sequence[tuple[int, int]], reply: Reply) -> tuple[int, int]:
    """From where to where the text around the marked spans is shown: the sentence, unless that is far too long."""
    low, high = min(start for start, _ in spans), max(end for _, end in spans)
    if finding.sentence is not None and finding.sentence < len(reply.sentences):
        sentence = reply.sentences[finding.sentence]
        return max(min(sentence.start, low), low - _AROUND), min(max(sentence.end, high), high + _AROUND)
    return low, high


def _pieces(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> Pieces:
    """Text between two offsets, divided where the marking begins and ends, each white space folded into a blank."""
    edges = sorted({start, end, *(edge for span in spans for edge in span if start < edge < end)})
    pieces = []
    for low, high in pairwise(edges):
        marked = any(first <= low and high <= last for first, last in spans)
        pieces.append((re.sub(r"\s+", " ", clean(text[low:high])), marked))
    return tuple(piece for piece in pieces if piece[0])
