# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be killed: `bedside serve` with its processes, and an upstream; each as a service manager would run it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end.gateway import KEY
from tests.servers.dovecot import MASTER_PASSWORD
from tests.servers.ports import free_port

POLICY = """\
id: blame/manual
title: The manual
mode: hold
severity: high
languages: [en]
rules: [{name: manual, phrases: ["you should have read the manual"]}]
message: "This sentence blames the customer."
examples: {found: ["You should have read the manual."], passed: ["Here is the manual."]}
"""

WORKERS = 2
PATIENCE = 300.0
"""Seconds after which something that should happen is taken not to: for a machine with much else to do."""
_STARTED = re.compile(rb"role=(\S+) pid=(\d+) event=process\.started")


def settings(port: int, upstream: int, ledger: str, imap: str, more: str) -> str:
    """bedside.toml of a node."""
    return f"""
observe = false
hostname = "gateway.larch.example"
workers = {WORKERS}
drain = 6
[[listener]]
name = "in"
listen = "127.0.0.1:{port}"
sender_is_login = true
[upstream]
server = "127.0.0.1:{upstream}"
tls = "none"
[release]
server = "127.0.0.1:{upstream}"
tls = "none"
grace = 0.3
{more}
[judge]
use = false
[[team]]
name = "helpdesk"
members = ["*@larch.example"]
mailbox = "{{local}}"
{imap}
{ledger}
"""


@dataclass
class Node:
    """One `bedside serve`, with the processes that it has.

    Attributes:
        folder: with its settings and log.
        port: where clients speak to it.
        process: its supervisor.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    _logged: int = 0

    def prepare(self, toml: Callable[[int], str]) -> None:
        """Write its settings."""
        (self.folder / "policies" / "blame").mkdir(parents=True)
        (self.folder / "policies" / "blame" / "manual.yaml").write_text(POLICY)
        (self.folder / "key").write_text(KEY)
        policies = f'[policies]\nfolder = "{self.folder}/policies"\n'
        (self.folder / "bedside.toml").write_text(toml(self.port) + policies)

    async def start(self) -> None:
        """Start it, as often as needed: what a supervisor left behind may still have its port for a moment."""
        for _ in range(10):
            self._logged = self._log.stat().st_size if self._log.exists() else 0
            self.process = self._serve()
            if await asyncio.to_thread(self._ready, self.process):
                return
        raise AssertionError(self.log)

    def _ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until all workers of this start are ready, or the supervisor has given up."""
        while process.poll() is None:
            if self._said().partition(b"event=listening")[2].count(b"event=worker.ready") >= WORKERS:
                return True
            signal.sigtimedwait((), 0.05)
        return False

    def _said(self) -> bytes:
        """What was logged since the last start; by what was left of the one before as well."""
        with self._log.open("rb") as log:
            log.seek(self._logged)
            return log.read()

    def _serve(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "gateway", "serve", "--config", str(self.folder / "bedside.toml")],
                stdout=log,
                stderr=log,
                env={**os.environ, "BEDSIDE_TEST_IMAP_PASSWORD": MASTER_PASSWORD},
                start_new_session=True,
            )

    def pids(self, role: str) -> list[int]:
        """The living processes of this start whose role begins so."""
        started = {name.decode(): int(pid) for name, pid in _STARTED.findall(self._said())}
        return [pid for name, pid in started.items() if name.startswith(role) and _alive(pid)]

    @property
    def log(self) -> str:
        """All that it has logged."""
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def kill(self, pid: int) -> None:
        """Kill one of its processes -9."""
        os.kill(pid, signal.SIGKILL)

    def kill_supervisor(self) -> None:
        """Kill its supervisor -9; the others see that it is gone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def kill_all(self) -> None:
        """Kill it -9 with all its processes, as a host that loses power."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Upstream:
    """The next hop, as a process.

    Attributes:
        file: what it took.
        heard: called with each verb that it is told.
        port: where it listens.
    """

    file: Path
    heard: Callable[[str], None]
    seed: int
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None
    listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, and wait for its greeting."""
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.killed.witness", str(self.port), str(self.file), str(self.seed)),
            stdout=asyncio.subprocess.PIPE,
        )
        self.seed += 1
        assert self.process.stdout is not None
        self.listening = asyncio.get_running_loop().create_task(self._listen(self.process.stdout))
        async with asyncio.timeout(PATIENCE):
            while not await self._greets():
                assert self.process.returncode is None, "the witness did not start"

    async def kill(self) -> None:
        """Kill it -9."""
        assert self.process is not None
        assert self.listening is not None
        self.process.kill()
        await self.process.wait()
        await self.listening

    async def _greets(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        greeting = await reader.readline()
        writer.close()
        return greeting.startswith(b"220")

    async def _listen(self, stdout: asyncio.StreamReader) -> None:
        async for line in stdout:
            self.heard(line.decode().strip())


def _alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
