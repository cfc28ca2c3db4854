# SPDX-License-Identifier: GPL-3.0-or-later
"""The maker: turns what a file says into matchers and conditions, and notes every mistake with its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial

from gateway.policy.conditions import LOCAL
from gateway.policy.matcher import ExpertMatcher, Matcher, PatternError, of_phrase
from gateway.policy.policies import Condition
from gateway.policy.schema.conditions import ActWithin, ConditionModel, WordsWithin
from gateway.policy.schema.rules import PatternModel
from gateway.policy.wording.grammar import classes, parse, sequence
from gateway.policy.wording.render import Lexicon
from gateway.policy.wording.tree import Phrase, PhraseError

Key = tuple[int | str, ...]


@dataclass(slots=True)
class Maker:
    """Makes the parts of one file.

    Attributes:
        lexicons: word classes by language.
        acts: names of all acts there are.
        mistakes: what was wrong, with the key; grows.
        make: makes the matcher of a phrase; `WordingMatcher` itself will do where all of them are known to be good.
        made: matchers of phrases, by text and language, so that one phrase is one matcher wherever it stands.
        used: every matcher of the file, in the order of the file; grows.
    """

    lexicons: Mapping[str, Lexicon]
    acts: frozenset[str]
    make: Callable[[Phrase, Lexicon, str], Matcher] = of_phrase
    mistakes: list[tuple[Key, str]] = field(default_factory=list)
    made: dict[tuple[str, str], Matcher] = field(default_factory=dict)
    used: dict[Matcher, None] = field(default_factory=dict)

    def lexicon(self, language: str) -> Lexicon:
        """The word classes of a language; none where no file has any."""
        return self.lexicons.get(language) or Lexicon(language)

    def phrases(self, phrases: Sequence[str], language: str, key: Key) -> tuple[Matcher, ...]:
        """One matcher a phrase."""
        made = (self._phrase(text, language, (*key, number)) for number, text in enumerate(phrases))
        return tuple(matcher for matcher in made if matcher is not None)

    def words(self, names: Sequence[str], language: str, key: Key) -> tuple[Matcher, ...]:
        """One matcher a word class."""
        made = (self._made(partial(sequence, [name]), name, language, key) for name in names)
        return tuple(matcher for matcher in made if matcher is not None)

    def sequence(self, items: Sequence[str], language: str, key: Key) -> tuple[Matcher, ...]:
        """The matcher of a sequence."""
        matcher = self._made(lambda: sequence(list(items)), " ".join(items), language, key)
        return () if matcher is None else (matcher,)

    def regex(self, pattern: str, key: Key) -> tuple[Matcher, ...]:
        """The matcher of a pattern of the `regex` package."""
        try:
            expert = ExpertMatcher(pattern)
        except PatternError as trouble:
            self._mistake((key, str(trouble)))
            return ()
        self.used[expert] = None
        return (expert,)

    def patterns(self, model: PatternModel, language: str, key: Key) -> tuple[Matcher, ...]:
        """The matchers of whichever of the three ways to write a pattern is used."""
        language = model.language or language
        if model.phrases is not None:
            return self.phrases(model.phrases, language, (*key, "phrases"))
        if model.sequence is not None:
            return self.sequence(model.sequence, language, (*key, "sequence"))
        return self.regex(model.regex, (*key, "regex")) if model.regex is not None else ()

    def _mistake(self, mistake: tuple[Key, str]) -> None:
        """Note a mistake; what several rules share is told once."""
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)

    def act(self, name: str, key: Key) -> str:
        """The name of an act, which must be one."""
        if name not in self.acts:
            near = get_close_matches(name, self.acts, 1, 0.5)
            hint = f"; did you mean “{near[0]}”?" if near else ""
            self._mistake((key, f"there is no act “{name}” in acts/{hint}"))
        return name

    def condition(self, model: ConditionModel, language: str, key: Key) -> Condition:
        """A condition; `also` is left to the step that it stands in."""
        terms = model.terms()
        if terms.pop("also", None) is not None and "escalate" not in key:
            self._mistake(((*key, "also"), "also can only be asked in escalate"))
        self._acts_of(terms, key)
        value = terms.get("words_within")
        if isinstance(value, WordsWithin):
            terms["words_within"] = (value, self.words(value.words, language, (*key, "words_within", "words")))
        inner = tuple(
            self.condition(choice, language, (*key, "any_of", number))
            for number, choice in enumerate(model.any_of or ())
        )
        if inner:
            terms["any_of"] = inner
        local = not LOCAL.isdisjoint(terms) or any(condition.local for condition in inner)
        return Condition(tuple(terms.items()), local)

    def _acts_of(self, terms: Mapping[str, object], key: Key) -> None:
        """Insist that every act that is asked for is one."""
        for name in ("act", "no_act", "act_within", "no_act_within"):
            value = terms.get(name)
            acts = value.act if isinstance(value, ActWithin) else value
            for act in acts if isinstance(acts, tuple) else ():
                self.act(act, (*key, name))

    def _phrase(self, text: str, language: str, key: Key) -> Matcher | None:
        known = self.made.get((text, language))
        if known is None:
            known = self._made(lambda: parse(text, language), text, language, key)
            if known is not None:
                self.made[text, language] = known
        if known is not None:
            self.used[known] = None
        return known

    def _made(self, tree: Callable[[], Phrase], text: str, language: str, key: Key) -> Matcher | None:
        lexicon = self.lexicon(language)
        try:
            phrase = tree()
            for name in classes(phrase) - lexicon.names:
                near = get_close_matches(name, lexicon.names, 1, 0.5)
                hint = f"; did you mean “{near[0]}”?" if near else ""
                self._mistake((key, f"there is no word class “{name}” for language {language}{hint}"))
                return None
            matcher = self.make(phrase, lexicon, text)
        except (PhraseError, PatternError) as trouble:
            self._mistake((key, str(trouble)))
            return None
        self.used[matcher] = None
        return matcher
