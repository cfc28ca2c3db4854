# SPDX-License-Identifier: GPL-3.0-or-later
"""XCLIENT and XFORWARD: attributes to lines and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp import identity


@pytest.mark.parametrize(
    ("argument", "attributes"),
    [
        (b"ADDR=192.0.2.1 NAME=mail.example.org", {b"ADDR": "192.0.2.1", b"NAME": "mail.example.org"}),
        (b"addr=IPV6:2001:db8::1", {b"ADDR": "IPV6:2001:db8::1"}),
        (b"LOGIN=anna+40example.org", {b"LOGIN": "anna@example.org"}),
        (b"NAME=[UNAVAILABLE] LOGIN=[TEMPUNAVAIL] HELO=", {b"NAME": None, b"LOGIN": None, b"HELO": None}),
        (b"HELO=evil+0D+0Aline", {b"HELO": "evil??line"}),
    ],
)
def test_attributes_are_read(argument: bytes, attributes: identity.Attributes) -> None:
    assert identity.parsed(argument, identity.XCLIENT) == attributes


@pytest.mark.parametrize("argument", [b"", b"ADDR", b"ADDR=1 COLOUR=blue", b"=x", b"ADDR=\xff", b"SOURCE=LOCAL"])
def test_what_makes_no_sense_is_refused(argument: bytes) -> None:
    assert identity.parsed(argument, identity.XCLIENT) is None


@given(
    st.dictionaries(
        st.sampled_from(identity.XFORWARD),
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=90),
        min_size=1,
    )
)
def test_what_is_told_is_what_is_read(attributes: dict[bytes, str | None]) -> None:
    told = identity.lines(b"XFORWARD", attributes, identity.XFORWARD)
    read: identity.Attributes = {}
    for line in told:
        assert len(line) < 2048
        read |= identity.parsed(line.removeprefix(b"XFORWARD "), identity.XFORWARD) or {}
    assert read == {
        name: None if value in ("[UNAVAILABLE]", "[TEMPUNAVAIL]") else value for name, value in attributes.items()
    }


def test_only_what_the_server_takes_is_told() -> None:
    attributes: identity.Attributes = {b"ADDR": "192.0.2.1", b"LOGIN": "anna", b"NAME": None}
    assert identity.lines(b"XCLIENT", attributes, [b"ADDR", b"NAME"]) == (b"XCLIENT ADDR=192.0.2.1 NAME=[UNAVAILABLE]",)
    assert identity.lines(b"XCLIENT", attributes, []) == ()


def test_addresses_of_both_families_go_there_and_back() -> None:
    for address in ("192.0.2.1", "2001:db8::1"):
        assert identity.address(identity.addr(address)) == address
