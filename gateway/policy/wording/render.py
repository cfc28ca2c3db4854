# SPDX-License-Identifier: GPL-3.0-or-later
"""From the tree of a phrase to one pattern, in the part of the syntax that RE2, Hyperscan and `regex` read alike.

Every item is rendered together with the separator before it, unless it comes first: that is what lets "have" stand as
" have" or as "'ve". The pattern is made of

    a left boundary, group 1 (what is found), a right boundary

and never reaches over a line feed, since folded sentences are joined by line feeds when they are scanned at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.policy.wording.inflection import forms
from gateway.policy.wording.tree import Choice, Class, Edge, Gap, Item, Phrase, PhraseError, Punctuation, Word

#: Between two words of a phrase: spaces, a comma, a hyphen, brackets, quotes or emphasis marks.
_SEPARATOR = r"""[ ,*_"'()/-]+"""
#: What may stand for a word when it follows another one.
CLITIC = {
    "have": "'ve",
    "has": "'s",
    "is": "'s",
    "had": "'d",
    "would": "'d",
    "will": "'ll",
    "are": "'re",
    "am": "'m",
    "not": "n't",
    "us": "'s",
}
#: Verbs that "not" hangs on.
_AUXILIARY = ("do", "does", "did", "is", "are", "was", "were", "has", "have", "had", "would", "should", "could", "need")
#: Two words that contract into one in a way of their own, and as one that is written in a hurry: without its
#: apostrophe, or with it in the wrong place. Not where that is a word of its own ("its", "were", "well", "shed").
FUSED = {
    **{(verb, "not"): (f"{verb}nt", f"{verb}'nt") for verb in _AUXILIARY},
    ("can", "not"): ("cannot", "can't", "cant"),
    ("will", "not"): ("won't", "wont"),
    ("shall", "not"): ("shan't", "shant"),
    **{(verb, "have"): (f"{verb}ve",) for verb in ("should", "could", "would", "might", "must")},
    ("i", "have"): ("ive",),
    ("i", "am"): ("im",),
    ("we", "have"): ("weve",),
    ("you", "have"): ("youve",),
    ("you", "are"): ("youre",),
    ("they", "are"): ("theyre",),
    ("they", "have"): ("theyve",),
    ("that", "is"): ("thats",),
    ("there", "is"): ("theres",),
    ("let", "us"): ("lets",),
}
#: ASCII characters that belong to no word; outside English a boundary is one of them, since `\\b` knows ASCII alone.
_OUTSIDE = r"[ -/:-@\[-`{-~\n]"
_INSIDE = r"[^ -/:-@\[-`{-~\n]"

_BUILT_IN = {"number": r"[#$€£]?\d[\d.,:%]*", "word": r"[^ \n]+"}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word classes of one language.

    Attributes:
        language: ISO 639-1 code.
        classes: the wordings of each class.
    """

    language: str
    classes: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Names that a phrase may use, the built-in ones among them."""
        return frozenset(self.classes) | _BUILT_IN.keys()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rendered phrase.

    Attributes:
        source: the pattern; group 1 is what is found.
        written: the phrase as its author wrote it, for explanations.
    """

    source: str
    written: str


def render(phrase: Phrase, lexicon: Lexicon, written: str) -> Pattern:
    """The pattern of a phrase.

    Raises:
        PhraseError: it uses a class that the lexicon lacks, or classes that use each other in a circle.
    """
    return Pattern(_Renderer(lexicon, slots=False).whole(phrase), written)


def render_slots(phrase: Phrase, lexicon: Lexicon) -> str:
    """The same pattern with a named group for each word class, ``class_1`` and so on, for showing what filled it."""
    return _Renderer(lexicon, slots=True).whole(phrase)


def _one_of(written: tuple[str, ...]) -> str:
    """A pattern for one of several forms; a hyphen may be a space, or missing."""
    parts = [re.escape(form).replace(r"\-", "[ -]?") for form in written]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


@dataclass(slots=True)
class _Renderer:
    lexicon: Lexicon
    slots: bool
    open_classes: list[str] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    cache: dict[tuple[str, bool], str] = field(default_factory=dict)

    def whole(self, phrase: Phrase) -> str:
        starts = isinstance(phrase[0], Edge)
        ends = isinstance(phrase[-1], Edge)
        inner = tuple(item for item in phrase if not isinstance(item, Edge))
        body = self.items(inner, first=True)
        left = r"^[^\w\n]*" if starts else self._left()
        right = r"[^\w\n]*$" if ends else self._right(inner[-1])
        return f"{left}({body}){right}"

    def _left(self) -> str:
        return r"\b" if self.lexicon.language == "en" else f"(?:^|{_OUTSIDE})"

    def _right(self, last: Item) -> str:
        if isinstance(last, Punctuation):
            return ""
        return r"\b" if self.lexicon.language == "en" else f"(?:$|{_OUTSIDE})"

    def items(self, phrase: Phrase, *, first: bool) -> str:
        if not phrase:
            return ""
        head, rest = phrase[0], phrase[1:]
        if first and isinstance(head, Choice) and head.optional:
            with_it = self.choice(head, first=True) + self.items(rest, first=False)
            return f"(?:{with_it}|{self.items(rest, first=True)})" if rest else with_it
        fused = self.fused(phrase, first=first)
        if fused:
            return fused + self.items(phrase[2:], first=False)
        return self.item(head, first=first) + self.items(rest, first=False)

    def fused(self, phrase: Phrase, *, first: bool) -> str:
        if len(phrase) < 2 or not isinstance(phrase[0], Word) or not isinstance(phrase[1], Word):
            return ""
        fused = FUSED.get((phrase[0].text, phrase[1].text))
        if fused is None:
            return ""
        apart = self.item(phrase[0], first=True) + self.item(phrase[1], first=False)
        return ("" if first else _SEPARATOR) + f"(?:{apart}|{'|'.join(fused)})"

    def item(self, item: Item, *, first: bool) -> str:
        match item:
            case Word():
                return self.word(item, first=first)
            case Class():
                return self.class_(item, first=first)
            case Choice():
                inner = self.choice(item, first=first)
                return inner + "?" if item.optional else inner
            case Gap(words):
                return rf"(?:[^\w\n]+[\w']+){{0,{words}}}?[^\w\n]*?"
            case Punctuation(mark):
                return " ?" + re.escape(mark)
            case Edge():
                raise PhraseError("“^” and “$” do not belong inside brackets or word classes")

    def word(self, word: Word, *, first: bool) -> str:
        written = (word.text,) if word.exact or word.prefix or self.lexicon.language != "en" else forms(word.text)
        text = _one_of(written)
        if word.prefix:
            text += r"\w*" if self.lexicon.language == "en" else f"{_INSIDE}*"
        if first:
            return text
        clitic = None if word.exact or self.lexicon.language != "en" else CLITIC.get(word.text)
        return f"(?:{_SEPARATOR}{text}|{clitic})" if clitic else _SEPARATOR + text

    def choice(self, choice: Choice, *, first: bool) -> str:
        return f"(?:{'|'.join(self.items(alternative, first=first) for alternative in choice.alternatives)})"

    def class_(self, item: Class, *, first: bool) -> str:
        body = f"(?:{'|'.join(self.named(name, first=first) for name in item.names)})"
        if not self.slots or self.open_classes:
            return body
        name = item.names[0]
        self.used[name] = self.used.get(name, 0) + 1
        return f"(?P<{name}_{self.used[name]}>{body})"

    def named(self, name: str, *, first: bool) -> str:
        if name in _BUILT_IN and name not in self.lexicon.classes:
            return ("" if first else _SEPARATOR) + _BUILT_IN[name]
        if (name, first) in self.cache:
            return self.cache[name, first]
        if name not in self.lexicon.classes:
            raise PhraseError(f"there is no word class “{name}” for language {self.lexicon.language}")
        if name in self.open_classes:
            raise PhraseError(f"word class “{name}” uses itself: {' > '.join((*self.open_classes, name))}")
        self.open_classes.append(name)
        body = "|".join(self.items(phrase, first=first) for phrase in self.lexicon.classes[name])
        self.open_classes.pop()
        self.cache[name, first] = f"(?:{body})"
        return self.cache[name, first]
