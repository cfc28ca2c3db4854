# SPDX-License-Identifier: GPL-3.0-or-later
"""When a process of the service is to stop: on SIGTERM, or when the supervisor is no more."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal


def stop_requested() -> asyncio.Event:
    """An event that is set on SIGTERM, or when the process that started this one has ended.

    A worker that outlived its supervisor would go on accepting beside the workers of the next one, with old policies,
    and keep its port from them.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        _watch(parent.pid, stop)
    return stop


def _watch(parent: int, stop: asyncio.Event) -> None:
    """Set the event when the parent ends.

    Not by the sentinel of `multiprocessing`: that is a pipe, the other end of which all processes have that were forked
    later, so that one would end after another, each after the drain of the one before.
    """
    loop = asyncio.get_running_loop()
    try:
        watched = os.pidfd_open(parent)
    except ProcessLookupError:
        stop.set()
        return

    def orphaned() -> None:
        loop.remove_reader(watched)
        os.close(watched)
        stop.set()

    loop.add_reader(watched, orphaned)
    if os.getppid() != parent:  # it ended, and its number may be another's already
        stop.set()
