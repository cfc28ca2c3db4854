# SPDX-License-Identifier: GPL-3.0-or-later
"""The hold key: by which a client that sends the same mail again finds its own hold.

A client whose connection broke before it had our answer sends again. It must find its hold, not make a second one. What
it sends is the same envelope and the same message, but a server on the way puts fresh fields on top, with a time in
them (RFC 5321 4.4). So those are left out of the digest, as far as they stand on top, and so is the parameter SIZE,
which counts them. A mail that is sent again on purpose has a new Date and Message-ID, and so another key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.mail.envelope import Envelope, Path
from gateway.mail.mac import mac

# Fields that servers put on top of a message, none of which an author writes.
_TRACE = re.compile(
    rb"(?:(?:received|return-path|delivered-to|x-original-to|received-spf|authentication-results|dkim-signature"
    rb"|arc-seal|arc-message-signature|arc-authentication-results)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*",
    re.IGNORECASE,
)
_HEAD_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class Keys:
    """What a message is recognised by.

    Attributes:
        hold: the same envelope with the same message: a retry.
        message: the same message from the same sender, whoever it goes to: another transaction of one mailing.
    """

    hold: str
    message: str


def keys(secret: bytes, envelope: Envelope, chunks: Iterable[bytes]) -> Keys:
    """The keys of a message, under a secret, so that the ledger tells nobody who wrote to whom.

    Args:
        secret: of the gateway; hosts that share a ledger share it.
        envelope: sender, recipients, parameters.
        chunks: all octets of the message, in order.
    """
    content = _digest(chunks)
    message = (envelope.sender.address, envelope.client.login or "", content.hex())
    # Recipients have no order that means anything: a client may sort them when it tries again.
    recipients = sorted(_identity(recipient) for recipient in envelope.recipients)
    return Keys(
        hold=mac(secret, "hold", (*message, _identity(envelope.sender), *recipients)),
        message=mac(secret, "message", message),
    )


def trace_length(head: bytes) -> int:
    """Octets at the start of a message that are trace fields, put on top by servers that it passed."""
    match = _TRACE.match(head)
    return match.end() if match else 0


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    head: bytes | None = b""
    for chunk in chunks:
        if head is None:
            digest.update(chunk)
            continue
        head += chunk
        if len(head) >= _HEAD_LIMIT:
            digest.update(head[trace_length(head[:_HEAD_LIMIT]) :])
            head = None
    if head is not None:
        digest.update(head[trace_length(head[:_HEAD_LIMIT]) :])
    return digest.digest()


def _identity(path: Path) -> str:
    kept = sorted(_parameter(p) for p in path.parameters if not p.upper().startswith("SIZE="))
    return " ".join((f"<{path.address}>", *kept))


def _parameter(written: str) -> str:
    keyword, equals, value = written.partition("=")
    return f"{keyword.upper()}{equals}{value}"
