# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows to measure on: those that were chosen on, or, once, those that were sealed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from gateway.judge.training.opening import record
from gateway.judge.training.rows import Row, read_authors, read_real, read_split


def chosen(corpus: Path, real: Path | None) -> tuple[Row, ...]:
    """Rows by the authors to choose on, and the real rows set aside for it."""
    split = read_split(corpus / "split.toml")
    text = read_real(real, split.sealed_fraction).choose if real else ()
    return read_authors(corpus / "train", split.choose) + text


def opened(corpus: Path, real: Path | None, now: datetime, purpose: str) -> tuple[Row, ...]:
    """The sealed authors and real rows, after it was written down that they are used.

    Raises:
        ValueError: it could not be written down.
    """
    record(corpus / "split.toml", now, purpose)
    split = read_split(corpus / "split.toml")
    text = read_real(real, split.sealed_fraction).sealed if real else ()
    return read_authors(corpus / "train", split.sealed) + text
