# SPDX-License-Identifier: GPL-3.0-or-later
"""What one session may cost: commands a minute, errors, commands that lead nowhere."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from gateway.mail.server_reply import ServerReply
from gateway.smtp import replies
from gateway.smtp.values import Limits


class Budget:
    """The spending of one session.

    Attributes:
        errors: commands that were answered with an error of syntax or order.
    """

    __slots__ = ("_commands", "_limits", "_loop", "_minute", "errors")

    def __init__(self, limits: Limits, loop: AbstractEventLoop) -> None:
        self.errors = 0
        self._limits = limits
        self._loop = loop
        self._minute = 0.0
        self._commands = 0

    def objection(self, junk: int) -> ServerReply | None:
        """Count a command; say why it is one too many, or None.

        Args:
            junk: commands since the session's last mail that led to none.
        """
        now = self._loop.time()
        if now - self._minute >= 60:
            self._minute = now
            self._commands = 0
        self._commands += 1
        if self._commands > self._limits.commands_per_minute:
            return replies.TOO_FAST
        if self.errors > self._limits.errors:
            return replies.TOO_MANY_ERRORS
        return replies.TOO_MUCH_JUNK if junk > self._limits.junk else None
