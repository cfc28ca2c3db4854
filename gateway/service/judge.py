# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge process: holds the learned model once for the host, and answers the workers over a Unix socket."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path

import structlog
import uvloop

from gateway.judge.local import SHIPPED, open_model
from gateway.judge.server import open_judge_socket, serve_judge
from gateway.ports import Unavailable
from gateway.service.stopping import stop_requested

_log = structlog.get_logger()


def judge_is_installed() -> bool:
    """Whether the extra "judge" is installed and a model is there."""
    return find_spec("onnxruntime") is not None and SHIPPED.is_dir()


def run_judge(path: Path, waiting: int) -> None:
    """The body of the judge process; returns on SIGTERM.

    Args:
        path: of its socket.
        waiting: most questions in its queue.
    """
    uvloop.run(_serve(path, waiting))


async def _serve(path: Path, waiting: int) -> None:
    stop = stop_requested()
    try:
        model = await asyncio.to_thread(open_model)
    except Unavailable as error:
        _log.error("judge.unavailable", why=str(error))
        await stop.wait()
        return
    _log.info("judge.ready", model=model.digest)
    serving = asyncio.get_running_loop().create_task(serve_judge(open_judge_socket(path), model, waiting))
    await stop.wait()
    serving.cancel()
