# SPDX-License-Identifier: GPL-3.0-or-later
"""Random dialogues, once with Postfix and once with Postfix behind the gateway: the same class of answer every time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.servers.ports import free_port
from tests.servers.postfix import postfix
from tests.servers.recorder import recording
from tests.smtp.client import WireClient, client, connected
from tests.smtp.gateway import gateway

MESSAGE = b"Subject: x\r\n\r\n..dot\r\ntext\r\n"
COMMANDS = (
    b"EHLO client.test",
    b"HELO client.test",
    b"EHLO",
    b"ehlo  client.test ",
    b"MAIL FROM:<a@example.org>",
    b"MAIL FROM:<>",
    b"mail from: <a@example.org> BODY=8BITMIME SIZE=100",
    b"MAIL FROM:<a@example.org> RET=HDRS ENVID=1",
    b"MAIL FROM:<a@example.org> SMTPUTF8",
    b"MAIL FROM:<a@example.org> COLOUR=BLUE",
    b"MAIL FROM:<a@example.org> SIZE=x",
    b"MAIL",
    b"MAIL TO:<a@example.org>",
    b"RCPT TO:<b@example.net>",
    b"RCPT TO:<c@example.net> NOTIFY=NEVER ORCPT=rfc822;c@example.net",
    b"RCPT TO:<nobody@refused.example>",
    b"RCPT TO:<>",
    b"RCPT",
    b"DATA",
    b"DATA now",
    b"RSET",
    b"RSET now",
    b"NOOP",
    b"NOOP now",
    b"VRFY b@example.net",
    b"VRFY",
    b"HELP",
    b"EXPN all",
    b"WHAT",
    b"",
    b"\xff\xfe",
    b"STARTTLS",
    b"AUTH PLAIN =",
)


REFUSED = "check_recipient_access inline:{refused.example=REJECT}"
RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture(scope="module")
def reference() -> Iterator[int]:
    """A Postfix that counts no errors, for the errors are what is compared."""
    port = free_port()
    services = f"127.0.0.1:{port} inet n - n - - smtpd\n"
    patient = {
        "smtpd_helo_required": "yes",
        "smtpd_error_sleep_time": "0",
        "smtpd_soft_error_limit": "1000",
        "smtpd_hard_error_limit": "1000",
        "smtpd_junk_command_limit": "1000",
        "smtpd_recipient_restrictions": f"{REFUSED}, permit_mynetworks, reject",
        "smtpd_discard_ehlo_keywords": "chunking, starttls",
        "smtpd_tls_security_level": "none",
        "default_transport": "discard",
        "relay_transport": "discard",
    }
    with postfix(services, (port,), settings=patient) as server:
        yield port
        assert "fatal" not in server.log


async def answers(wire: WireClient, commands: Sequence[bytes]) -> list[bytes]:
    """The classes of all answers; where DATA is taken, of the message too."""
    classes = []
    for command in commands:
        reply = await wire.ask(command)
        assert reply, f"closed at {command!r}"
        classes.append(reply[:1])
        if reply.startswith(b"354"):
            classes.append((await wire.ask(MESSAGE + b"."))[:1])
    return classes


@pytest.mark.servers
@settings(max_examples=80, deadline=None, suppress_health_check=RELAXED)
@given(st.lists(st.sampled_from(COMMANDS), max_size=14))
@example(
    [
        b"EHLO c",
        b"MAIL FROM:<a@example.org>",
        b"RCPT TO:<nobody@refused.example>",
        b"DATA",
        b"RCPT TO:<b@example.net>",
        b"DATA",
    ]
)
def test_the_gateway_answers_as_postfix_does(reference: int, commands: list[bytes]) -> None:
    async def both() -> tuple[list[bytes], list[bytes]]:
        async with gateway(reference) as gate:
            async with client(reference) as direct, client(gate.port) as through:
                result = await answers(direct, commands), await answers(through, commands)
            assert gate.server.reception.counters.failures == 0
            return result

    expected, actual = asyncio.run(both())
    assert actual == expected


@settings(max_examples=100, deadline=None, suppress_health_check=RELAXED)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from([command + b"\r\n" for command in COMMANDS]),
            st.sampled_from([b"DATA\r\n", MESSAGE, b".\r\n", b"\r\n.\r\n", b"\n", b"\r", b"x" * 20_000]),
        ),
        max_size=20,
    )
)
def test_garbage_is_answered_and_never_an_error_of_ours(caplog: pytest.LogCaptureFixture, pieces: list[bytes]) -> None:
    async def throw() -> bytes:
        async with recording() as recorder, gateway(recorder.port) as gate:
            async with connected(gate.port) as wire:
                for piece in pieces:
                    await wire.send(piece)
                wire.shut()
                said = await wire.rest()
            async with client(gate.port) as after:
                assert (await after.ask(b"NOOP")).startswith(b"250 ")
            assert gate.server.reception.counters.failures == 0
            return said

    with caplog.at_level(logging.WARNING):
        said = asyncio.run(throw())
    assert caplog.text == ""
    assert said.startswith(b"220 ")
    assert all(line[:3].isdigit() and line[3:4] in b" -" for line in said.split(b"\r\n")[:-1])
    assert said.endswith(b"\r\n")
