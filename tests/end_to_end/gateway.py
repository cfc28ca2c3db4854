# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside serve` as its administrator runs it: a process of its own, with a settings file and secrets in files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.dovecot import MASTER, MASTER_PASSWORD, Dovecot
from tests.servers.ports import wait_for_banner

KEY = "a key of thirty-two characters or more"


@dataclass(frozen=True)
class Gateway:
    """A running gateway.

    Attributes:
        process: its supervisor.
        folder: with its settings, secrets, ledger and log.
    """

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    @property
    def ledger_url(self) -> str:
        """Its ledger."""
        return f"sqlite:///{self.folder}/ledger.db"

    def wait_for(self, words: str, times: int = 1) -> None:
        """Wait until the log has said something so often.

        Raises:
            TimeoutError: it has not.
        """
        end = time.monotonic() + 20
        while self.log.count(words) < times:
            if time.monotonic() > end or self.process.poll() is not None:
                raise TimeoutError(f"{words!r} is not in the log:\n{self.log}")
            signal.sigtimedwait((), 0.02)


def imap_settings(dovecot: Dovecot) -> str:
    """The table [imap] for a Dovecot that a test started."""
    return f"""
[imap]
server = "127.0.0.1:{dovecot.tls_port}"
ca_file = "{dovecot.ca}"
login = "{MASTER}"
password = {{ env = "BEDSIDE_TEST_IMAP_PASSWORD" }}
master = "{{mailbox}}*{{login}}"
sweep = 5
"""


@contextmanager
def bedside(folder: Path, port: int, settings: str) -> Iterator[Gateway]:
    """Run `bedside serve` while the block runs, and see it end well.

    Args:
        folder: an empty folder.
        port: where its listener greets.
        settings: bedside.toml without the table [ledger].
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "key").write_text(KEY, encoding="utf-8")
    ledger = f'[ledger]\nurl = "sqlite:///{folder}/ledger.db"\nkey = {{ file = "{folder}/key" }}\n'
    config = folder / "bedside.toml"
    config.write_text(settings + ledger, encoding="utf-8")
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(config)]
    environment = {**os.environ, "BEDSIDE_TEST_IMAP_PASSWORD": MASTER_PASSWORD}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    gateway = Gateway(process, folder)
    try:
        wait_for_banner(port, process, seconds=60)  # it compiles the policies first
        yield gateway
        process.terminate()
        assert process.wait(timeout=40) == 0, gateway.log
        assert "Traceback" not in gateway.log
    except RuntimeError as error:
        raise RuntimeError(f"{error}\n{gateway.log}") from None
    finally:
        process.kill()
        process.wait()
