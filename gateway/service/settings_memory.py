# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of the context memory and of the inbound feed; what `gateway.service.settings` says holds here."""

from __future__ import annotations

from ipaddress import ip_network

from pydantic import Field, PositiveFloat

from gateway.service.settings_servers import Table
from gateway.service.settings_types import ListenAddress, Network


class MemorySettings(Table):
    """`[memory]`: what is remembered of mail that went out: keyed hashes, numbers and dates, in the ledger."""

    use: bool = False
    """Whether anything is; true where there is a `[feed]`. If false, all that was is forgotten, and rules that need it
    do not run. It costs about 1 ms of CPU a mail."""
    keep: PositiveFloat = 60.0
    """Days after its newest message for which a thread is remembered: repeats, apologies, the customer's messages."""
    keep_relations: PositiveFloat = 365.0
    """Days after the last mail for which it is remembered that a team has written to a customer."""
    new_after: float = Field(default=30.0, ge=0)
    """Days that the memory must be old before a customer whom it has not met counts as new, and not as unknown."""


class FeedSettings(Table):
    """`[feed]`: a listener that is shown copies of incoming support mail (LMTP). Without it, only quotations tell."""

    listen: ListenAddress
    """IP address and port, for example "127.0.0.1:10024"."""
    servers: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    """Networks of the mail servers that may deliver copies; nobody else may."""
