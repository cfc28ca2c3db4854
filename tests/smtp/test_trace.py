# SPDX-License-Identifier: GPL-3.0-or-later
"""What is put on top of a message, and how a loop is found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.mail.envelope import Client
from gateway.smtp.trace import loops, on_top
from gateway.smtp.values import Marker, Trace

MARKER = Marker("X-Bedside-Passed", "3f9c")
RECEIVED = b"Received: from a by b;\r\n\tTue, 24 Nov 2026 10:00:00 +0000\r\n"


def at() -> datetime:
    return datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_by_default_not_one_octet_is_added() -> None:
    assert on_top(Trace(), Client("192.0.2.1"), frozenset(), at) == b""


@pytest.mark.parametrize(
    ("client", "extensions", "line"),
    [
        (
            Client("192.0.2.1", helo="pc", name="pc.example.org"),
            set(),
            "from pc (pc.example.org [192.0.2.1]) with ESMTP",
        ),
        (
            Client("2001:db8::1", helo="[x]", tls=True, login="anna"),
            set(),
            "from [x] (unknown [IPv6:2001:db8::1]) with ESMTPSA",
        ),
        (Client("192.0.2.1", helo="a(b)\r\nX: y"), {"SMTPUTF8"}, "from a?b???X:?y (unknown [192.0.2.1]) with UTF8SMTP"),
        (Client("", helo=""), set(), "from unknown (unknown []) with ESMTP"),
    ],
)
def test_a_received_field_tells_who_gave_us_the_message(client: Client, extensions: set[str], line: str) -> None:
    source, _, protocol = line.partition(" with ")
    field = on_top(Trace(received_by="gateway.test"), client, frozenset(extensions), at)
    assert field.decode() == (
        f"Received: {source}\r\n\tby gateway.test (Bedside) with {protocol};\r\n\tTue, 24 Nov 2026 10:00:00 +0000\r\n"
    )


def test_a_marker_is_put_on_and_found_again() -> None:
    top = on_top(Trace(marker=MARKER), Client("192.0.2.1"), frozenset(), at)
    assert top == b"X-Bedside-Passed: 3f9c\r\n"
    assert loops(top + b"From: a@b\r\n\r\n", 50, MARKER)
    assert loops(b"From: a@b\r\nx-bedside-passed:3f9c \r\n\r\n", 50, MARKER)


@pytest.mark.parametrize(
    "message",
    [
        b"X-Bedside-Passed: other\r\n\r\n",
        b"From: a\r\n\r\nX-Bedside-Passed: 3f9c\r\n",
        b"X-Bedside-Passed: 3f9cc\r\n\r\n",
    ],
)
def test_somebody_elses_marker_and_one_in_the_body_are_none(message: bytes) -> None:
    assert not loops(message, 50, MARKER)


def test_hops_are_counted_in_the_header_alone() -> None:
    body = b"\r\n" + RECEIVED * 9
    assert not loops(RECEIVED * 3 + body, 3, None)
    assert loops(RECEIVED * 4 + body, 3, None)
    assert loops(b"received:x\r\nRECEIVED : y\r\n\r\n", 1, None)
