# SPDX-License-Identifier: GPL-3.0-or-later
"""Anchors, folding and places hold for every text: the laws that speed must not break."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.mail.read import from_text
from gateway.mail.reply import ReadState, Reply, Sentence
from gateway.policy.finding import Part
from gateway.policy.matcher import of_phrase
from gateway.policy.text import Hit, JudgedText
from gateway.policy.wording.fold import fold
from gateway.policy.wording.grammar import parse
from gateway.policy.wording.inflection import forms
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


@st.composite
def phrase(draw: st.DrawFn) -> str:
    inner = draw(st.lists(st.sampled_from(WORDS), min_size=0, max_size=4))
    return " ".join([draw(st.sampled_from(WORDS[:20])), *inner, draw(st.sampled_from(WORDS[:20]))])


spoken = st.lists(st.sampled_from(SPOKEN), max_size=12).map(" ".join)


@given(phrase(), spoken)
@example("lose have", "lost've")
@example("can not", "cannot")
@example("you should not", "you shouldn't")
@example("they (all) have", "they've")
@settings(max_examples=400, deadline=None)
def test_whatever_a_phrase_finds_its_anchors_let_through(written: str, text: str) -> None:
    matcher = of_phrase(parse(written), LEXICON, written)
    judged = JudgedText(Reply(ReadState.READ, authored=text, sentences=(Sentence(text, 0, len(text)),)))
    if matcher.search(fold(text)) is not None:
        assert judged.lines_with(matcher.groups) & 1


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
