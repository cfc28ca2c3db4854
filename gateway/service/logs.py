# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging: one line an event on standard error, as key=value for people or JSON for machines.

At the default level no line carries message text, subjects, addresses or credentials; modules log ids, counts, causes.
Exceptions are logged with their type and place, not with their text, which may quote what a peer sent.
"""

from __future__ import annotations

import logging
import sys
from enum import StrEnum
from types import TracebackType
from typing import cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


class LogFormat(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """What is written: each level adds to the one before it."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


def configure(level: LogLevel, form: LogFormat) -> None:
    """Set up structlog for this process, and quieten the libraries below us."""
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer: Processor = (
        structlog.processors.JSONRenderer() if form is LogFormat.JSON else structlog.processors.LogfmtRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _trouble,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # aiosmtpd, aioimaplib and SQLAlchemy log what peers say; that is wanted at level debug only.
    logging.basicConfig(level=logging.DEBUG if level is LogLevel.DEBUG else logging.CRITICAL, stream=sys.stderr)


def _trouble(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace exc_info by the names and places of the exceptions: their texts may hold what must not be logged."""
    info = event.pop("exc_info", None)
    if info:
        _, error, traceback = sys.exc_info() if info is True else _triple(info)
        event["error"] = _names(error)
        if traceback is not None:
            event["at"] = _places(traceback)
    return event


def _triple(info: object) -> tuple[type | None, BaseException | None, TracebackType | None]:
    if isinstance(info, BaseException):
        return type(info), info, info.__traceback__
    return cast("tuple[type | None, BaseException | None, TracebackType | None]", info)


def _names(error: BaseException | None) -> str:
    names = []
    while error is not None:
        names.append(type(error).__qualname__)
        error = error.__cause__ or error.__context__
    return " from ".join(names)


def _places(traceback: TracebackType) -> str:
    places = []
    step: TracebackType | None = traceback
    while step is not None:
        module = step.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{module}:{step.tb_lineno}")
        step = step.tb_next
    return " > ".join(places[-6:])
