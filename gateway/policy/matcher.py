# SPDX-License-Identifier: GPL-3.0-or-later
"""Matchers: compiled patterns that say where in a folded text they are found.

There are two. `WordingMatcher` comes from a phrase; RE2 runs it, in time linear in the text, so that no phrase can run
away. `ExpertMatcher` is a pattern of the `regex` package, for the few who want one; it may backtrack, so it is given
little text and little time. Neither is run but on a line that the sieve lets through (`gateway.policy.sieve`).
"""

from __future__ import annotations

import re
from typing import Any, Protocol

import re2
import regex

from gateway.policy.wording.render import Lexicon, render, render_slots
from gateway.policy.wording.tree import Phrase

#: Seconds that a pattern of the `regex` package may take on one sentence.
TIME_LIMIT = 0.02
#: Code points of a sentence that such a pattern sees: its own time limit has holes.
LONGEST = 2000
#: Code points of a rendered phrase up to which RE2 is known to take it.
_SURELY_SMALL = 6000


class RunawayError(Exception):
    """A pattern took more time than it may; the text is the pattern, not the message that it ran on."""


class PatternError(ValueError):
    """A pattern that does not compile; the text says why and where."""


class Matcher(Protocol):
    """A pattern."""

    @property
    def written(self) -> str:
        """As its author wrote it."""
        ...

    def search(self, text: str | bytes, start: int = 0) -> tuple[int, int] | None:
        """The first place from `start` on; octets are ASCII.

        Raises:
            RunawayError: it took too long.
        """
        ...


class WordingMatcher:
    """A phrase (see `Matcher`); compiled for RE2 when it is first run, since most phrases never are.

    Attributes:
        written: the phrase as its author wrote it.
        phrase: its tree.
        lexicon: the word classes that it may use.
    """

    __slots__ = ("_automaton", "lexicon", "phrase", "written")

    def __init__(self, phrase: Phrase, lexicon: Lexicon, written: str) -> None:
        self.written = written
        self.phrase = phrase
        self.lexicon = lexicon
        self._automaton: Any = None

    def search(self, text: str | bytes, start: int = 0) -> tuple[int, int] | None:
        """The first place from `start` on, as a span."""
        if self._automaton is None:
            self._automaton = _automaton(render(self.phrase, self.lexicon, self.written).source)
        found = self._automaton.search(text, start)
        return None if found is None else found.span(1)

    def prove(self) -> None:
        """Insist that it can be run.

        Raises:
            PhraseError: it uses a word class that is not there.
            PatternError: it is too large.
        """
        source = render(self.phrase, self.lexicon, self.written).source
        if len(source) > _SURELY_SMALL:
            try:
                self._automaton = _automaton(source)
            except re2.error as trouble:
                raise PatternError(
                    f"“{self.written}” is too large: use fewer alternatives or narrower gaps ({trouble})"
                ) from None

    def slots(self, text: str) -> dict[str, str]:
        """What filled each word class in the first place, for a person to see; slow."""
        found = regex.compile(render_slots(self.phrase, self.lexicon), regex.IGNORECASE | regex.MULTILINE).search(text)
        filled = {} if found is None else found.groupdict()
        return {name.rpartition("_")[0]: words.strip() for name, words in filled.items() if words}


class ExpertMatcher:
    """A pattern of the `regex` package (see `Matcher`); case does not matter.

    Attributes:
        written: the pattern.
    """

    __slots__ = ("_compiled", "written")

    def __init__(self, written: str) -> None:
        """Compile it.

        Raises:
            PatternError: it does not compile, or is found everywhere.
        """
        self.written = written
        try:
            self._compiled = regex.compile(written, regex.IGNORECASE | regex.MULTILINE | regex.VERSION1)
        except regex.error as trouble:
            raise PatternError(f"not a regular expression: {trouble}") from None
        if self._compiled.search("") is not None:
            raise PatternError("it matches the empty text, so it would be found everywhere")

    def search(self, text: str | bytes, start: int = 0) -> tuple[int, int] | None:
        """The first place from `start` on, as a span; only the first `LONGEST` code points are looked at."""
        text = text if isinstance(text, str) else text.decode("ascii")
        try:
            found = self._compiled.search(text, start, start + LONGEST, timeout=TIME_LIMIT)
        except TimeoutError:
            raise RunawayError(self.written) from None
        return None if found is None else found.span()


def of_phrase(phrase: Phrase, lexicon: Lexicon, written: str) -> WordingMatcher:
    """The matcher of a phrase that nobody has tried yet.

    Raises:
        PhraseError: it uses a word class that is not there.
        PatternError: it is too large.
    """
    made = WordingMatcher(phrase, lexicon, written)
    made.prove()
    return made


#: What every reader of regular expressions takes for the same: no sets in sets, no properties, no anchors of the whole
#: text, no fuzzy counts, no inline flags, no names; nor "_" and "~", which stand for signs outside ASCII.
_ALIKE = re.compile(
    r"""(?:
        [^\\\[\](){}.|*+?^$_~\x80-\U0010ffff]            # a sign that means itself
      | \\(?:[bBwWdDsS]|[^\w\s~\x80-\U0010ffff])         # a class, a boundary, a sign
      | \[\^?(?:[a-z]-[a-z]|[A-Z]-[A-Z]|\d-\d|[^\\\[\]&|_~\x80-\U0010ffff-](?!-[^\]])|\\(?:[wWdDsS]|[^\w\s~-]))+-?\]
      | \((?:\?(?::|=|!|<=|<!)|(?!\?)) | \) | [.|^$]
      | (?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})[?]?
    )*""",
    re.VERBOSE,
)


def is_plain(pattern: str) -> bool:
    """Whether a pattern has only such syntax as Hyperscan reads as the `regex` package does."""
    return _ALIKE.fullmatch(pattern) is not None


def _automaton(source: str) -> Any:  # noqa: ANN401 - re2 has no types
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile("(?m)" + source, options)
