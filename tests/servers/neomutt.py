# SPDX-License-Identifier: GPL-3.0-or-later
"""A real neomutt (or mutt) in a terminal of tmux: keys go in, the screen comes out.

with neomutt(dovecot, "anna", "Quarantine") as client:
    client.wait_for("Held")
    client.move_to("Quarantine/Release")
"""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.dovecot import PASSWORD, Dovecot

_RC = """\
set folder = "imap://{user}@127.0.0.1:{port}/"
set spoolfile = "+INBOX"
set imap_user = "{user}"
set imap_pass = "{password}"
set ssl_starttls = no
set ssl_force_tls = no
set confirmappend = no
set confirmcreate = no
set delete = yes
set quit = yes
set move = no
set mail_check = 1
set timeout = 1
set sleep_time = 0
set header_cache = ""
set sort = mailbox-order
set help = no
set pager_index_lines = 0
alternative_order text/plain
"""


@dataclass(frozen=True)
class Terminal:
    """A mail client on a screen of its own.

    Attributes:
        socket: of its tmux server.
    """

    socket: Path

    def keys(self, *keys: str) -> None:
        """Press keys, by tmux's names or as text."""
        self._tmux("send-keys", "-t", "client", *keys)

    def screen(self) -> str:
        """What is on the screen now."""
        return self._tmux("capture-pane", "-p", "-t", "client")

    def wait_for(self, words: str, seconds: float = 20) -> str:
        """Wait until words are on the screen, and give all of it.

        Raises:
            TimeoutError: they did not come.
        """
        end = time.monotonic() + seconds
        while words not in (screen := self.screen()):
            if time.monotonic() > end:
                raise TimeoutError(f"{words!r} is not on the screen:\n{screen}")
            signal.sigtimedwait((), 0.05)
        return screen

    def move_to(self, folder: str) -> None:
        """Move the message under the cursor, as mutt does: a copy, a flag, and an expunge at the next sync."""
        self.keys("s")
        self.wait_for("Save to mailbox")
        self.keys("C-u", f"={folder}", "Enter")
        self.wait_for("D ")
        self.keys("$")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self.socket), "-f", "/dev/null", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout


@contextmanager
def neomutt(dovecot: Dovecot, user: str, folder: str, program: str = "neomutt") -> Iterator[Terminal]:
    """Run neomutt on a folder while the block runs.

    Args:
        dovecot: where the mailbox is.
        user: whose.
        folder: what to open.
        program: ``neomutt`` or ``mutt``.
    """
    with tempfile.TemporaryDirectory(prefix="mutt-") as home:
        rc = Path(home) / "rc"
        rc.write_text(_RC.format(user=user, port=dovecot.port, password=PASSWORD), encoding="utf-8")
        terminal = Terminal(Path(home) / "tmux")
        client = f"cd {home} && HOME={home} TERM=screen LC_ALL=C.UTF-8 {program} -F {rc} -f '={folder}'"
        terminal._tmux("new-session", "-d", "-s", "client", "-x", "110", "-y", "60", client)
        try:
            yield terminal
        finally:
            terminal._tmux("kill-server")
