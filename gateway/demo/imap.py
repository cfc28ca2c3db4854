# SPDX-License-Identifier: GPL-3.0-or-later
"""An IMAP server inside this process, to try the product without one: pymap with its *dict* backend.

Everything is in memory and gone with the process; cards are made again from the ledger. It keeps messages byte for
byte, and any mail client can log in to it. Never use its maildir backend, which loses the body of a copied message.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, DictBackend
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext


@asynccontextmanager
async def embedded_imap(
    users: Mapping[str, str], *, host: str = "127.0.0.1", port: int = 0, master: str = ""
) -> AsyncIterator[int]:
    """Run an IMAP server in this loop while the block runs.

    Args:
        users: passwords by login name.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        master: one of the users, who may act for all others by an authorization identity
            (`gateway.imap.places.by_authorization`).

    Yields:
        The port.

    Raises:
        OSError: nobody can listen there.
    """
    backend, config = await _backend(users, master)
    config.apply_context()
    handle = IMAPServer(backend.login, config)
    sessions: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this in a task of its own
        sessions[task] = writer
        try:
            await handle(reader, writer, SocketInfoLocal(writer))
        finally:
            del sessions[task]

    server = await asyncio.start_server(serve, host, port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for writer in sessions.values():
            writer.close()  # each session ends by itself when its client is gone
        if sessions:
            await asyncio.wait(tuple(sessions))


async def _backend(users: Mapping[str, str], master: str) -> tuple[DictBackend, Config]:
    # Its command line is pymap's only way to be configured; these are its defaults, without TLS and demo data.
    arguments = argparse.Namespace(
        host=None,
        port=0,
        cert=None,
        key=None,
        tls=False,
        debug=False,
        proxy_protocol=None,
        inherited_sockets=None,
        passlib_cfg=None,
        demo_data=False,
        demo_user="",
        demo_password="",
    )
    backend, config = await DictBackend.init(
        arguments,
        secure_auth=False,
        reject_dnsbl=False,
        hash_context=Cleartext(),
        cpu_subsystem=Subsystem.for_asyncio(),
    )
    known = backend.login.users_dict
    known.clear()
    for user, password in users.items():
        roles = frozenset({"admin"}) if user == master else frozenset()
        known[user] = UserMetadata(config, user, password=password, roles=roles)
    return backend, config
