# SPDX-License-Identifier: GPL-3.0-or-later
"""Octets relayed are octets submitted: over sockets, for every body, cut anywhere, pipelined or not."""

from __future__ import annotations

import asyncio
import base64
import hashlib

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, example, given, settings

from gateway.smtp.values import BareNewlines, Limits, Listener
from tests.servers.recorder import RecordedMail, recording
from tests.smtp.client import client
from tests.smtp.gateway import gateway
from tests.smtp.test_intake import ANY_BODY, CUTS, message_of, wire_form

LISTENER = Listener("test", "gateway.test", bare_newlines=BareNewlines.PASS)
ENVELOPE = b"EHLO client.test\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n"


async def relay(octets: bytes, cuts: list[int], limits: Limits | None = None) -> tuple[list[RecordedMail], bytes]:
    """Send octets, cut as told, and give what came out behind, and what was answered."""
    async with recording() as recorder, gateway(recorder.port, listener=LISTENER, limits=limits) as gate:
        async with client(gate.port) as wire:
            at, turn = 0, 0
            while at < len(octets):
                step = cuts[turn % len(cuts)]
                await wire.send(octets[at : at + step])
                await asyncio.sleep(0)
                at, turn = at + step, turn + 1
            answers = await wire.rest()
        return recorder.mails, answers


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_BODY, ANY_BODY, CUTS)
@example(b"", b"", [1])
def test_two_pipelined_mails_arrive_as_they_were_or_are_refused(first: bytes, second: bytes, cuts: list[int]) -> None:
    messages = [message_of(first), message_of(second)]
    octets = ENVELOPE + wire_form(messages[0]) + ENVELOPE + wire_form(messages[1]) + b"QUIT\r\n"
    mails, answers = asyncio.run(relay(octets, cuts))
    final = [
        line
        for line in answers.split(b"\r\n")
        if b"recorded" in line or b"takes for its end" in line or b"some" in line
    ]
    accepted = [message for message, line in zip(messages, final, strict=True) if line.startswith(b"250")]
    assert [mail.content for mail in mails] == accepted
    assert [mail.wire + b".\r\n" for mail in mails] == [wire_form(message) for message in accepted]
    assert answers.endswith(b"221 2.0.0 Bye\r\n")


@pytest.mark.parametrize("size", [0, 1, 1000, 300_000, 3_000_000])
@pytest.mark.parametrize("cut", [997, 1 << 16])
async def test_mails_of_every_size_arrive_as_they_were(size: int, cut: int) -> None:
    line = bytes(octet for octet in range(256) if octet not in b"\r\n") + b"\r\n.dot\r\n"
    message = message_of((line * (size // len(line) + 1))[:size].removesuffix(b"\r")) if size else b""
    mails, _ = await relay(ENVELOPE + wire_form(message) + b"QUIT\r\n", [cut])
    assert [hashlib.sha256(mail.content).digest() for mail in mails] == [hashlib.sha256(message).digest()]


async def test_fifty_megabytes_arrive_as_they_were() -> None:
    message = (b"0123456789abcdef" * 4 + b"\r\n") * (50 * 1024 * 1024 // 66)
    mails, answers = await relay(ENVELOPE + message + b".\r\nQUIT\r\n", [1 << 18], Limits(message_size=51 << 20))
    assert b"250 2.0.0 Ok: recorded" in answers
    assert hashlib.sha256(mails[0].content).digest() == hashlib.sha256(message).digest()


async def test_a_line_of_a_hundred_kilobytes_and_nul_pass() -> None:
    message = b"Subject: long\r\n\r\n" + b"x" * 100_000 + b"\x00\x00" + b"y" * 100_000 + b"\r\n"
    mails, _ = await relay(ENVELOPE + wire_form(message) + b"QUIT\r\n", [1500])
    assert mails[0].content == message


def _signed(message: bytes) -> tuple[bytes, bytes]:
    """A message with a DKIM signature, and the TXT record to verify it with."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    signature = dkim.sign(message, b"sel", b"example.org", private, canonicalize=(b"simple", b"simple"))
    return signature + message, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


@pytest.mark.parametrize(
    "message",
    [
        b"From: a@example.org\r\nSubject: plain\r\n\r\nText.\r\n",
        b"From: a@example.org\r\nSubject: =?utf-8?q?=C3=BC?=\r\n folded\r\n\r\n.dots\r\n..\r\n\r\nspace \t\r\n\r\n",
        "From: a@example.org\r\nSubject: Grüße\r\n\r\nÄ, ohne Kodierung.\r\n".encode(),
        b"From: a@example.org\r\nSubject: latin\r\n\r\n\xe4\xf6\xfc " + b"long " * 3000 + b"\r\n",
    ],
)
async def test_a_dkim_signature_made_before_verifies_behind(message: bytes) -> None:
    signed, record = _signed(message)
    mails, _ = await relay(ENVELOPE + wire_form(signed) + b"QUIT\r\n", [77])
    assert dkim.verify(mails[0].content, dnsfunc=lambda _name, timeout=5: record)  # noqa: ARG005 - dkimpy's signature
    spoilt = mails[0].content.replace(b"From: a@", b"From: b@")
    assert not dkim.verify(spoilt, dnsfunc=lambda _name, timeout=5: record)  # noqa: ARG005
