# SPDX-License-Identifier: GPL-3.0-or-later
"""Trace of a message's way: what is put on top of it, and what is found there (RFC 5321 4.4, 6.3). No io.

By default nothing is put there. Loops are found by the number of Received fields, which every server on the way adds;
a hosted mail service may rewrite those, and for it a marker of our own can be declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from gateway.mail.envelope import Client
from gateway.smtp.values import Marker, Trace

# How much of a message is looked at for its header.
HEAD = 256 << 10

_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)
_ODD = re.compile(r"[^A-Za-z0-9.:_\[\]-]")


def on_top(trace: Trace, client: Client, extensions: frozenset[str], now: Callable[[], datetime]) -> bytes:
    """The header fields that are put before a message, whole lines; usually none.

    Args:
        trace: which are wanted.
        client: who submitted.
        extensions: what the envelope needs.
        now: tells the time, with its zone.
    """
    if trace.received_by is None and trace.marker is None:
        return b""
    fields = []
    if trace.received_by is not None:
        protocol = ("UTF8SMTP" if "SMTPUTF8" in extensions else "ESMTP") + "S" * client.tls + "A" * bool(client.login)
        helo = _ODD.sub("?", client.helo) or "unknown"
        name = _ODD.sub("?", client.name or "unknown")
        address = f"IPv6:{client.address}" if ":" in client.address else client.address
        fields.append(
            f"Received: from {helo} ({name} [{address}])\r\n\tby {trace.received_by} (Bedside) with {protocol};\r\n"
            f"\t{format_datetime(now())}\r\n"
        )
    if trace.marker is not None:
        fields.append(f"{trace.marker.name}: {trace.marker.value}\r\n")
    return "".join(fields).encode()


def loops(head: bytes, hops: int, marker: Marker | None) -> bool:
    """Whether a message has been here, or anywhere, too often.

    Args:
        head: the beginning of the message, at most `HEAD` octets.
        hops: how many Received fields are too many.
        marker: what we put on messages; None for nothing.
    """
    header = head.partition(b"\r\n\r\n")[0]
    if len(_RECEIVED.findall(header)) > hops:
        return True
    if marker is None:
        return False
    field = re.compile(
        rb"^" + re.escape(marker.name.encode()) + rb"[ \t]*:[ \t]*" + re.escape(marker.value.encode()) + rb"[ \t]*\r?$",
        re.IGNORECASE | re.MULTILINE,
    )
    return field.search(header) is not None
