# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads bedside.toml: every mistake in it at once, each with file, key, reason, and the nearest right key."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.service.settings import Settings


class BadSettings(Exception):  # noqa: N818 - reads as what happened
    """The settings cannot be used. Its text has one line for each mistake."""


def read_settings(path: Path) -> Settings:
    """Read and check a settings file.

    Raises:
        BadSettings: it cannot be read, is no TOML, or says what cannot be.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSettings(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadSettings(f"{path}: is not UTF-8 at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path}: {error}") from error
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise BadSettings("\n".join(f"{path}: {_line(detail)}" for detail in error.errors())) from error


def _line(detail: ErrorDetails) -> str:
    where = _key(detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            return f"{where}: unknown setting{_nearest(detail['loc'])}"
        case "missing":
            return f"{where}: is needed and not there"
        case "value_error":
            reason = str(detail["ctx"]["error"])
        case "enum" | "literal_error":
            reason = f"must be one of {detail['ctx']['expected']}, not {detail['input']!r}"
        case _:
            reason = f"{detail['msg'][:1].lower()}{detail['msg'][1:]}, not {detail['input']!r}"
    return f"{where}: {reason}" if where else reason


def _key(loc: tuple[int | str, ...]) -> str:
    """A key as people write it: ``listener[2].clients``, counted from 1."""
    key = ""
    for step in loc:
        if isinstance(step, int):
            key += f"[{step + 1}]"
        else:
            key += f".{step}" if key else step
    return key


def _nearest(loc: tuple[int | str, ...]) -> str:
    """The nearest setting that exists at that place, as advice."""
    table: Any = Settings
    for step in loc[:-1]:
        if isinstance(step, str) and isinstance(table, type) and issubclass(table, BaseModel):
            table = _table_of(table.model_fields[step].annotation)
    if not (isinstance(table, type) and issubclass(table, BaseModel)):
        return ""
    close = difflib.get_close_matches(str(loc[-1]), table.model_fields, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(table.model_fields)}"


def _table_of(annotation: Any) -> Any:  # noqa: ANN401 - type annotations have no common type
    """The model inside ``tuple[Model, ...]``, ``Model | None`` or ``Model``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = [_table_of(part) for part in getattr(annotation, "__args__", ())]
    return next((model for model in models if model is not None), None)
