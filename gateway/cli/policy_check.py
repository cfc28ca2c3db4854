# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy check`: everything that is wrong in a folder of policies, at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from gateway import __version__
from gateway.cli.exits import Exit
from gateway.cli.in_force import loaded
from gateway.policy.source import Problem
from gateway.service.policy_files import shipped_folder

_RULES = {
    "unusable": "A file that cannot be used: its last good version stays in force",
    "in-shadow": "A policy that loads in shadow, or something to look at",
}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


class Format(StrEnum):
    """How to print."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of policies; those that ship if absent.")] = None,
    output: Annotated[Format, typer.Option("--format", help="sarif: for code review and editors.")] = Format.TEXT,
) -> None:
    """Check every policy, word and act file: keys, phrases, classes, acts, and each policy's own examples.

    Ends with 78 if a file cannot be used, with 1 if a policy would load in shadow, else with 0.
    """
    folder = folder or shipped_folder()
    found = loaded(folder)
    if output is Format.SARIF:
        typer.echo(json.dumps(sarif(found.problems, folder), indent=1))
    elif output is Format.JSON:
        for problem in found.problems:
            typer.echo(json.dumps(_object(problem), ensure_ascii=False))
    else:
        for problem in found.problems:
            typer.echo(f"{'' if problem.fatal else 'warning: '}{problem}")
        count = len(found.policies.policies)
        typer.echo(f"{folder}: {count} policies, {len(found.problems)} problem(s); digest {found.policies.digest}")
    if any(problem.fatal for problem in found.problems):
        raise typer.Exit(Exit.CONFIG)
    if found.problems:
        raise typer.Exit(Exit.FOUND)


def sarif(problems: Sequence[Problem], folder: Path) -> dict[str, Any]:
    """The problems as a log of SARIF 2.1.0 (OASIS); paths are relative to the folder, which the log names."""
    driver = {
        "name": "bedside",
        "version": __version__,
        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in _RULES.items()],
    }
    return {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"POLICIES": {"uri": folder.resolve().as_uri() + "/"}},
                "results": [_result(problem) for problem in problems],
            }
        ],
    }


def _result(problem: Problem) -> dict[str, Any]:
    rule = "unusable" if problem.fatal else "in-shadow"
    artifact = {"uri": quote(problem.file), "uriBaseId": "POLICIES"}
    region = {"startLine": max(1, problem.line), "startColumn": max(1, problem.column)}
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "level": "error" if problem.fatal else "warning",
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }


def _object(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "message": problem.message,
        "fatal": problem.fatal,
    }
