# SPDX-License-Identifier: GPL-3.0-or-later
"""The phrase grammar: from the text of a phrase to a small tree.

    phrase   = ["^"] item+ ["$"]
    item     = "..." [digits] | optional | group | class | word
    optional = "(" phrase *("|" phrase) ")"
    group    = "[" phrase *("|" phrase) "]"
    class    = "<" name *("|" name) ">"
    word     = ["="] letters ["*"] *("|" word) [punctuation]

A contraction is read as the words that it stands for ("you've" is "you have"); the renderer allows both ways.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gateway.policy.wording.fold import fold
from gateway.policy.wording.tree import Choice, Class, Edge, Gap, Item, Phrase, PhraseError, Punctuation, Word

#: Words in a gap that is written without a number.
DEFAULT_GAP = 8
#: The widest gap that may be asked for: beyond it a sentence says something else.
WIDEST_GAP = 20

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<gap>\.\.\.(?P<width>\d*)) | (?P<class><[^<>]*>) | (?P<bracket>[\[\]()|]) | (?P<edge>[\^$])
      | (?P<word>=?[^\s\[\]()|<>^$,;:?!."]+(?:\.[^\s\[\]()|<>^$,;:?!."]+)*\*?) | (?P<mark>[,;:?!.])
      | (?P<quote>") | (?P<other>\S))""",
    re.VERBOSE,
)
_NAME = re.compile(r"[a-z][a-z0-9_]*$")
_CONTRACTION = re.compile(r"(.+?)(n't|'ve|'re|'ll|'d|'s|'m)$")
_EXPANDED = {
    "'ve": ("have",),
    "'re": ("are",),
    "'ll": ("will",),
    "'d": ("had", "would"),
    "'s": ("is", "has"),
    "'m": ("am",),
    "n't": ("not",),
}
_IRREGULAR = {"can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not", "let's": "let us"}


@lru_cache(maxsize=8192)
def parse(text: str, language: str = "en") -> Phrase:
    """The tree of a phrase.

    Raises:
        PhraseError: it does not follow the grammar.
    """
    tokens = list(_TOKEN.finditer(fold(text).strip()))
    phrase, rest = _sequence(tokens, 0, language, depth=0)
    if rest != len(tokens):
        raise PhraseError(f"there is a “{tokens[rest][0].strip()}” too many in “{text}”")
    if len(phrase) == 1 and isinstance(phrase[0], Choice):
        phrase = (Choice(phrase[0].alternatives, optional=False),)  # a phrase that may be left out is none
    if not any(isinstance(item, (Word, Class, Choice)) for item in phrase):
        raise PhraseError(f"“{text}” has no word to look for")
    _check_edges(phrase, text)
    return phrase


def sequence(items: list[str]) -> Phrase:
    """The tree of a sequence of class names, gaps and edges.

    Raises:
        PhraseError: an item is none of these.
    """
    found: list[Item] = []
    for item in items:
        gap = re.fullmatch(r"\.\.\.(\d*)", item)
        optional = re.fullmatch(r"\((.*)\)", item)
        if gap:
            found.append(_gap(gap[1]))
        elif item in ("^", "$"):
            found.append(Edge(item == "^"))
        elif optional:
            found.append(Choice(((_class(f"<{optional[1]}>"),),), optional=True))
        else:
            found.append(_class(f"<{item}>"))
    if not any(isinstance(item, Class) for item in found):
        raise PhraseError("a sequence needs at least one word class")
    _check_edges(tuple(found), " ".join(items))
    return tuple(found)


def classes(phrase: Phrase) -> frozenset[str]:
    """Names of all word classes that a phrase uses."""
    names: set[str] = set()
    for item in phrase:
        if isinstance(item, Class):
            names.update(item.names)
        elif isinstance(item, Choice):
            for alternative in item.alternatives:
                names |= classes(alternative)
    return frozenset(names)


def _sequence(tokens: list[re.Match[str]], at: int, language: str, depth: int) -> tuple[Phrase, int]:
    items: list[Item] = []
    while at < len(tokens):
        token = tokens[at]
        if token["bracket"] in ("]", ")", "|"):
            break
        if token["bracket"] in ("(", "["):
            item, at = _choice(tokens, at, language, depth)
            items.append(item)
            continue
        new, at = _items(tokens, at, language, depth)
        items.extend(new)
    return tuple(items), at


def _between_words(tokens: list[re.Match[str]], at: int) -> bool:
    """Whether a bar stands between two words without a space: the short way of writing a group."""
    before, after = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
    return bool(
        before and after and before["word"] and after["word"] and before.end() == tokens[at].end() - 1
        and after.start("word") == tokens[at].end()
    )  # fmt: skip


def _items(tokens: list[re.Match[str]], at: int, language: str, depth: int) -> tuple[list[Item], int]:
    token = tokens[at]
    if token["gap"]:
        return [_gap(token["width"])], at + 1
    if token["class"]:
        return [_class(token["class"])], at + 1
    if token["edge"]:
        return [Edge(token["edge"] == "^")], at + 1
    if token["mark"]:
        return [Punctuation(token["mark"])], at + 1
    if token["quote"]:
        return [], at + 1
    if token["word"]:
        return _words(tokens, at, language, depth)
    raise PhraseError(f"“{token['other']}” has no meaning in a phrase; for a literal sign use regex")


def _words(tokens: list[re.Match[str]], at: int, language: str, depth: int) -> tuple[list[Item], int]:
    """A word, or several with bars between them; within brackets a bar parts whole phrases instead."""
    alternatives = [_word(tokens[at]["word"], language)]
    at += 1
    while depth == 0 and at + 1 < len(tokens) and tokens[at]["bracket"] == "|" and _between_words(tokens, at):
        alternatives.append(_word(tokens[at + 1]["word"], language))
        at += 2
    if len(alternatives) == 1:
        return list(alternatives[0]), at
    return [Choice(tuple(alternatives), optional=False)], at


def _word(text: str, language: str) -> Phrase:
    exact, prefix = text.startswith("="), text.endswith("*")
    text = text.lstrip("=").rstrip("*").lower()
    if not text:
        raise PhraseError("“=” and “*” need a word beside them")
    if text == "#":
        raise PhraseError("for a number write <number>")
    if language != "en":
        return (Word(text, exact=True, prefix=prefix),)
    if text in _IRREGULAR:
        return tuple(Word(part) for part in _IRREGULAR[text].split())
    contraction = _CONTRACTION.match(text)
    if contraction is None:
        return (Word(text, exact, prefix),)
    host, long = Word(contraction[1], exact), [Word(word) for word in _EXPANDED[contraction[2]]]
    return (host, long[0] if len(long) == 1 else Choice(tuple((word,) for word in long), optional=False))


def _choice(tokens: list[re.Match[str]], at: int, language: str, depth: int) -> tuple[Choice, int]:
    opened = tokens[at]["bracket"]
    closing = {"(": ")", "[": "]"}[opened]
    if depth >= 3:
        raise PhraseError("brackets are nested too deep; use a word class")
    alternatives: list[Phrase] = []
    while True:
        phrase, at = _sequence(tokens, at + 1, language, depth + 1)
        if not phrase:
            raise PhraseError(f"there is nothing between “{opened}” and “{closing}”, or beside a “|”")
        alternatives.append(phrase)
        if at >= len(tokens) or tokens[at]["bracket"] not in ("|", closing):
            raise PhraseError(f"“{opened}” is not closed by “{closing}”")
        if tokens[at]["bracket"] == closing:
            return Choice(tuple(alternatives), optional=opened == "("), at + 1


def _class(text: str) -> Class:
    names = tuple(name.strip() for name in text.strip("<>").split("|"))
    for name in names:
        if not _NAME.match(name):
            raise PhraseError(f"“{name}” is no name of a word class: lower-case letters, digits and _")
    return Class(names)


def _gap(width: str) -> Gap:
    words = int(width) if width else DEFAULT_GAP
    if words > WIDEST_GAP:
        raise PhraseError(f"a gap of {words} words is too wide; at most {WIDEST_GAP}")
    return Gap(words)


def _check_edges(phrase: Phrase, text: str) -> None:
    for number, item in enumerate(phrase):
        if isinstance(item, Edge) and number != (0 if item.start else len(phrase) - 1):
            raise PhraseError(f"“^” belongs at the start and “$” at the end of “{text}”")
    inner = [item for item in phrase if not isinstance(item, Edge)]
    if isinstance(inner[0], Gap) or isinstance(inner[-1], Gap):
        raise PhraseError(f"a gap at the start or the end of “{text}” finds nothing; leave it out")
