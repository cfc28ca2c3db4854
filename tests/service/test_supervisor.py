# SPDX-License-Identifier: GPL-3.0-or-later
"""The supervisor: workers are replaced and reloaded, and no connection is ever refused."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Service:
    process: subprocess.Popen[str]
    port: int

    def ask(self) -> tuple[int, int]:
        """Generation and pid of the worker that answers; a refused connection fails the test."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            generation, pid = connection.makefile().readline().split()
            return int(generation), int(pid)

    def ask_until(self, generation: int) -> list[tuple[int, int]]:
        """Ask until a worker of that generation answers; give all answers."""
        answers = [self.ask()]
        end = time.monotonic() + 15
        while answers[-1][0] != generation:
            assert time.monotonic() < end
            answers.append(self.ask())
        return answers


@pytest.fixture
def service() -> Iterator[Service]:
    process = subprocess.Popen([sys.executable, "-m", "tests.service.supervised"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Service(process, int(process.stdout.readline()))
        process.terminate()
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_worker_that_is_killed_is_replaced_and_nobody_is_refused(service: Service) -> None:
    _, victim = service.ask()
    os.kill(victim, signal.SIGKILL)
    end = time.monotonic() + 15
    while not gone(victim):
        assert time.monotonic() < end
        service.ask()
    seen: set[int] = set()
    while len(seen) < 2:
        assert time.monotonic() < end
        seen.add(service.ask()[1])
    assert victim not in seen


def test_a_reload_gives_every_worker_the_new_generation_and_refuses_nobody(service: Service) -> None:
    service.ask_until(1)
    service.process.send_signal(signal.SIGHUP)
    answers = service.ask_until(2)
    assert {generation for generation, _ in answers} <= {1, 2}
    old = {pid for generation, pid in answers if generation == 1}
    end = time.monotonic() + 15
    while not all(gone(pid) for pid in old):
        assert time.monotonic() < end
        service.ask()
    assert service.ask()[0] == 2


def test_a_second_reload_at_once_is_not_lost(service: Service) -> None:
    service.process.send_signal(signal.SIGHUP)
    service.ask_until(2)
    service.process.send_signal(signal.SIGHUP)
    service.ask_until(3)


def test_sigterm_ends_all_processes(service: Service) -> None:
    pids = {service.ask()[1] for _ in range(20)}
    service.process.terminate()
    assert service.process.wait(timeout=20) == 0
    assert all(gone(pid) for pid in pids)
