# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose login it was, read off a SASL exchange."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp.login import login_of


def b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


@pytest.mark.parametrize(
    ("mechanism", "responses", "login"),
    [
        (b"PLAIN", [b64("\0anna\0secret")], "anna"),
        (b"PLAIN", [b64("boss\0anna\0secret")], "boss"),
        (b"PLAIN", [b64("\0anna@exämple.org\0secret")], "anna@exämple.org"),
        (b"LOGIN", [b64("anna"), b64("secret")], "anna"),
        (b"CRAM-MD5", [b64("anna smith 0123456789abcdef")], "anna smith"),
        (b"XOAUTH2", [b64("user=anna@example.org\x01auth=Bearer token\x01\x01")], "anna@example.org"),
        (
            b"OAUTHBEARER",
            [b64("n,a=anna=2Cb@example.org,\x01host=h\x01auth=Bearer token\x01\x01")],
            "anna,b@example.org",
        ),
        (b"OAUTHBEARER", [b64("n,,\x01auth=Bearer token\x01\x01")], None),
        (b"SCRAM-SHA-256", [b64("n,,n=anna,r=nonce"), b64("c=biws,r=nonce,p=proof")], "anna"),
        (b"SCRAM-SHA-1", [b64("n,a=boss,n=anna,r=nonce")], "boss"),
        (b"SCRAM-SHA-1", [b64("y,,n=a=3Db,r=nonce")], "a=b"),
        (b"PLAIN", [], None),
        (b"PLAIN", [b"=not base64="], None),
        (b"XOAUTH2", [b64("nobody")], None),
        (b"SCRAM-SHA-1", [b64("nonsense")], None),
    ],
)
def test_the_login_is_read_off(mechanism: bytes, responses: list[bytes], login: str | None) -> None:
    assert login_of(mechanism, responses) == login


@given(
    st.sampled_from([b"PLAIN", b"LOGIN", b"CRAM-MD5", b"XOAUTH2", b"OAUTHBEARER", b"SCRAM-SHA-256"]),
    st.lists(st.binary(max_size=40), max_size=3),
)
def test_nonsense_is_no_login_and_no_error(mechanism: bytes, responses: list[bytes]) -> None:
    login_of(mechanism, responses)
    login_of(mechanism, [base64.b64encode(response) for response in responses])
