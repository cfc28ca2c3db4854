# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench compares, as processes: started, sent to, their CPU and memory read from /proc, ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.ports import free_port, wait_for_banner
from tests.servers.postfix import postfix
from tests.servers.sink import smtp_sink

GATEWAYS = {
    "nothing": "gateway, judging nothing",
    "rules": "gateway, all shipped rules",
    "judge": "gateway, rules and learned judge",
}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class System:
    """A system under test.

    Attributes:
        name: as the tables have it.
        port: where it takes mail.
        leader: its first process, leader of a process group.
        sent: mails that were sent to it so far.
    """

    name: str
    port: int
    leader: int
    sent: int = 0

    @property
    def workers(self) -> list[int]:
        """Its processes, the first one first."""
        return sorted(_group(self.leader), key=lambda pid: pid != self.leader)

    def cpu(self) -> float:
        """CPU seconds so far, of the whole process group, children that have ended included."""
        total = 0
        for pid in _group(self.leader):
            fields = _stat(pid)
            total += int(fields[11]) + int(fields[12])
            if pid == self.leader:
                total += int(fields[13]) + int(fields[14])
        return total / _TICKS

    def memory(self) -> int:
        """Octets of memory now, pages that are shared within the group counted once."""
        return sum(_pss(pid) for pid in _group(self.leader))


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _group(leader: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int(_stat(int(entry.name))[2]) == leader:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


@contextmanager
def _python(name: str, module: str, *arguments: str) -> Iterator[System]:
    port = free_port()
    command = [sys.executable, "-m", f"tests.bench.{module}", str(port), *arguments]
    process = subprocess.Popen(command, start_new_session=True)
    try:
        wait_for_banner(port, process, 180)
        yield System(name, port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def yardstick(upstream: int) -> Iterator[System]:
    """Aiosmtpd to aiosmtplib."""
    with _python("yardstick", "yardstick", str(upstream)) as system:
        yield system


@contextmanager
def drain() -> Iterator[System]:
    """A next hop that is fair to small mails beside huge ones."""
    with _python("drain", "drain") as system:
        yield system


@contextmanager
def gateway(what: str, upstream: int, report: Path, *options: str) -> Iterator[System]:
    """The gateway, judging ``nothing``, by ``rules``, or with the ``judge`` too; it writes its report at its end."""
    with _python(GATEWAYS[what], "gateway_process", str(upstream), what, str(report), *options) as system:
        yield system


@contextmanager
def sink() -> Iterator[System]:
    """smtp-sink, the next hop of all; alone it is where the load itself ends."""
    with smtp_sink(("-m", "1000"), keep=False) as running:
        yield System("source to sink alone", running.port, running.process.pid)


@contextmanager
def before_queue(upstream: int) -> Iterator[System]:
    """Postfix as a before-queue proxy that filters nothing."""
    port = free_port()
    services = (
        f"127.0.0.1:{port} inet n - n - - smtpd\n    -o smtpd_proxy_filter=127.0.0.1:{upstream}\n"
        "    -o smtpd_proxy_options=speed_adjust\n    -o smtpd_recipient_restrictions=permit_mynetworks\n"
    )
    quiet = {"maillog_file": "/dev/null", "maillog_file_prefixes": "/dev,/tmp", "default_process_limit": "120"}
    quiet |= {"smtpd_client_connection_count_limit": "0", "smtpd_client_connection_rate_limit": "0"}
    with postfix(services, (port,), settings=quiet) as server:
        yield System("Postfix, before-queue", port, server.process.pid)
