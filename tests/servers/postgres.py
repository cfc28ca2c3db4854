# SPDX-License-Identifier: GPL-3.0-or-later
"""A real PostgreSQL as an ordinary process: a cluster of its own in a folder, a free loopback port, trust for all."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.ports import free_ports

_BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/bin"))


@dataclass
class Postgres:
    """A PostgreSQL that a test started.

    Attributes:
        root: folder with all its state.
        port: on 127.0.0.1.
    """

    root: Path
    port: int

    def url(self, database: str = "postgres") -> str:
        """URL of a database, as the ledger takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make a fresh database; its URL."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", database)
        return self.url(database)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "-D", str(self.root / "data"), "-l", str(self.root / "log"), "-w", "-o", options, "start")

    def stop(self) -> None:
        """End it at once, as a crash would: its clients see their connections break."""
        self._run("pg_ctl", "-D", str(self.root / "data"), "-m", "immediate", "stop")

    def kill(self) -> None:
        """Kill it -9 with all that belongs to it."""
        pid = int((self.root / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def start_again(self) -> None:
        """Start it after a kill; its orphans need a moment to see that their parent is gone, and to let go."""
        end = time.monotonic() + 30
        while True:
            try:
                self.start()
                return
            except subprocess.CalledProcessError:
                if time.monotonic() > end:
                    raise
                signal.sigtimedwait((), 0.1)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(_BIN / program), *arguments],
            check=True,
            cwd="/",
            timeout=30,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user="postgres" if os.getuid() == 0 else None,
            group="postgres" if os.getuid() == 0 else None,
        )


@contextmanager
def postgres(root: Path) -> Iterator[Postgres]:
    """Run a PostgreSQL while the block runs.

    Args:
        root: an empty folder that the user postgres may enter.
    """
    server = Postgres(root, free_ports(1)[0])
    if os.getuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(root, account.pw_uid, account.pw_gid)
    server._run("initdb", "-D", str(root / "data"), "-U", "postgres", "-A", "trust", "-N", "--no-instructions")
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(root / "data", ignore_errors=True)
