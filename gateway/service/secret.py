# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets: named in the settings by file or environment variable, never written there or on a command line."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator


class Secret(BaseModel):
    """Where a secret is found. It is read when it is needed, and its value appears in no repr."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Path | None = None
    env: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_plain_text(cls, given: object) -> object:
        if isinstance(given, str):
            raise ValueError('a secret is named, not written: use { file = "/path" } or { env = "NAME" }')  # noqa: TRY004 - pydantic reports ValueError
        return given

    @model_validator(mode="after")
    def _one_place(self) -> Secret:
        if (self.file is None) == (self.env is None):
            raise ValueError('name one place: { file = "/path" } or { env = "NAME" }')
        return self

    def read(self) -> str:
        """The secret, without the line end that editors put behind it.

        Raises:
            LookupError: it is not there, or empty; the text says where it was looked for.
        """
        if self.env is not None:
            value = os.environ.get(self.env, "")
            where = f"environment variable {self.env}"
        else:
            assert self.file is not None  # noqa: S101 - one of the two is set, see above
            where = str(self.file)
            try:
                value = self.file.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise LookupError(f"{where} cannot be read: {getattr(error, 'strerror', None) or error}") from error
        if not value:
            raise LookupError(f"{where} is empty or not set")
        return value
