# SPDX-License-Identifier: GPL-3.0-or-later
"""The yardstick: aiosmtpd to aiosmtplib on uvloop, each as its documentation shows it, judging nothing.

python -m tests.bench.yardstick LISTEN_PORT UPSTREAM_PORT
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys

import aiosmtplib
import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session


class Relaying:
    """aiosmtpd's handler: one aiosmtplib connection a session."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self.clients: dict[Session, aiosmtplib.SMTP] = {}

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        client = self.clients.get(session)
        if client is None:
            client = self.clients[session] = aiosmtplib.SMTP(hostname="127.0.0.1", port=self._upstream, start_tls=False)
            await client.connect()
        assert envelope.mail_from is not None
        assert envelope.original_content is not None
        _, text = await client.sendmail(envelope.mail_from, envelope.rcpt_tos, envelope.original_content)
        return f"250 {text}"


class Server(SMTP):
    """aiosmtpd, which closes the session's upstream connection at its end."""

    def connection_lost(self, error: Exception | None) -> None:
        if self.session is not None:
            client = self.event_handler.clients.pop(self.session, None)
            if client is not None:
                client.close()
        super().connection_lost(error)


async def main(port: int, upstream: int) -> None:
    """Relay until the process is ended."""
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", port))
    relaying = Relaying(upstream)
    server = await loop.create_server(
        lambda: Server(relaying, hostname="yardstick.test", loop=loop, data_size_limit=64 << 20), sock=sock, backlog=512
    )
    await server.serve_forever()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
