# SPDX-License-Identifier: GPL-3.0-or-later
"""How much work one message may cause. What lies beyond a limit is not read, and the `Reply` says so (truncated)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the reading of one message; the defaults are far above what people write.

    Attributes:
        octets: size of the message that is looked at, from its start.
        text: characters of rendered text, all parts together.
        lines: lines of rendered text.
        markup: characters of HTML, all parts together; markup weighs several times its text.
        parts: MIME entities that are opened.
        depth: how deep multiparts may nest.
        elements: how deep HTML elements may nest; what follows is not read.
        fields: header fields of the message.
    """

    octets: int = 32 * 1024 * 1024
    text: int = 200_000
    lines: int = 10_000
    markup: int = 1_000_000
    parts: int = 400
    depth: int = 20
    elements: int = 1000
    fields: int = 400
