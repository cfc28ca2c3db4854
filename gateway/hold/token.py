# SPDX-License-Identifier: GPL-3.0-or-later
"""The token by which a card is known: it stands in a header of the card and in its Message-ID.

Agents who may move a card into a folder may also APPEND to it, so a folder alone proves nothing. A token is a HMAC over
hold, mailbox, role and revision: it cannot be made up, does not count in another mailbox, and an agent's card is not a
lead's. The revision counts the faces that a card has had. Only a card that shows the hold as it now is decides
something; an older copy, found in a folder after all, is put away.

A token is ``<hold id>.<role><revision>.<mac>``, lower case, letters, digits and dots only, so that it survives as a
local part of a Message-ID on servers that search headers badly.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

_MAC_OCTETS = 15
_TOKEN = re.compile(r"([a-z0-9]{4,32})\.([almnxd])(\d{1,6})\.([a-z2-7]{24})")


class Role(StrEnum):
    """What a message that we put into a mailbox is."""

    AGENT = "a"
    LEAD = "l"
    NOTICE = "n"
    LEAD_NOTICE = "m"
    ANSWER = "x"
    DIGEST = "d"


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says, once it is proven.

    Attributes:
        hold: id of the hold.
        role: what the message is.
        revision: which face of the hold it shows.
    """

    hold: str
    role: Role
    revision: int

    def sign(self, secret: bytes, mailbox: str) -> str:
        """The token in writing, good in this mailbox only."""
        said = f"{self.hold}.{self.role}{self.revision}"
        return f"{said}.{_mac(secret, mailbox, said)}"


def prove(secret: bytes, mailbox: str, written: str) -> Token | None:
    """What a token found in this mailbox says; None if it was not made by us for this mailbox."""
    match = _TOKEN.fullmatch(written.strip().lower())
    if match is None:
        return None
    hold, role, revision, mac = match.groups()
    if not hmac.compare_digest(mac, _mac(secret, mailbox, f"{hold}.{role}{revision}")):
        return None
    return Token(hold, Role(role), int(revision))


def _mac(secret: bytes, mailbox: str, said: str) -> str:
    digest = hmac.digest(secret, f"bedside card\0{mailbox}\0{said}".encode("utf-8", "surrogateescape"), hashlib.sha256)
    return base64.b32encode(digest[:_MAC_OCTETS]).decode().lower()
