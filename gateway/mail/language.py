# SPDX-License-Identifier: GPL-3.0-or-later
"""The language of a text, by CLD2 (Chromium's detector): quadgrams of letters in eighty languages, a few megabytes.

It was chosen by measurement over four others and over function words of our own; the figures are in this folder's
README. It takes UTF-8 without control characters, and looks at no more than is needed.
"""

from __future__ import annotations

import pycld2

_SAMPLE = 300
_LARGER_SAMPLE = 2000
# Older codes that it gives for these (ISO 639-1).
_TODAY = {"iw": "he", "jw": "jv"}


def detect(text: str) -> str | None:
    """ISO 639-1 code of the text's language; None if it is too short or unclear."""
    found = _asked(text[:_SAMPLE])
    return found if found is not None or len(text) <= _SAMPLE else _asked(text[:_LARGER_SAMPLE])


def _asked(text: str) -> str | None:
    shown = text.replace("\n", " ")
    if not shown.isprintable():
        shown = "".join([one if one.isprintable() else " " for one in shown])
    try:
        reliable, _, languages = pycld2.detect(shown.encode("utf-8", "replace"))
    except pycld2.error:
        return None
    code = languages[0][1].partition("-")[0]
    return _TODAY.get(code, code) if reliable and len(code) == 2 and code != "un" else None
