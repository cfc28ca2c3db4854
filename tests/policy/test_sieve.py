# SPDX-License-Identifier: GPL-3.0-or-later
"""The sieve, folding and places hold for every text: the laws that speed must not break."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.mail.read import from_text
from gateway.mail.reply import ReadState, Reply, Sentence
from gateway.policy.context import Context
from gateway.policy.evaluate import evaluate
from gateway.policy.examples import case_of
from gateway.policy.finding import Part
from gateway.policy.index import build
from gateway.policy.lines import Form, Lines
from gateway.policy.matcher import ExpertMatcher, is_plain, of_phrase
from gateway.policy.policies import Policies
from gateway.policy.sieve import Sieves, Use
from gateway.policy.sieving import all_of, kept, restored, sieves
from gateway.policy.text import Hit, JudgedText, Place
from gateway.policy.wording.canonical import canonical
from gateway.policy.wording.fold import fold
from gateway.policy.wording.grammar import parse
from gateway.policy.wording.inflection import forms
from gateway.policy.wording.literals import Chooser
from gateway.policy.wording.render import Lexicon
from tests.policy.texts import excerpts, phrases, policies, policy, see

WORDS = ["you", "have", "not", "lose", "can", "will", "backup", "is", "would", "us", "let", "should", "set-up", "don't"]
WORDS += ["we've", "it's", "apolog*", "=lost", "mistake", "was|were", "<customer>", "(really)", "...", "[so|very much]"]
SPOKEN = [
    "you",
    "You",
    "have",
    "'ve",
    "not",
    "n't",
    "’t",
    "lost",
    "losing",
    "can",
    "should",
    "shouldn't",
    "cannot",
    "is",
]
SPOKEN += [
    "won't",
    "backups",
    "'s",
    "'d",
    "let's",
    "setup",
    "set up",
    "apology",
    "were",
    "really",
    "so",
    "much",
    ",",
    "-",
]
LEXICON = Lexicon("en", {"customer": (parse("you"), parse("your side"), parse("they (all) have"))})
CHOOSER = Chooser(LEXICON)


@st.composite
def phrase(draw: st.DrawFn) -> str:
    inner = draw(st.lists(st.sampled_from(WORDS), min_size=0, max_size=4))
    return " ".join([draw(st.sampled_from(WORDS[:20])), *inner, draw(st.sampled_from(WORDS[:20]))])


spoken = st.lists(st.sampled_from(SPOKEN), max_size=12).map(" ".join)


@given(phrase(), spoken)
@example("lose have", "lost've")
@example("can not", "cannot")
@example("you can", "you can't")
@example("you should not", "you shouldn't")
@example("they (all) have", "they've")
@example("it is ... not", "it isn't")
@example("set-up", "Éset up")
@settings(max_examples=400, deadline=None)
def test_whatever_a_phrase_finds_the_sieve_lets_through(written: str, text: str) -> None:
    needed = CHOOSER.needed(parse(written))
    if of_phrase(parse(written), LEXICON, written).search(fold(text)) is not None:
        line = canonical(fold(text), english=True)
        assert needed.literals is None or any(literal in line for literal in needed.literals)
        assert all(not group.isdisjoint(line.split()) for group in needed.groups)


EXPERTS = [r"\byou \w+ed\b", r"had you (?!like)\w+", r"(?<!not )[a-z]{3,}ing?", r"caf.\b", r"[^a-m ]\W+so$", r"\d+ ?%"]


@given(st.sampled_from(EXPERTS), st.text(alphabet="you hadelikngcfmso%9é€ßſK\u0301²\n_~ed ", max_size=40))
@example(EXPERTS[0], "you caf\u0301ed")
@example(EXPERTS[4], "x\u00e9 so")
@settings(max_examples=300, deadline=None)
def test_whatever_a_regex_finds_the_sieve_lets_through(written: str, text: str) -> None:
    matcher = ExpertMatcher(written)
    (sieve,) = sieves([(Use.ALWAYS, [matcher])]).all
    folded = fold(text)
    through = set(sieve.sift(Lines(folded, Form.FOLDED)).lines(matcher))
    assert {n for n, line in enumerate(folded.split("\n")) if matcher.search(line) is not None} <= through


@pytest.mark.parametrize(
    "odd",
    [r"(a)\1", "abc{e<=1}", "[[a-z]--[b]]", r"\p{L}", "(?i)a", "(?<x>a)", r"\Aa", "a_b", "straße", r"\X", "(?|a|b)"],
)
def test_syntax_that_others_read_in_another_way_is_never_sieved(odd: str) -> None:
    assert not is_plain(odd)
    assert sieves([(Use.ALWAYS, [ExpertMatcher(odd)])]).all == ()


@pytest.fixture(scope="module")
def both(shipped: Policies) -> tuple[Policies, Policies]:
    """The rules that ship, and the same with every pattern tried on every line."""
    return shipped, replace(shipped, index=build(shipped.policies, Sieves()))


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_sieve_changes_nothing_that_is_found(data: st.DataObject, both: tuple[Policies, Policies]) -> None:
    sieved, exhaustive = both
    examples = [each for policy in sieved.policies for each in (*policy.examples.found, *policy.examples.passed)]
    chosen = data.draw(st.lists(st.sampled_from(examples), min_size=1, max_size=3))
    text = "\n\n".join(each.reply for each in chosen)
    text = data.draw(st.sampled_from([text, text.upper(), text.replace("'", "’").replace(" a ", " ä ")]))
    reply, context = case_of(chosen[0].model_copy(update={"reply": text}))
    assert _seen(sieved, reply, context) == _seen(exhaustive, reply, context)


def _seen(policies: Policies, reply: Reply, context: Context) -> set[tuple[str, str, Place, str | None]]:
    return {(each.policy.id, each.rule.name, each.place, each.dismissed) for each in evaluate(policies, reply, context)}


def test_sieves_that_were_kept_are_the_same_ones(shipped: Policies) -> None:
    matchers = all_of(shipped.policies, shipped.acts.values())
    made = shipped.index.sieves
    again = restored(kept(made, matchers), matchers)
    text = "\n".join(each.reply for policy in shipped.policies for each in policy.examples.found[:2])
    for one, other in zip(made.all, again.all, strict=True):
        lines = Lines(fold(text), one.form)
        assert one.sift(lines).met == other.sift(lines).met
        assert (one.table, one.groups, one.matchers) == (other.table, other.groups, other.matchers)


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_a_word_is_one_of_its_own_forms(word: str) -> None:
    assert word in forms(word) or forms(word)[0].replace("z", "s") == word.replace("z", "s")


WRAPPED = "I have looked at all of it, and this could have\nbeen avoided by you."
BREAKS = st.sampled_from([" ", "\n", "\r\n", "  ", " \n   ", "\t", "\u00a0"])


@given(
    st.lists(
        st.tuples(st.sampled_from(["you", "had", "backed", "it", "up", "then", "fine", "Ünal"]), BREAKS), min_size=1
    ),
    st.sampled_from(["", "> ", "\n\n", "É "]),
)
@settings(deadline=None)
def test_an_excerpt_is_exactly_what_the_agent_wrote_there(words: list[tuple[str, str]], before: str) -> None:
    written = "".join(word + gap for word, gap in words).strip()
    authored = f"{before}{written} end"
    start = len(before)
    folded = " ".join(written.split())
    reply = Reply(
        ReadState.READ, authored=authored, sentences=(Sentence(folded, start, start + len(written)),), language="en"
    )
    for seen in see(policies(policy(phrases("had ...2 up", "you", "fine"))), reply):
        place = seen.place
        assert place.start is not None
        assert place.end is not None
        assert authored[place.start : place.end] == place.excerpt
        assert place.excerpt.split() == place.excerpt.strip().split()
        assert not place.excerpt[:1].isspace()
        assert not place.excerpt[-1:].isspace()


def test_hard_wrapped_text_is_found_and_shown_as_written() -> None:
    found = excerpts(policies(policy(phrases("could have been avoided"))), WRAPPED)
    assert found == ["could have\nbeen avoided"]


def test_a_place_that_cannot_be_told_is_the_whole_sentence() -> None:
    reply = Reply(ReadState.READ, authored="* you lost it", sentences=(Sentence("you lost it", 0, 13),))
    assert JudgedText(reply).place(Hit(0, 0, 3)).excerpt == "* you lost it"


def test_the_subject_is_a_place_of_its_own() -> None:
    text = JudgedText(Reply(ReadState.READ, subject="Re: your error"))
    place = text.place(Hit(0, 4, 14))
    assert (place.part, place.start, place.excerpt) == (Part.SUBJECT, None, "your error")


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_can_be_judged(text: str) -> None:
    reply = from_text(text, None)
    for seen in see(policies(policy(phrases("you", "a* ... b*"))), reply):
        assert seen.place.start is None or reply.authored[seen.place.start : seen.place.end] == seen.place.excerpt
