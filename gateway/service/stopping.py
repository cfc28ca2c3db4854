# SPDX-License-Identifier: GPL-3.0-or-later
"""When a process of the service is to stop: on SIGTERM, or when the supervisor is no more."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal


def stop_requested() -> asyncio.Event:
    """An event that is set on SIGTERM, or when the process that started this one has ended.

    A worker that outlived its supervisor would go on accepting beside the workers of the next one, with old policies.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def orphaned() -> None:
            loop.remove_reader(sentinel)
            stop.set()

        loop.add_reader(sentinel, orphaned)
    return stop
