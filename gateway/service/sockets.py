# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening sockets, opened once by the supervisor and inherited by its workers.

A socket is made with IPPROTO_TCP by name: asyncio sets TCP_NODELAY on an accepted connection only if its listening
socket says so, and without it a reply waits some 40 ms for the peer's delayed acknowledgement.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

_BACKLOG = 1024


class CannotListen(Exception):  # noqa: N818 - reads as what happened
    """An address cannot be listened on; the text says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address and TCP port to listen on; port 0 takes a free one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``127.0.0.1:10025`` or ``[::1]:10025``.

        Raises:
            ValueError: it is not of that form.
        """
        host, colon, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not colon or not port.isdecimal() or int(port) > 65535:
            raise ValueError(f"{text!r} is not an address and port such as 127.0.0.1:10025 or [::1]:10025")
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise ValueError(
                f"{host!r} is not an IP address; name the address to listen on, such as 127.0.0.1, 0.0.0.0 or [::]"
            ) from None
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def listen(address: Address) -> socket.socket:
    """Open a listening socket, not blocking, IPv6 without IPv4 inside.

    Raises:
        CannotListen: the port is taken, forbidden, or the address is not this host's.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address.host, address.port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise CannotListen(f"cannot listen on {address}: {_why(error)}") from error
    sock.settimeout(0)
    return sock


def _why(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "another program listens there already; stop it, or choose another port"
        case errno.EACCES:
            return "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE"
        case errno.EADDRNOTAVAIL:
            return "this host has no such address"
        case _:
            return error.strerror or str(error)
