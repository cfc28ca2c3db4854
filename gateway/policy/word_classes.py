# SPDX-License-Identifier: GPL-3.0-or-later
"""Word classes: from word files to the lexicon of each language."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.policy.schema.files import WordFile
from gateway.policy.source import BrokenFile, Document
from gateway.policy.wording.grammar import parse
from gateway.policy.wording.render import Lexicon
from gateway.policy.wording.tree import Phrase, PhraseError


def lexicons(files: Mapping[str, WordFile]) -> tuple[dict[str, Lexicon], list[tuple[str, str]]]:
    """The lexicon of each language from word files by their path, and notes on what counts for nothing, with the path.

    A class that several files have is the first one's.
    """
    classes: dict[str, dict[str, tuple[Phrase, ...]]] = {}
    owner: dict[tuple[str, str], str] = {}
    notes = []
    for path, words in files.items():
        for name, phrases in words.classes.items():
            first = owner.setdefault((words.language, name), path)
            if first != path:
                notes.append((path, f"word class “{name}” is in {first} already; that one counts"))
                continue
            parsed = tuple(parse(text, words.language) for text in phrases)
            classes.setdefault(words.language, {})[name] = parsed
    return {language: Lexicon(language, found) for language, found in classes.items()}, notes


def check(document: Document, words: WordFile) -> None:
    """Insist that every phrase of a word file can be read.

    Raises:
        BrokenFile: some cannot.
    """
    mistakes = [
        document.problem(("classes", name, number), str(trouble))
        for name, phrases in words.classes.items()
        for number, text in enumerate(phrases)
        if (trouble := _mistake(text, words.language)) is not None
    ]
    if mistakes:
        raise BrokenFile(*mistakes)


def _mistake(text: str, language: str) -> PhraseError | None:
    try:
        parse(text, language)
    except PhraseError as trouble:
        return trouble
    return None
