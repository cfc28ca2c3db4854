# SPDX-License-Identifier: GPL-3.0-or-later
"""The customer's words in the agent's text: “You wrote: ‘I feel stupid’ …” says nothing of the agent's own.

Quotation marks alone do not make a quotation of the customer: agents put names of buttons and products in them, and
words that they mean ironically. So the text must say whose words they are, in front of the marks or behind them:
"you wrote", "in your mail", "so Ihre Worte". What is in the marks may run over several sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from gateway.mail.reply import Sentence, SentenceKind

_MARKS = ('"', " '", "\n'", "('", "“", "„", "«", "‘")
_LONGEST = 600
_MOST = 50
# What ends a quotation that each mark opens; a blank line ends it unfinished.
_CLOSING = {
    "“": re.compile("[”“]|\n\n"),
    "„": re.compile("[“”]|\n\n"),
    "«": re.compile("»|\n\n"),
    '"': re.compile('"|\n\n'),
    "‘": re.compile(r"’(?!\w)|\n\n"),
    "'": re.compile(r"(?<=\S)'(?!\w)|\n\n"),
}
# And the marks that may have opened what each ends.
_OPENING = {"”": "“„", "“": "„", "»": "«", '"': '"', "’": "‘", "'": "'"}
_YOU_SAY = (
    r"you(?:'ve|’ve)?(?:\s(?:have|had|also|just|already|originally|yourself|first|later|then|even|once)){0,2}"
    r"\s(?:wrote|written|write|said|say|told\s(?:us|me)|tell\s(?:us|me)|mention(?:ed)?|stated?|asked?|described?"
    r"|report(?:ed)?|called?|put\sit|noted|quoted?|replied|answered|typed|explained|complained)"
    r"|(?:sie|du|ihr)\s(?:haben\s|hast\s|habt\s)?(?:uns\s|mir\s)?(?:schrieben|schreiben|sagten|sagen|erwähnten|meinten"
    r"|fragten|fragen|schriebst|schreibst|sagtest|geschrieben|gesagt|erwähnt)"
    r"|(?:schrieben|schreiben|sagten|erwähnten|fragten|fragen|schreibst|schriebst)\s(?:sie|du|ihr)"
    r"|vous\s(?:nous\s|m['’])?(?:avez\s)?(?:écrit|dit|écrivez|dites|écriviez|disiez|mentionné|demandez|demandé|indiqué)"
    r"|(?:usted|ustedes)\s(?:nos\s|me\s)?(?:escribió|dijo|mencionó|comentó|preguntó|indicó|dice|escribe)"
    r"|(?:nos|me)\s(?:escribió|dijo|mencionó|comentó|preguntó|indicó)"
)
_YOUR_WORDS = (
    r"your\s(?:(?:own|last|first|latest|previous|original|earlier|recent)\s)?(?:words?|message|e-?mail|mail|note"
    r"|question|report|ticket|letter|comment|reply|subject|request|complaint|review)"
    r"|ihre[rn]?\s(?:nachricht|mail|e-mail|frage|worte|anfrage)|votre\s(?:message|question|courriel|mail|e-mail|demande)"
    r"|su\s(?:mensaje|pregunta|correo|consulta)"
)
# A few words may stand between, no other clause: in "you said that, so press “Save”" nothing is quoted.
_BETWEEN = r"(?:\s+[^\s\"“„«‘'’.!?,:;]+){0,5}\s*[,:–—-]?\s*"
_IN_FRONT = re.compile(rf"\b(?:{_YOU_SAY}|{_YOUR_WORDS})\b{_BETWEEN}(?P<mark>[\"“„«‘]|(?<!\w)'(?=\S))", re.IGNORECASE)
_BEHIND = re.compile(
    rf"(?P<mark>[”“»\"’']),?\s{{1,2}}(?:(?:as\s|so\s|is\swhat\s|was\swhat\s)?(?:{_YOU_SAY})|(?:are|were)\syour\swords)\b",
    re.IGNORECASE,
)


def of_customer(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of `text`, marks included, in which it says that the customer speaks; in order, not overlapping."""
    if not any(map(text.__contains__, _MARKS)) and text[:1] != "'":
        return ()
    found = [
        (match.start("mark"), _end(text, match.start("mark"))) for match in islice(_IN_FRONT.finditer(text), _MOST)
    ]
    found += [
        (_start(text, match.start("mark")), match.start("mark") + 1) for match in islice(_BEHIND.finditer(text), _MOST)
    ]
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if 0 <= start < end - 2 and (not spans or start >= spans[-1][1]):
            spans.append((start, end))
    return tuple(spans)


def marked(sentences: Sequence[Sentence], text: str) -> tuple[Sentence, ...]:
    """The sentences of `text`, each with what in it are the customer's words; it is a QUOTE if that is all of it."""
    spans = of_customer(text)
    return tuple([_marked(one, text, spans) for one in sentences] if spans else sentences)


def _marked(sentence: Sentence, text: str, spans: Sequence[tuple[int, int]]) -> Sentence:
    inside = [
        (max(start, sentence.start), min(end, sentence.end))
        for start, end in spans
        if start < sentence.end and end > sentence.start
    ]
    if not inside:
        return sentence
    if inside[0][0] == sentence.start and inside[0][1] >= sentence.end - 1:  # a full stop may follow
        return replace(sentence, kind=SentenceKind.QUOTE)
    return replace(sentence, quoted=tuple([_in_sentence(sentence, text, span) for span in inside]))


def _in_sentence(sentence: Sentence, text: str, span: tuple[int, int]) -> tuple[int, int]:
    """A span of the authored text as one of `Sentence.text`, in which white space is folded; it begins with a mark."""
    start, end = (text[sentence.start : at] for at in span)
    if "\n" not in text[sentence.start : sentence.end]:
        return len(start), len(end)
    return len(" ".join(start.split())) + start[-1:].isspace(), len(" ".join(end.split()))


def _end(text: str, opening: int) -> int:
    """Behind the mark that closes what the one at `opening` opens; -1 if none does."""
    match = _CLOSING[text[opening]].search(text, opening + 1, opening + _LONGEST)
    return match.end() if match is not None and match[0] != "\n\n" else -1


def _start(text: str, closing: int) -> int:
    """Where the mark stands that opens what the one at `closing` closes; -1 if there is none."""
    least = max(closing - _LONGEST, 0)
    least = max(text.rfind("\n\n", least, closing), least)
    at = max(text.rfind(mark, least, closing) for mark in _OPENING[text[closing]])
    return -1 if at > 0 and text[at] in "'\"" and text[at - 1].isalnum() else at
