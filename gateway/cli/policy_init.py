# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy init`: the policies that ship, laid out as the organisation's own, and brought up to date later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway import __version__
from gateway.cli.exits import Exit
from gateway.service.policy_files import shipped_folder, source_files

#: Remembers what was laid out, so that the lead's own changes can be told from a release's.
_MANIFEST: Final = ".bedside-shipped.json"


class Fate(StrEnum):
    """What a release means for one file."""

    ADD = "add"
    UPDATE = "update"
    YOURS = "yours"
    CONFLICT = "conflict"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done with one file.

    Attributes:
        path: below the folder.
        fate: ADD it is new; UPDATE nobody changed it here and the release does; YOURS it was changed or taken away here
            and the release leaves it as it was; CONFLICT both changed it; GONE it no longer ships.
        mine: as it is here; empty if it is not.
        theirs: as the release has it; empty if it does not.
    """

    path: str
    fate: Fate
    mine: str
    theirs: str


def init(
    folder: Annotated[Path, typer.Argument(help="Where the organisation's policies are to live.")],
    write: Annotated[
        bool, typer.Option("--write", help="Do it, where the folder holds policies already; without, only show.")
    ] = False,
) -> None:
    """Lay out the policies that ship in FOLDER; in one that has them already, show what this release would change.

    Files that you changed are never written over: what the release changed in them is shown, for you to take or leave.
    """
    try:
        steps = plan(folder, shipped_folder())
        if is_laid_out(folder):
            for line in told(steps):
                typer.echo(line, nl=False)
            if not write:
                typer.echo("Nothing was written; --write adds and updates, and leaves yours and conflicts alone.")
                return
        carry_out(folder, shipped_folder(), steps)
    except OSError as error:
        typer.echo(f"bedside policy init: {error.filename or folder}: {error.strerror}", err=True)
        raise typer.Exit(Exit.INPUT) from None
    written = sum(step.fate in (Fate.ADD, Fate.UPDATE) for step in steps)
    typer.echo(f"{folder}: {written} file(s) written. Set `folder` in [policies] to it, and edit away.")


def is_laid_out(folder: Path) -> bool:
    """Whether the folder holds policies already, of whatever origin."""
    return (folder / _MANIFEST).exists() or (folder.exists() and bool(source_files(folder)))


def plan(folder: Path, release: Path) -> list[Step]:
    """What a release means for each file of a folder.

    Args:
        folder: the organisation's policies.
        release: those that ship with the release.

    Raises:
        OSError: a file cannot be read.
    """
    shipped = {file.path: file.text for file in source_files(release)}
    mine = {file.path: file.text for file in source_files(folder)} if folder.exists() else {}
    laid_out = _manifest(folder)
    steps = [_step(path, mine.get(path, ""), shipped.get(path, ""), laid_out) for path in sorted({*shipped, *laid_out})]
    return [step for step in steps if step is not None]


def _step(path: str, mine: str, theirs: str, laid_out: Mapping[str, str]) -> Step | None:
    known = laid_out.get(path)
    if mine == theirs:
        return None
    if not theirs:
        return Step(path, Fate.GONE, mine, theirs)
    if not mine:
        return Step(path, Fate.ADD if known is None else Fate.YOURS, mine, theirs)
    if known == _digest(mine):
        return Step(path, Fate.UPDATE, mine, theirs)
    return Step(path, Fate.YOURS if known == _digest(theirs) else Fate.CONFLICT, mine, theirs)


def told(steps: Iterable[Step]) -> Iterator[str]:
    """The plan for a person: a line a file with its fate, and what is to change in files that are here."""
    for step in steps:
        yield f"{step.fate.value:<9} {step.path}\n"
        if step.fate in (Fate.UPDATE, Fate.CONFLICT):
            yield from _diff(step)


def _diff(step: Step) -> list[str]:
    mine, theirs = step.mine.splitlines(keepends=True), step.theirs.splitlines(keepends=True)
    return list(unified_diff(mine, theirs, f"{step.path} (yours)", f"{step.path} ({__version__})"))


def carry_out(folder: Path, release: Path, steps: Iterable[Step]) -> None:
    """Add and update what nobody changed here, and remember what the release had.

    Raises:
        OSError: a file cannot be written.
    """
    for step in steps:
        if step.fate in (Fate.ADD, Fate.UPDATE):
            path = folder / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.theirs, encoding="utf-8")
    now = {file.path: _digest(file.text) for file in source_files(release)}
    (folder / _MANIFEST).write_text(json.dumps({"release": __version__, "files": now}, indent=1), encoding="utf-8")


def _manifest(folder: Path) -> dict[str, str]:
    """Digests of the files as they were laid out; empty if nothing was."""
    try:
        read = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return {str(path): str(digest) for path, digest in read["files"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, AttributeError):
        typer.echo(f"bedside policy init: {folder / _MANIFEST} cannot be read; taken as if it were not there", err=True)
        return {}


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
