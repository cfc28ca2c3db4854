# SPDX-License-Identifier: GPL-3.0-or-later
r"""The canonical form of a text, in which the sieve looks for words: lower case, one space around every token.

A token is a run of letters and digits; every other sign is a space. That is coarser than any pattern: whatever stands
between two words of a phrase becomes one space, so words that a phrase wants beside each other are one literal here.
The English form has ASCII letters only, since that is what `\b` knows. In the form for other languages all that is
not ASCII counts as a letter, since that is what their patterns take for one.
"""

from __future__ import annotations

import re

_ASCII = bytes(n if chr(n).isalnum() or n == 10 else 32 for n in range(128))
_ENGLISH = _ASCII + b" " * 128
_OTHER = _ASCII + bytes(range(128, 256))
_SPACES = re.compile(b"  +")


def canonical(folded: str, *, english: bool) -> bytes:
    r"""The canonical form of a folded text: each line with a space at both of its ends."""
    lowered = folded.lower()
    octets = lowered.encode("ascii", "replace").translate(_ENGLISH) if english else lowered.encode().translate(_OTHER)
    return _SPACES.sub(b" ", b" %b " % octets.replace(b"\n", b" \n "))
