# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening sockets: opened once, with a clear word where that fails."""

from __future__ import annotations

import socket

import pytest

from gateway.service.sockets import Address, CannotListen, listen


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_socket_listens_on_ipv4_and_ipv6(host: str) -> None:
    with listen(Address(host, 0)) as sock:
        with socket.create_connection(sock.getsockname()[:2], timeout=5):
            pass
        assert sock.proto == socket.IPPROTO_TCP


def test_a_taken_port_says_so() -> None:
    with listen(Address("127.0.0.1", 0)) as sock:
        taken = Address("127.0.0.1", sock.getsockname()[1])
        with pytest.raises(CannotListen, match=rf"cannot listen on 127\.0\.0\.1:{taken.port}: another program"):
            listen(taken)


def test_an_address_of_another_host_says_so() -> None:
    with pytest.raises(CannotListen, match="this host has no such address"):
        listen(Address("192.0.2.1", 0))


@pytest.mark.parametrize("text", ["127.0.0.1:10025", "[::1]:587"])
def test_an_address_is_written_as_it_was_read(text: str) -> None:
    assert str(Address.parse(text)) == text
