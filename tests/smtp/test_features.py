# SPDX-License-Identifier: GPL-3.0-or-later
"""What we offer is what upstream offers and we truly relay."""

from __future__ import annotations

import pytest

from gateway.mail.server_reply import ServerReply
from gateway.smtp.features import Features


def features(*lines: str) -> Features:
    return Features.of(ServerReply.of(250, "upstream.test", *lines))


def test_everything_that_is_relayed_is_offered_as_upstream_wrote_it() -> None:
    upstream = features("PIPELINING", "SIZE 1000", "8bitmime", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")
    assert upstream.offer("gateway.test", 9999, ()).wire == (
        b"250-gateway.test\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-8bitmime\r\n250-SMTPUTF8\r\n250-DSN\r\n"
        b"250 ENHANCEDSTATUSCODES\r\n"
    )


@pytest.mark.parametrize(
    "line", ["CHUNKING", "BINARYMIME", "STARTTLS", "XCLIENT ADDR", "XFORWARD ADDR", "ETRN", "VRFY"]
)
def test_what_is_not_relayed_is_not_offered(line: str) -> None:
    assert features(line).offer("gateway.test", 9999, ()).lines == (b"gateway.test",)


@pytest.mark.parametrize(
    ("theirs", "ours", "offered"), [("1000", 500, 500), ("500", 1000, 500), ("0", 70, 70), ("", 70, 70)]
)
def test_the_smaller_size_limit_is_offered(theirs: str, ours: int, offered: int) -> None:
    assert features(f"SIZE {theirs}").offer("g", ours, ()).lines[1] == b"SIZE %d" % offered


def test_no_limit_is_declared_to_a_client_of_an_upstream_that_knows_no_size() -> None:
    assert features("DSN").offer("g", 1000, ()).lines == (b"g", b"DSN")


@pytest.mark.parametrize(
    ("line", "mechanisms"),
    [
        ("AUTH PLAIN LOGIN", [b"PLAIN", b"LOGIN"]),
        ("auth plain login XOAUTH2 OAUTHBEARER", [b"PLAIN", b"LOGIN", b"XOAUTH2", b"OAUTHBEARER"]),
        ("AUTH=PLAIN LOGIN", [b"PLAIN", b"LOGIN"]),
        ("AUTH GSSAPI NTLM DIGEST-MD5 EXTERNAL ANONYMOUS", []),
        ("AUTH SCRAM-SHA-1 SCRAM-SHA-256", [b"SCRAM-SHA-1", b"SCRAM-SHA-256"]),
        ("AUTH SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS", [b"SCRAM-SHA-1"]),
        ("AUTH", []),
    ],
)
def test_mechanisms_that_can_be_relayed(line: str, mechanisms: list[bytes]) -> None:
    assert list(features(line).mechanisms) == mechanisms


def test_a_mechanism_offered_twice_counts_once() -> None:
    assert features("AUTH PLAIN", "AUTH=PLAIN").mechanisms == (b"PLAIN",)


def test_auth_is_only_offered_by_a_line_of_our_own() -> None:
    upstream = features("AUTH PLAIN", "DSN")
    assert upstream.offer("g", 0, ()).lines == (b"g", b"DSN")
    assert upstream.offer("g", 0, (b"AUTH PLAIN",)).lines == (b"g", b"DSN", b"AUTH PLAIN")


def test_empty_lines_and_a_reply_to_helo_offer_nothing() -> None:
    assert features("", "  ").keywords == frozenset()
    assert Features.of(ServerReply.of(250, "upstream.test")).keywords == frozenset()
