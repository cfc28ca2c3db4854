# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of the caps; what `gateway.service.settings` says about descriptions holds here."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, PositiveFloat, PositiveInt

from gateway.service.settings_servers import Table


class LimitSettings(Table):
    """`[limits]`: caps for the whole gateway. Past a cap a client is told 421 or 452, never kept waiting."""

    sessions: PositiveInt = 1000
    """Sessions at a time."""
    sessions_per_client: PositiveInt = 200
    """Sessions at a time from one address."""
    message_size: PositiveInt = 52_428_800
    """Octets of a message; upstream's SIZE if that is less."""
    memory: PositiveInt = 268_435_456
    """Octets of messages held in memory at a time; each above 1 MiB goes to disk anyway."""
    spool: Path = Path("/var/tmp")  # noqa: S108 - survives nothing and need not: files there are unlinked at once
    """Folder for large messages while they are under way."""
    command_seconds: PositiveFloat = 300.0
    """Seconds a client may take for a command (RFC 5321 4.5.3.2)."""
    data_seconds: PositiveFloat = 180.0
    """Seconds that may pass without an octet of a message."""
    commands_per_minute: PositiveInt = 60_000
    """Commands of one session, on the average over a minute."""
    junk_commands: PositiveInt = 100
    """Commands of one session (NOOP, RSET, VRFY, HELP) without a mail between them."""
    errors: PositiveInt = 50
    """Commands of one session with an error of syntax or order."""
    recipients: int = Field(default=2000, ge=100)
    """Recipients of one message (RFC 5321 4.5.3.1.8 asks for 100)."""
    line_length: PositiveInt | None = None
    """Octets of a line of a message with its end; no limit if absent (RFC 5321 has 1000, and mail programs more)."""
    hops: PositiveInt = 50
    """A message with more Received fields than this is refused as a loop."""
