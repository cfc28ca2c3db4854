# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of reading; what `gateway.service.settings` says about descriptions holds here."""

from __future__ import annotations

from pydantic import Field, PositiveInt

from gateway.mail.limits import Limits
from gateway.service.settings_servers import Table

_DEFAULT = Limits()


class ReadingSettings(Table):
    """`[reading]`: how much work the reading of one message may be. What lies beyond is not judged, the rest is."""

    octets: PositiveInt = _DEFAULT.octets
    """Octets of a message that are looked at, from its start."""
    text: PositiveInt = _DEFAULT.text
    """Characters of text, all parts together."""
    lines: PositiveInt = _DEFAULT.lines
    """Lines of text."""
    markup: PositiveInt = _DEFAULT.markup
    """Characters of HTML, which weighs several times its text."""
    parts: PositiveInt = _DEFAULT.parts
    """MIME parts that are opened."""
    depth: int = Field(default=_DEFAULT.depth, ge=1, le=100)
    """How deep multiparts may nest; no mail program goes beyond six or seven."""
    elements: int = Field(default=_DEFAULT.elements, ge=50, le=4000)
    """How deep HTML elements may nest; long threads of Outlook's come to some hundred."""
    fields: PositiveInt = _DEFAULT.fields
    """Header fields of a message or part."""

    def limits(self) -> Limits:
        """The same as the reader takes them."""
        return Limits(**self.model_dump())
