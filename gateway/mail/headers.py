# SPDX-License-Identifier: GPL-3.0-or-later
"""The header fields of a message as the `Headers` value (RFC 5322 3.6, RFC 3834, RFC 2919, RFC 2369)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import compress, islice

from gateway.mail import fields
from gateway.mail.fields import Decoded
from gateway.mail.mime import Part, Tree
from gateway.mail.reply import Headers

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")
_BULK = frozenset({"bulk", "junk", "list"})
_LIST_FIELDS = frozenset({"list-id", "list-post", "list-unsubscribe"})
_KNOWN = frozenset(
    {"from", "to", "cc", "message-id", "in-reply-to", "references", "auto-submitted", "received", "subject"}
)
_MOST_RECEIVED = 30


def of(tree: Tree) -> Headers:
    """The fields of a message that matter to us. Never raises."""
    first = tree.header.first
    senders = fields.addresses(first.get("from", b""))
    identifiers = _identifiers(first, "message-id")
    return Headers(
        from_=senders[0] if senders else "",
        to=fields.addresses(first.get("to", b"")) + fields.addresses(first.get("cc", b"")),
        message_id=identifiers[0] if identifiers else "",
        in_reply_to=_identifiers(first, "in-reply-to"),
        references=_identifiers(first, "references"),
        auto_submitted=_one_line(first.get("auto-submitted", b"")).partition(";")[0].strip().lower(),
        bulk=_one_line(first.get("precedence", b"")).lower() in _BULK or not _LIST_FIELDS.isdisjoint(first),
        calendar=_calendar(tree.root),
        received=_received(tree) if "received" in first else (),
        extra=Decoded({name: first[name] for name in first.keys() - _KNOWN}),
    )


def subject(tree: Tree) -> str:
    """The subject, decoded and unfolded."""
    return fields.text(tree.header.first.get("subject", b""))


def own_side(found: Headers) -> frozenset[str]:
    """How the sender's side is named in an attribution: the address, and its domain unless a recipient shares it."""
    address = found.from_.lower()
    if "@" not in address:
        return frozenset()
    domain = "@" + address.rpartition("@")[2]
    shared = any(recipient.lower().endswith(domain) for recipient in found.to)
    return frozenset({address} if shared else {address, domain})


def _received(tree: Tree) -> tuple[str, ...]:
    trace = compress(tree.header.bodies, map("received".__eq__, tree.header.names))
    return tuple(map(_one_line, islice(trace, _MOST_RECEIVED)))


def _one_line(body: bytes) -> str:
    return " ".join(fields.characters(body).split()) if body else ""


def _identifiers(first: Mapping[str, bytes], name: str) -> tuple[str, ...]:
    return tuple(_MESSAGE_ID.findall(fields.characters(first[name]))) if name in first else ()


def _calendar(part: Part) -> bool:
    if part.children:
        return any(_calendar(child) for child in part.children)
    return part.type == "text/calendar" and bool(part.kind.get("method"))
