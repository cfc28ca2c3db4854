# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an address belongs to one of some networks, asked over and over by the same few clients."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from gateway.smtp.values import LOOPBACK, Network

_REMEMBERED = 4096


class Networks:
    """Some networks. ``address in networks`` takes an IP address as text; what is none belongs to none."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)
        self._known: dict[str, bool] = {}

    def __contains__(self, address: str) -> bool:
        known = self._known.get(address)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[address] = self._look(address)
        return known

    def _look(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return any(ip in network for network in self._networks)


LOOPBACK_PEERS = Networks(LOOPBACK)
