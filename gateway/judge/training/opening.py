# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening what is sealed leaves a trace: an entry in `split.toml`, written before anything is read."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime
from pathlib import Path


def record(split: Path, now: datetime, purpose: str) -> None:
    """Write down that the sealed part is used.

    Args:
        split: `split.toml`, whose last table is `[opened]`.
        now: when.
        purpose: what for, in one line.

    Raises:
        ValueError: the purpose is empty, or the file does not end in that table.
    """
    text = split.read_text("utf-8")
    if not purpose.strip():
        raise ValueError("say what the sealed part is opened for")
    entry = f"{json.dumps(f'{now:%Y-%m-%dT%H:%MZ}')} = {json.dumps(' '.join(purpose.split()))}\n"
    after = text.rstrip("\n") + "\n" + entry
    if len(tomllib.loads(after).get("opened", {})) != len(tomllib.loads(text).get("opened", {})) + 1:
        raise ValueError(f"{split}: its last table is not [opened], or there is an entry of this minute already")
    split.write_text(after, "utf-8")
