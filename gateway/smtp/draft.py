# SPDX-License-Identifier: GPL-3.0-or-later
"""An envelope while its client still writes it: from MAIL to DATA (RFC 5321 3.3). No io."""

from __future__ import annotations

from gateway.mail.envelope import Client, Envelope, Path
from gateway.mail.server_reply import ServerReply
from gateway.smtp import paths, replies


class Draft:
    """What upstream has accepted of a transaction so far.

    Attributes:
        sender: argument of MAIL; None while no transaction is open.
        recipients: arguments of RCPT that were accepted.
        refused: how many were not.
        broken: what the commands of a transaction are answered that failed on our side; None where none did. "503,
            MAIL first" would be a permanent failure of recipients that a pipelining client has sent by then.
    """

    def __init__(self) -> None:
        self.sender: Path | None = None
        self.recipients: list[Path] = []
        self.refused = 0
        self.broken: ServerReply | None = None

    def clear(self) -> None:
        """Forget it all."""
        self.sender = None
        self.recipients = []
        self.refused = 0
        self.broken = None

    def objection_to_rcpt(self, recipient: Path | None, most: int) -> ServerReply | None:
        """Why there may be no such RCPT now, or None.

        Args:
            recipient: its path; None if it is none.
            most: how many there may be.
        """
        if self.sender is None:
            return self.broken or replies.MAIL_FIRST
        if recipient is None:
            return replies.SYNTAX_RCPT
        return replies.TOO_MANY_RECIPIENTS if len(self.recipients) >= most else None

    def objection_to_data(self, argument: bytes) -> ServerReply | None:
        """Why there may be no DATA now, or None."""
        if self.sender is None:
            return self.broken or replies.MAIL_FIRST
        if argument:
            return replies.NO_ARGUMENT
        if not self.recipients:
            return replies.NO_VALID_RECIPIENTS if self.refused else replies.RCPT_FIRST
        return None

    def envelope(self, client: Client) -> Envelope:
        """The envelope as it stands; only where nothing was to be said against DATA."""
        assert self.sender is not None  # noqa: S101 - see above
        recipients = tuple(self.recipients)
        return Envelope(self.sender, recipients, client, paths.extensions(self.sender, recipients))
