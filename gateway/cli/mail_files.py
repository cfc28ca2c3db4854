# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages from what is at hand: .eml files, mbox files, Maildirs, folders of these, standard input."""

from __future__ import annotations

import mailbox
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

ROWS: Final = (".jsonl", ".ndjson")
"""Suffixes of files with one object of JSON a line."""


class FiledMessage(NamedTuple):
    """A message and where it was found.

    Attributes:
        id: its path as given; for one of many in a file or Maildir, the path, a colon and its number or key.
        content: its octets.
    """

    id: str
    content: bytes


class CannotRead(Exception):  # noqa: N818 - what happened, in the words of the command line
    """A path that holds no mail, or may not be read. Its text is one line for the person who named it."""


def messages(paths: Iterable[Path]) -> Iterator[FiledMessage]:
    """All messages at `paths`, in order; a folder's in the order of their names.

    Raises:
        CannotRead: there is nothing at a path, or nothing that can be read.
    """
    for path in paths:
        if str(path) == "-":
            yield FiledMessage("-", sys.stdin.buffer.read())
            continue
        try:
            yield from _at(path)
        except OSError as error:
            raise CannotRead(f"{path}: {error.strerror or error}") from error


def count(path: Path) -> int | None:
    """How many messages or rows there are at a path; None where that is known only after reading, or not at all."""
    try:
        if (path / "cur").is_dir():
            return sum(1 for sub in ("cur", "new") if (path / sub).is_dir() for _ in (path / sub).iterdir())
        if not path.is_file():
            return None
        with path.open("rb") as file:
            if path.suffix in ROWS:
                return sum(1 for line in file if line.strip())
            return max(1, sum(1 for line in file if line.startswith(b"From ")))
    except OSError:
        return None


def _at(path: Path) -> Iterator[FiledMessage]:
    if path.is_dir():
        yield from _maildir(path) if (path / "cur").is_dir() else _folder(path)
    else:
        yield from _file(path)


def _file(path: Path) -> Iterator[FiledMessage]:
    with path.open("rb") as file:
        if file.read(5) != b"From ":
            file.seek(0)
            yield FiledMessage(str(path), file.read())
            return
    with closing(mailbox.mbox(str(path), create=False)) as box:
        for number, key in enumerate(box.iterkeys(), start=1):
            yield FiledMessage(f"{path}:{number}", box.get_bytes(key))


def _maildir(path: Path) -> Iterator[FiledMessage]:
    box = mailbox.Maildir(str(path), create=False)
    for key in sorted(box.iterkeys()):
        yield FiledMessage(f"{path}:{key}", box.get_bytes(key))


def _folder(path: Path) -> Iterator[FiledMessage]:
    found = [entry for entry in sorted(path.rglob("*")) if entry.suffix in {".eml", ".mbox"} and entry.is_file()]
    if not found:
        raise CannotRead(f"{path}: no .eml or .mbox file in this folder, and no Maildir")
    for entry in found:
        yield from _file(entry)
