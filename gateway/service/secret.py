# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets: named in the settings by file, environment variable or program, never written there or on a command line."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

# A program that fetches an access token asks a server for it; longer than this means that it hangs.
_SECONDS = 20.0


class Secret(BaseModel):
    """Where a secret is found. It is read when it is needed, and its value appears in no repr.

    Attributes:
        file: that holds it.
        env: environment variable that holds it.
        command: program with its arguments, run without a shell, that prints it: for access tokens.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Path | None = None
    env: str | None = None
    command: tuple[str, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _no_plain_text(cls, given: object) -> object:
        if isinstance(given, str):
            raise ValueError('a secret is named, not written: use { file = "/path" } or { env = "NAME" }')  # noqa: TRY004 - pydantic reports ValueError
        return given

    @model_validator(mode="after")
    def _one_place(self) -> Secret:
        if sum(place is not None for place in (self.file, self.env, self.command)) != 1:
            raise ValueError('name one place: { file = "/path" }, { env = "NAME" } or { command = ["program"] }')
        return self

    def read(self) -> str:
        """The secret, without the line end that editors put behind it.

        Raises:
            LookupError: it is not there, or empty; the text says where it was looked for.
        """
        if self.env is not None:
            value, where = os.environ.get(self.env, ""), f"environment variable {self.env}"
        elif self.command is not None:
            value, where = _printed(self.command), f"what {self.command[0]} prints"
        else:
            assert self.file is not None  # noqa: S101 - one of the three is set, see above
            value, where = _written(self.file), str(self.file)
        if not value:
            raise LookupError(f"{where} is empty or not set")
        return value


def _written(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LookupError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _printed(command: tuple[str, ...]) -> str:
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE, timeout=_SECONDS, check=True)  # noqa: S603 - the administrator's own
        return run.stdout.decode().rstrip("\r\n")
    except subprocess.CalledProcessError as error:
        raise LookupError(f"{command[0]} ended with status {error.returncode}") from error
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired) as error:
        raise LookupError(f"{command[0]} gives no secret: {getattr(error, 'strerror', None) or error}") from error
