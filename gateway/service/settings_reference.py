# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings reference, made from the settings themselves, so that it cannot fall behind them."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gateway.service.settings import (
    JudgeSettings,
    LogSettings,
    MuteSettings,
    PolicySettings,
    Settings,
    TeamSettings,
    UnjudgedSettings,
)
from gateway.service.settings_limits import LimitSettings
from gateway.service.settings_memory import FeedSettings, MemorySettings
from gateway.service.settings_reading import ReadingSettings
from gateway.service.settings_servers import (
    FolderSettings,
    ImapSettings,
    LedgerSettings,
    ListenerSettings,
    ReleaseSettings,
    UpstreamSettings,
)

_TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("[[listener]]", ListenerSettings),
    ("[upstream]", UpstreamSettings),
    ("[release]", ReleaseSettings),
    ("[ledger]", LedgerSettings),
    ("[memory]", MemorySettings),
    ("[feed]", FeedSettings),
    ("[imap]", ImapSettings),
    ("[imap.folders]", FolderSettings),
    ("[policies]", PolicySettings),
    ("[judge]", JudgeSettings),
    ("[[team]]", TeamSettings),
    ("[[mute]]", MuteSettings),
    ("[unjudged]", UnjudgedSettings),
    ("[reading]", ReadingSettings),
    ("[limits]", LimitSettings),
    ("[log]", LogSettings),
)

_INTRODUCTION = """\
# Settings of `bedside.toml`

Made by `bedside config reference` from the program's own model; `bedside config check FILE` checks a file against it
and names every mistake with key and reason. A commented sample to start from is `deploy/bedside.toml`.

Secrets are named, never written: `{ file = "/path" }` or `{ env = "NAME" }`.
"""


def reference() -> str:
    """All settings as Markdown: a table each, with default and meaning."""
    top = {name: field for name, field in Settings.model_fields.items() if name not in _sections()}
    parts = [_INTRODUCTION, "## At the top of the file\n\n" + _rows(top)]
    for heading, model in _TABLES:
        text = (model.__doc__ or "").partition(": ")[2]
        parts.append(f"## `{heading}`\n\n{text[:1].upper()}{text[1:]}\n\n{_rows(model.model_fields)}")
    return "\n".join(parts)


def _sections() -> set[str]:
    return {heading.strip("[]").partition(".")[0] for heading, _ in _TABLES}


def _rows(fields: dict[str, FieldInfo]) -> str:
    rows = ["| key | default | meaning |", "| --- | --- | --- |"]
    for name, field in fields.items():
        if name == "folders":
            continue
        meaning = " ".join((field.description or "").split())
        rows.append(f"| `{name}` | {_default(field)} | {meaning} |")
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    default = field.get_default(call_default_factory=True)
    return f"`{_toml(default)}`" if default is not None else "none"


def _toml(value: Any) -> str:  # noqa: ANN401 - whatever a setting may be
    match value:
        case bool():
            text = str(value).lower()
        case int() | float():
            text = str(value)
        case tuple():
            text = "[" + ", ".join(_toml(item) for item in value) + "]"
        case dict():
            text = "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
        case Enum():
            text = _toml(value.value)
        case _:
            text = json.dumps(str(value))
    return text
