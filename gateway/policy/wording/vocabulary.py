# SPDX-License-Identifier: GPL-3.0-or-later
"""Content words: those that say what a sentence is about, and not that it is one."""

from __future__ import annotations

import re

_EVERY_MAIL_TEXT = """
    the be to of and a in that have i it for not on with he as you do at this but his by from they we say her she or an
    will my one all would there their what so up out if about who get which go me when make can like no just him know
    take into your some could them see other than then now only its over also back after use two how our first well way
    even new want because any these us is are was were been has had did am im s t ve re ll d m don please thank thanks
    hi hello dear regards best kind sorry here let should may might more very still too much many again yes if at was
    """
_EVERY_MAIL = frozenset(_EVERY_MAIL_TEXT.split())

_CONTENT = re.compile(r"[^\W_]+")
_ENDINGS = re.compile(r"(?:ing|ed|es|s|ly|e|y|ies|ied)$")


def content_words(folded: str) -> frozenset[str]:
    """Words that carry meaning, cut down to a stem so that "waited" and "waiting" are one; numbers as they are."""
    words = _CONTENT.findall(folded.lower())
    return frozenset(
        word if word[0].isdigit() else _ENDINGS.sub("", word)
        for word in words
        if word not in _EVERY_MAIL and (len(word) > 2 or word.isdigit())
    )
