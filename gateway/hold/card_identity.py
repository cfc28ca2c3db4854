# SPDX-License-Identifier: GPL-3.0-or-later
"""How a card or notice is known again wherever it lies: by its token, in a header field and in its Message-ID.

UIDs change when a client moves a card; some servers search no header fields but the usual ones; some clients drop
fields they do not know. The token itself, and what makes it hard to forge, is `gateway.hold.token`.
"""

from __future__ import annotations

import re

TOKEN_FIELD = "X-Bedside-Token"  # noqa: S105 - the name of a header field

_DOMAIN = "card.bedside.invalid"
_MESSAGE_ID = re.compile(rf"<([!-;=?A-~]+)@{re.escape(_DOMAIN)}>", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_.=+/-]+")


def message_id(token: str) -> str:
    """The Message-ID of the card with this token, with its angle brackets.

    Raises:
        ValueError: the token has characters that no Message-ID can hold.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("a token has letters, digits and _ . = + / - only")
    return f"<{token}@{_DOMAIN}>"


def token_of(field: str, identifier: str) -> str:
    """The token of a message.

    Args:
        field: value of its `TOKEN_FIELD`, or empty.
        identifier: value of its Message-ID, or empty.

    Returns:
        The token; empty if the message is no card.
    """
    if _TOKEN.fullmatch(field):
        return field
    match = _MESSAGE_ID.search(identifier)
    return match[1] if match else ""
