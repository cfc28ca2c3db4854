# SPDX-License-Identifier: GPL-3.0-or-later
"""Matchers: compiled patterns that say where in a folded text they are found.

There are two. `WordingMatcher` comes from a phrase; RE2 runs it, in time linear in the text, and its anchors say
cheaply that it need not run at all. `ExpertMatcher` is a pattern of the `regex` package, for the few who want one; it
may backtrack, so it is given little text and little time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import re2
import regex

from gateway.policy.wording.anchors import Group, anchors
from gateway.policy.wording.grammar import Phrase
from gateway.policy.wording.render import Lexicon, render, render_slots

#: Seconds that a pattern of the `regex` package may take on one sentence.
TIME_LIMIT = 0.02
#: Code points of a sentence that such a pattern sees: its own time limit has holes.
LONGEST = 2000


class RunawayError(Exception):
    """A pattern took more time than it may; the text is the pattern, not the message that it ran on."""


class PatternError(ValueError):
    """A pattern that does not compile; the text says why and where."""


class Matcher(Protocol):
    """A pattern, compiled."""

    @property
    def written(self) -> str:
        """As its author wrote it."""
        ...

    @property
    def groups(self) -> tuple[Group, ...]:
        """Groups of tokens: a text without a token of each cannot match. Empty: it has to be run."""
        ...

    def search(self, text: str | bytes, start: int = 0) -> tuple[int, int] | None:
        """The first place from `start` on; octets are ASCII.

        Raises:
            RunawayError: it took too long.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class WordingMatcher:
    """A phrase, compiled for RE2 (see `Matcher`)."""

    written: str
    phrase: Phrase
    lexicon: Lexicon
    groups: tuple[Group, ...]
    automaton: Any

    def search(self, text: str | bytes, start: int = 0) -> tuple[int, int] | None:
        """The first place from `start` on, as a span."""
        found = self.automaton.search(text, start)
        return None if found is None else found.span(1)

    def slots(self, text: str) -> dict[str, str]:
        """What filled each word class in the first place, for a person to see; slow."""
        found = regex.compile(render_slots(self.phrase, self.lexicon), regex.IGNORECASE | regex.MULTILINE).search(text)
        filled = {} if found is None else found.groupdict()
        return {name.rpartition("_")[0]: words.strip() for name, words in filled.items() if words}


@dataclass(frozen=True, slots=True, eq=False)
class ExpertMatcher:
    """A pattern of the `regex` package (see `Matcher`)."""

    written: str
    compiled: regex.Pattern[str]
    quick: Any = None
    groups: tuple[Group, ...] = ()

    def may_match(self, ascii_text: bytes) -> bool:
        """Whether it could be found anywhere in a text: what RE2 says, where RE2 can read the pattern."""
        return self.quick is None or self.quick.search(ascii_text) is not None

    def search(self, text: str | bytes, start: int = 0) -> tuple[int, int] | None:
        """The first place from `start` on, as a span; only the first `LONGEST` code points are looked at."""
        if self.quick is not None and start == 0 and text.isascii() and self.quick.search(text) is None:
            return None
        text = text if isinstance(text, str) else text.decode("ascii")
        try:
            found = self.compiled.search(text, start, start + LONGEST, timeout=TIME_LIMIT)
        except TimeoutError:
            raise RunawayError(self.written) from None
        return None if found is None else found.span()


def of_phrase(phrase: Phrase, lexicon: Lexicon, written: str) -> WordingMatcher:
    """The matcher of a phrase.

    Raises:
        PhraseError: it uses a word class that is not there.
        PatternError: it is too large.
    """
    source = render(phrase, lexicon, written).source
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        automaton = re2.compile("(?m)" + source, options)
    except re2.error as trouble:
        raise PatternError(f"“{written}” is too large: use fewer alternatives or narrower gaps ({trouble})") from None
    return WordingMatcher(written, phrase, lexicon, anchors(phrase, lexicon), automaton)


def of_regex(pattern: str) -> ExpertMatcher:
    """The matcher of a pattern of the `regex` package; case does not matter.

    Raises:
        PatternError: it does not compile.
    """
    try:
        compiled = regex.compile(pattern, regex.IGNORECASE | regex.MULTILINE | regex.VERSION1)
    except regex.error as trouble:
        raise PatternError(f"not a regular expression: {trouble}") from None
    if compiled.search("") is not None:
        raise PatternError("it matches the empty text, so it would be found everywhere")
    return ExpertMatcher(pattern, compiled, _quick(pattern))


def _quick(pattern: str) -> Any:  # noqa: ANN401 - re2 has no types
    """The pattern for RE2; None where RE2 cannot read it, or would read it otherwise (set operations of `regex`)."""
    if any(sign in pattern for sign in ("--", "&&", "||", "~~", "[[", "(?V", r"\p", r"\X", r"\R", r"\K", r"\m", r"\M")):
        return None
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile("(?m)" + pattern, options)
    except re2.error:
        return None
