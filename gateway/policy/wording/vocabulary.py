# SPDX-License-Identifier: GPL-3.0-or-later
"""Which words of a pattern are rare: how the prefilter chooses the word to look for first.

Only an order of magnitude matters. A wrong guess costs time, never a finding.
"""

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
_MANY_MAILS_TEXT = """
    account add address again already always answer any anything app ask attach back before bill book call cannot case
    change charge check click close code come copy customer date day days delivery detail did done double down each
    email end error every file find follow fix form found free friday full give given going good got happen happened
    happy help hour hours information instead invoice issue keep last later left letter link long look looking mail
    made manager message minute minutes monday money month morning most move must name need never next nothing number
    off office ok old once open option order own page paid part payment phone photo plan point possible problem put
    question reach read ready reason refund remove reply report request response right same screen second send sent
    service set setting settings shop show side sign since site something soon sort start step stop support sure switch
    system team tell thing things think ticket time today told tomorrow try tuesday turn under understand update
    version wait week weeks work working write wrong wrote yesterday user users
    """
_MANY_MAILS = frozenset(_MANY_MAILS_TEXT.split())


def commonness(word: str) -> float:
    """About how many mails of a hundred have this word."""
    if word in _EVERY_MAIL:
        return 60.0
    if word in _MANY_MAILS:
        return 10.0
    return 4.0 if len(word) <= 3 else 1.0


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
