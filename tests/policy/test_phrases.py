# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases: what a wording in a policy file finds, and what it leaves alone."""

from __future__ import annotations

import pytest

from gateway.mail.read import from_text
from gateway.policy.matcher import of_phrase
from gateway.policy.text import JudgedText
from gateway.policy.wording.fold import fold
from gateway.policy.wording.grammar import parse, sequence
from gateway.policy.wording.render import Lexicon
from gateway.policy.wording.tree import PhraseError

LEXICON = Lexicon(
    "en",
    {
        "customer": (parse("you"), parse("your side")),
        "modal": (parse("should have"), parse("could have")),
        "us": (parse("we"), parse("I")),
        "late": (parse("too late"), parse("[hours|days] <us>")),
    },
)
GERMAN = Lexicon("de", {"kunde": (parse("Sie", "de"), parse("Ihre", "de"))})


def found(phrase: str, text: str, lexicon: Lexicon = LEXICON) -> str | None:
    matcher = of_phrase(parse(phrase, lexicon.language), lexicon, phrase)
    span = matcher.search(fold(text))
    return None if span is None else text[slice(*span)]


@pytest.mark.parametrize(
    ("phrase", "text", "excerpt"),
    [
        ("could have prevented", "You COULD have prevented it", "COULD have prevented"),
        ("you have lost", "You’ve lost it", "You’ve lost"),
        ("you've lost", "you have lost it", "you have lost"),
        ("do not read", "They don't read", "don't read"),
        ("don't read", "They do not read", "do not read"),
        ("cannot help", "we can’t help", "can’t help"),
        ("can't help", "We cannot help", "cannot help"),
        ("will not work", "it won't work", "won't work"),
        ("it's broken", "It has broken", "It has broken"),
        ("I'd expect", "I would expect", "I would expect"),
        ("let's talk", "Let us talk", "Let us talk"),
        ("it is late", "it's late", "it's late"),
        ("do not read", "They dont read", "dont read"),
        ("do not read", "They do'nt read", "do'nt read"),
        ("[is not|was not] obvious", "That wasnt obvious", "wasnt obvious"),
        ("you are overreacting", "Youre overreacting", "Youre overreacting"),
        ("you have lost", "youve lost", "youve lost"),
        ("should have asked", "you shouldve asked", "shouldve asked"),
        ("I have told you", "ive told you", "ive told you"),
        ("that is late", "thats late", "thats late"),
        ("we are wrong", "they were wrong", None),
        ("we will go", "well, go", None),
        ("it is broken", "its broken lid", None),
        ("<customer> <modal> checked", "you should've checked", "you should've checked"),
        ("lose data", "We are losing data", "losing data"),
        ("lose data", "we lost data", "lost data"),
        ("make a mistake", "mistakes; making a mistake", "making a mistake"),
        ("apologise for", "I apologized for it", "apologized for"),
        ("apologize for", "apologising for", "apologising for"),
        ("apolog* for", "an apologetic apology for you", "apology for"),
        ("reply to", "he replied to us", "replied to"),
        ("stop it", "stopping it", "stopping it"),
        ("behaviour is", "the behavior is odd", "behavior is"),
        ("could (very easily) happen", "could happen", "could happen"),
        ("could (very easily) happen", "could very easily happen", "could very easily happen"),
        ("(really|so) sorry", "I am so sorry", "so sorry"),
        ("(really|so) sorry", "I am sorry", "sorry"),
        ("[could|should have] known", "should have known", "should have known"),
        ("was|were told", "you were told", "were told"),
        ("you ... backed", "you, as I said: really backed it", "you, as I said: really backed"),
        ("one-in-a-million case", "a one in a million case", "one in a million case"),
        ("one in a million", "One-in-a-million!", "One-in-a-million"),
        ("set-up guide", "the setup guide", "setup guide"),
        ("you however forgot", "you, however, forgot", "you, however, forgot"),
        ("user error", "the “user” error", "user” error"),
        ("^ make sense ? $", "Make sense?", "Make sense?"),
        ("again, no", "Again, no.", "Again, no"),
        ("paid <number> times", "paid 3 times", "paid 3 times"),
        ("the <word> happened", "the worst happened", "the worst happened"),
        ("=lose it", "you lose it", "lose it"),
        ("come <late>", "come days we", "come days we"),
    ],
)
def test_finds(phrase: str, text: str, excerpt: str) -> None:
    assert found(phrase, text) == excerpt


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("=lose it", "you lost it"),
        ("lost it", "you lose it"),
        ("you have", "youth have"),
        ("you ...3 backed", "you and all of your friends backed it"),
        ("^ make sense", "It does make sense"),
        ("make sense $", "make sense of it"),
        ("again, no", "Again no."),
        ("its broken", "it's broken"),
        ("sorry for", "sorry. For this"),
        ("you can", "you cannot"),
        ("well done", "we'll, done"),
        ("could have", "could\nhave"),
    ],
)
def test_leaves_alone(phrase: str, text: str) -> None:
    assert found(phrase, text) is None


def test_words_of_other_languages_stand_for_themselves_and_end_where_their_letters_end() -> None:
    assert found("<kunde> hätten", "Vielleicht hätten Sie? Sie hätten …", GERMAN) == "Sie hätten"
    assert found("hatten", "Sie hätten", GERMAN) is None
    assert found("über", "gegenüber", GERMAN) is None
    assert found("über", "(über das)", GERMAN) == "über"
    assert found("verlier*", "Sie verlieren", GERMAN) == "verlieren"


def test_a_sequence_is_the_phrase_of_its_classes() -> None:
    tree = sequence(["^", "customer", "...3", "(us)", "modal"])
    assert tree == parse("^ <customer> ...3 (<us>) <modal>")


@pytest.mark.parametrize(
    ("phrase", "complaint"),
    [
        ("", "no word"),
        ("( )", "nothing between"),
        ("(so sorry", "not closed"),
        ("so sorry)", "too many"),
        ("... sorry", "gap at the start"),
        ("sorry ...", "gap at the start or the end"),
        ("you ...99 lost", "too wide"),
        ("<Customer> lost", "no name of a word class"),
        ("sorry ^ you", "belongs at the start"),
        ("((((a))))", "nested too deep"),
        ("=", "need a word"),
    ],
)
def test_says_what_is_wrong_with_a_phrase(phrase: str, complaint: str) -> None:
    with pytest.raises(PhraseError, match=complaint):
        parse(phrase)


def test_a_class_that_uses_itself_is_an_error_not_a_hang() -> None:
    lexicon = Lexicon("en", {"one": (parse("a <two>"),), "two": (parse("b <one>"),)})
    with pytest.raises(PhraseError, match="one > two > one"):
        of_phrase(parse("<one>"), lexicon, "")


def test_a_match_never_reaches_over_a_sentence() -> None:
    text = JudgedText(from_text("You were late. Had it helped?", None))
    assert list(text.find(of_phrase(parse("late ... helped"), LEXICON, ""))) == []
