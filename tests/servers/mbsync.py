# SPDX-License-Identifier: GPL-3.0-or-later
"""A real mbsync: it keeps a Maildir and a mailbox alike, and moves a message by appending it again.

client = Mbsync(tmp_path, dovecot, "anna")
client.sync()
client.move("Quarantine", "Quarantine/Release")
client.sync()
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.servers.dovecot import PASSWORD, Dovecot

_CONFIGURATION = """\
IMAPAccount bedside
Host 127.0.0.1
Port {port}
User {user}
Pass "{password}"
SSLType None
AuthMechs PLAIN

IMAPStore far
Account bedside

MaildirStore near
SubFolders Verbatim
Path {home}/mail/
Inbox {home}/mail/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX Quarantine Quarantine/*
Create Both
Expunge Both
SyncState *
"""


class Mbsync:
    """One person's mbsync.

    Args:
        home: an empty folder.
        dovecot: where the mailbox is.
        user: whose.
    """

    def __init__(self, home: Path, dovecot: Dovecot, user: str) -> None:
        self._mail = home / "mail"
        self._mail.mkdir(parents=True)
        self._configuration = home / "mbsyncrc"
        self._configuration.write_text(
            _CONFIGURATION.format(port=dovecot.port, user=user, password=PASSWORD, home=home), encoding="utf-8"
        )

    def sync(self) -> None:
        """Make both sides alike."""
        command = ["mbsync", "-c", str(self._configuration), "-a", "-q"]
        subprocess.run(command, check=True, capture_output=True, timeout=30)

    def files(self, folder: str) -> list[Path]:
        """The messages in a folder of the Maildir."""
        return sorted(path for part in ("cur", "new") for path in (self._mail / folder / part).glob("*"))

    def move(self, source: str, target: str) -> None:
        """Move the first message of a folder, as a reader of Maildirs would; its UID in the name is of no more use."""
        path = self.files(source)[0]
        path.rename(self._mail / target / "cur" / re.sub(r",U=\d+", "", path.name))
