# SPDX-License-Identifier: GPL-3.0-or-later
"""Relaying an authentication line by line (RFC 4954 4). Upstream decides; we learn the name, and keep no secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.mail.server_reply import ServerReply
from gateway.smtp import replies
from gateway.smtp.login import login_of
from gateway.smtp.paths import has_control
from gateway.smtp.reception import Connection
from gateway.smtp.upstream import UpstreamSession


@dataclass(frozen=True, slots=True)
class Authentication:
    """How it went.

    Attributes:
        reply: upstream's last word, for the client.
        login: who the client is; None if upstream did not accept it, or the name could not be read off.
        accepted: whether upstream accepted it.
    """

    reply: ServerReply
    login: str | None
    accepted: bool


def objection(argument: bytes, mechanisms: Sequence[bytes]) -> ServerReply | None:
    """What is wrong with an AUTH command, or None.

    Args:
        argument: what stands behind the verb.
        mechanisms: those that are offered, in upper case.
    """
    words = argument.split()
    if not 1 <= len(words) <= 2:
        return replies.SYNTAX_AUTH
    return None if words[0].upper() in mechanisms else replies.UNKNOWN_MECHANISM


async def relay(connection: Connection, session: UpstreamSession, line: bytes, patience: float) -> Authentication:
    """Carry one exchange between client and upstream.

    Args:
        connection: the client.
        session: upstream, the client's own.
        line: the AUTH command.
        patience: seconds for each line of the client.

    Raises:
        ClientGone: the client went away in between.
        UpstreamLost: upstream did.
    """
    words = line.split()
    responses = words[2:3]
    reply = await session.command(line)
    while reply.code == 334:
        await connection.push(reply.wire)
        response = (await connection.line(patience)).removesuffix(b"\r")
        if has_control(response):
            await session.command(b"*")
            return Authentication(replies.AUTH_BROKEN_OFF, None, accepted=False)
        responses.append(response)
        reply = await session.command(response)
    accepted = reply.code == 235
    return Authentication(reply, login_of(words[1].upper(), responses) if accepted else None, accepted)
