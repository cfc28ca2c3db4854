# SPDX-License-Identifier: GPL-3.0-or-later
"""Free TCP ports on loopback, and waiting until somebody listens there."""

from __future__ import annotations

import contextlib
import select
import socket
import subprocess
import time
from collections.abc import Callable


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that nobody had a moment ago, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return tuple(sock.getsockname()[1] for sock in sockets)


def free_port() -> int:
    """A port that nobody had a moment ago."""
    return free_ports(1)[0]


def listening_socket(family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    """A socket that listens on a free port of loopback, as a supervisor would hand it to a worker."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.bind(("127.0.0.1" if family is socket.AF_INET else "::1", 0))
    sock.listen(1024)
    sock.settimeout(0)
    return sock


def wait_for_banner(port: int, process: subprocess.Popen[bytes], seconds: float = 15) -> None:
    """Wait until a server that we started greets; fail when it ends instead.

    Raises:
        RuntimeError: it does not.
    """

    def greets() -> bool:
        with socket.create_connection(("127.0.0.1", port), 1) as sock:
            if not sock.recv(4):
                return False
            sock.sendall(b"QUIT\r\n")
            return True

    _wait(greets, port, process, seconds)


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 15) -> None:
    """Wait until a server that we started listens, whatever it says then; fail when it ends instead.

    Raises:
        RuntimeError: it does not.
    """

    def listens() -> bool:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True

    _wait(listens, port, process, seconds)


def _wait(condition: Callable[[], bool], port: int, process: subprocess.Popen[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if condition():
                return
        except OSError:
            pass
        select.select([], [], [], 0.02)
    raise RuntimeError(f"nobody listens on port {port}; exit status {process.poll()}")
