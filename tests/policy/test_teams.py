# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is judged: submitter, team, and what passes unjudged."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from gateway.mail.envelope import Client, Envelope, Path
from gateway.mail.reply import Headers
from gateway.policy.teams import (
    Cause,
    Exempt,
    Team,
    Trust,
    exempt_by_envelope,
    exempt_by_headers,
    submitter,
    team_of,
)


def envelope(sender: str = "anna@larch.example", to: str = "c@customer.example", login: str | None = None) -> Envelope:
    return Envelope(Path(sender), (Path(to),), Client("192.0.2.7", login=login))


RECEIVED = ("from x (y [192.0.2.1]) (Authenticated sender: Ben) by mail.larch.example with ESMTPSA",)


@pytest.mark.parametrize(
    ("sent", "headers", "trust", "who"),
    [
        (envelope(login="Anna"), Headers(from_="z@x.example", received=RECEIVED), Trust(received=True), "anna"),
        (envelope(), Headers(from_="z@x.example", received=RECEIVED), Trust(received=True), "ben"),
        (envelope(), Headers(from_="z@x.example", received=RECEIVED), Trust(), "z@x.example"),
        (envelope(), Headers(from_="z@x.example"), Trust(sender_is_login=True), "anna@larch.example"),
        (envelope(), Headers(from_="z@x.example"), Trust(), "z@x.example"),
        (envelope(), Headers(), Trust(), None),
    ],
)
def test_the_submitter_comes_from_the_first_source_that_may_be_believed(
    sent: Envelope, headers: Headers, trust: Trust, who: str | None
) -> None:
    assert submitter(sent, headers, trust) == who


def test_only_the_topmost_received_field_is_a_trusted_servers() -> None:
    headers = Headers(from_="z@x.example", received=("from here by there with ESMTP", *RECEIVED))
    assert submitter(envelope(), headers, Trust(received=True)) == "z@x.example"


def test_a_team_is_found_by_member_network_or_header() -> None:
    teams = (
        Team("members", members=("*@LARCH.example",)),
        Team("network", networks=(ip_network("192.0.2.0/24"),)),
        Team("header", headers=(("x-helpdesk", "tier*"),)),
    )
    other = envelope(sender="x@other.example")
    far = Envelope(other.sender, other.recipients, Client("2001:db8::1"))
    assert team_of(teams, envelope(), Headers(), None) == teams[0]
    assert team_of(teams, other, Headers(), None) == teams[1]
    assert team_of(teams, far, Headers(extra={"x-helpdesk": "Tier1"}), None) == teams[2]
    assert team_of(teams, far, Headers(), "lee@larch.example") == teams[0]
    assert team_of(teams, far, Headers(), None) is None


@pytest.mark.parametrize(
    ("sent", "headers", "cause"),
    [
        (envelope(sender=""), Headers(), Cause.NULL_SENDER),
        (envelope(to="lee@larch.example"), Headers(), Cause.INTERNAL),
        (envelope(), Headers(auto_submitted="auto-replied"), Cause.AUTO_SUBMITTED),
        (envelope(), Headers(auto_submitted="no"), None),
        (envelope(), Headers(bulk=True), Cause.BULK),
        (envelope(), Headers(calendar=True), Cause.CALENDAR),
        (envelope(), Headers(), None),
    ],
)
def test_what_passes_unjudged_has_a_cause_and_a_setting(sent: Envelope, headers: Headers, cause: Cause | None) -> None:
    exempt = Exempt(internal_domains=frozenset({"larch.example"}))
    assert (exempt_by_envelope(sent, exempt) or exempt_by_headers(headers, exempt)) == cause
    nothing = Exempt(causes=frozenset(), internal_domains=frozenset({"larch.example"}))
    assert (exempt_by_envelope(sent, nothing) or exempt_by_headers(headers, nothing)) is None


def test_one_outside_recipient_makes_a_message_outside() -> None:
    exempt = Exempt(internal_domains=frozenset({"larch.example"}))
    both = Envelope(Path("a@larch.example"), (Path("b@larch.example"), Path("c@customer.example")), Client(""))
    assert exempt_by_envelope(both, exempt) is None
