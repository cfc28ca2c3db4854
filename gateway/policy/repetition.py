# SPDX-License-Identifier: GPL-3.0-or-later
"""What was sent before: masked sentences, how alike two are, and sketches that a memory can keep as keyed hashes.

A sketch is a short text that two sentences share if they say the same but for names, numbers, dates and small words.
The core makes sketches; whoever has the key hashes them, counts them in its memory, and hands the counts back in the
context. No text leaves this process for the memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from gateway.mail.reply import Reply, SentenceKind
from gateway.mail.sentences import split
from gateway.policy.schema.rules import Mask
from gateway.policy.wording.fold import fold
from gateway.policy.wording.vocabulary import content_words

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NUMBER = re.compile(r"\d")
_DATE_WORDS_TEXT = """
monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday january february march april june
july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
"""
_DATE_WORDS = frozenset(_DATE_WORDS_TEXT.split())
_EVERYTHING = frozenset(Mask)
_ASIDE = (SentenceKind.GREETING, SentenceKind.CLOSING)
_MOST_PIECES = 1 << 13
_LONGEST = 500
"""Pieces of sentences that are looked up and not worked out again: so many, from sentences of at most so many
characters. All mail is made of the same few thousand."""

Tokens = tuple[str, ...]


def masked(text: str, masks: frozenset[Mask] = _EVERYTHING) -> Tokens:
    """The words of a sentence in lower case, with a sign in place of what makes no difference."""
    words = _TOKEN.findall(fold(text))
    return tuple(_masked_word(word, masks, starts=number == 0) for number, word in enumerate(words))


def _masked_word(word: str, masks: frozenset[Mask], *, starts: bool) -> str:
    lower = word.lower()
    if Mask.DATES in masks and lower in _DATE_WORDS:
        return "@"
    if Mask.NUMBERS in masks and _NUMBER.search(word):
        return "#"
    if Mask.NAMES in masks and word[0].isupper() and not starts and len(word) > 1 and "'" not in word:
        return "*"
    return lower


def alike(one: Tokens, other: Tokens) -> float:
    """How alike two runs of words are: twice the words they have in common, in order, by all words; 0 to 1."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    shorter, longer = sorted((len(one), len(other)))
    if 2 * shorter / (shorter + longer) < 0.5:
        return 2 * shorter / (shorter + longer)
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of an earlier reply, without greeting and closing."""
    return tuple(sentence.text for sentence in split(text) if sentence.kind not in _ASIDE)


def sketch(text: str) -> str:
    """The sketch of one sentence; empty if it has no word that carries meaning."""
    pieces = fold(text).split()
    while pieces and not pieces[0][0].isalnum() and not _TOKEN.search(pieces[0]):
        del pieces[0]
    if not pieces:
        return ""
    kept: set[str] = set()
    if len(text) <= _LONGEST:
        kept.update(_carried_first(pieces[0]), *map(_carried, pieces[1:]))
    else:
        kept.update(_carried_first.__wrapped__(pieces[0]), *map(_carried.__wrapped__, pieces[1:]))
    return f"s:{' '.join(sorted(kept))}" if kept else ""


@lru_cache(_MOST_PIECES)
def _carried(piece: str) -> frozenset[str]:
    """What a piece of a sentence, from blank to blank, says of what that is about."""
    return _content([_masked_word(word, _EVERYTHING, starts=False) for word in _TOKEN.findall(piece)])


@lru_cache(_MOST_PIECES)
def _carried_first(piece: str) -> frozenset[str]:
    """Likewise the piece that begins the sentence."""
    return _content(masked(piece))


def _content(tokens: Iterable[str]) -> frozenset[str]:
    return content_words(" ".join(token for token in tokens if token[0].isalnum()))


def whole_sketch(texts: Iterable[str]) -> str:
    """The sketch of a reply as a whole; empty if it has no word that carries meaning."""
    return _whole(map(sketch, texts))


def _whole(sketched: Iterable[str]) -> str:
    kept = sorted({*sketched} - {""})
    return f"r:{'|'.join(kept)}" if kept else ""


def sketches(reply: Reply) -> tuple[str, ...]:
    """All sketches of a reply, for a memory to count and to look up: of its sentences, and of the whole."""
    found = dict.fromkeys(sketch(sentence.text) for sentence in reply.sentences if sentence.kind not in _ASIDE)
    found[_whole(found)] = None
    return tuple(each for each in found if each)
