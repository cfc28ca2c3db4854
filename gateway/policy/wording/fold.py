# SPDX-License-Identifier: GPL-3.0-or-later
"""Folding: typographic characters become the plain ones that patterns are written with.

Folding keeps the length, code point by code point, so an offset into folded text is an offset into the text itself.
Case is left alone; every pattern is matched without regard to it. A line feed stays: it parts the sentences of a text.
"""

from __future__ import annotations

import re

_PLAIN = {
    "'": "\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4\u0060\uff07",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    " ": "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\v\f\r"
    "\u0085\u2028\u2029",
    ".": "\u2026",
    "?": "\u00bf\uff1f",
    "!": "\u00a1\uff01",
}

_PLAIN_OF = {typographic: plain for plain, many in _PLAIN.items() for typographic in many}

#: The few of them that are ASCII.
_ASCII_ODD = "\t\v\f\r`"
_SEEN = re.compile(rf"[{_ASCII_ODD}]|[^\x00-\x7f]")


def fold(text: str) -> str:
    """The text with plain quotes, hyphens and spaces; as many code points as before."""
    for character in _odd(text):
        plain = _PLAIN_OF.get(character)
        if plain is not None:
            text = text.replace(character, plain)
        elif "\ud800" <= character <= "\udfff":
            text = text.replace(character, "?")  # half of a pair cannot be encoded, and is no letter anyway
    return text


def _odd(text: str) -> set[str]:
    """Characters that may have to be replaced."""
    if text.isascii():
        return {character for character in _ASCII_ODD if character in text}
    return set(_SEEN.findall(text))
