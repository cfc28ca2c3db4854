# SPDX-License-Identifier: GPL-3.0-or-later
"""A small service under the supervisor, run as a program by test_supervisor: its workers tell generation and pid."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys

from gateway.service.logs import LogFormat, LogLevel, configure
from gateway.service.sockets import Address, listen
from gateway.service.supervisor import Supervisor


def _until_told(sock: socket.socket | None, answer: bytes) -> None:
    """Answer each connection; return when SIGTERM came, but never between accepting and answering."""
    reader, writer = socket.socketpair()
    writer.settimeout(0)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.set_wakeup_fd(writer.fileno())
    waiting = [reader] if sock is None else [reader, sock]
    while True:
        ready, _, _ = select.select(waiting, [], [])
        if reader in ready:
            return
        assert sock is not None
        try:
            connection, _ = sock.accept()
        except BlockingIOError:
            continue  # the other worker was quicker
        with connection:
            connection.sendall(answer)


def main() -> None:
    """Listen on a free port, say which, and serve until SIGTERM."""
    configure(LogLevel.INFO, LogFormat.TEXT)
    sock = listen(Address("127.0.0.1", 0))

    def load(before: int | None) -> int:
        if before is None:
            sys.stdout.write(f"{sock.getsockname()[1]}\n")
            sys.stdout.flush()
        return (before or 0) + 1

    Supervisor[int](
        load=load,
        worker=lambda generation, _: _until_told(sock, f"{generation} {os.getpid()}\n".encode()),
        keeper=lambda _: _until_told(None, b""),
        workers=2,
        drain=5.0,
    ).run()


if __name__ == "__main__":
    main()
