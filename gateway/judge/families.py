# SPDX-License-Identifier: GPL-3.0-or-later
"""The thirteen kinds of fault that the judge knows, and the order in which the model gives them.

Eleven stand in a sentence. Two are absences: they belong to the reply as a whole.
"""

from __future__ import annotations

from typing import Final

IN_A_SENTENCE: Final = (
    "blame-direct",
    "blame-hindsight",
    "blame-reproach",
    "minimise",
    "isolate",
    "presume",
    "overinvolved",
    "condescend",
    "non-apology",
    "dismiss",
    "scripted",
)
"""Families that a sentence can show, in the order of the model's columns 1 to 11; column 0 is *any of them*."""

ABSENCES: Final = ("no-acknowledgement", "no-next-step")
"""Families of the whole reply, in the order of the model's first two columns for it; column 2 is *hold*."""

FAMILIES: Final = IN_A_SENTENCE + ABSENCES

WORDS: Final = {
    "blame-direct": "says or implies that the customer is at fault",
    "blame-hindsight": "tells the customer what they should have done before",
    "blame-reproach": "reproaches the customer for asking, or for not listening",
    "minimise": "plays the harm down, or compares it away",
    "isolate": "apologises in a way that leaves the customer alone with the problem",
    "presume": "claims to know what the customer feels",
    "overinvolved": "drowns the customer in the writer's own distress, or in pity",
    "condescend": "talks down to the customer",
    "non-apology": "apologises and takes it back in the same breath",
    "dismiss": "shuts the customer down and leaves no way on",
    "scripted": "puts stock phrases in the place of an answer",
    "no-acknowledgement": "takes no notice of what happened to an upset customer",
    "no-next-step": "leaves an open problem without a step, a time, a person or a question",
}
"""What a reply of this family does, to follow "the reply" or "this sentence"."""
