# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy check`: everything that is wrong in a folder of policies, at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway import __version__
from gateway.cli.exits import Exit
from gateway.cli.in_force import loaded
from gateway.policy.source import Problem
from gateway.service.policy_files import shipped_folder

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
        typer.echo(json.dumps(sarif(found.problems), indent=1))
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


def sarif(problems: Sequence[Problem]) -> dict[str, Any]:
    """The problems as a log of SARIF 2.1.0 (OASIS)."""
    driver = {"name": "bedside", "version": __version__, "informationUri": "https://example.org/bedside"}
    results = [
        {
            "ruleId": "policy-file",
            "level": "error" if problem.fatal else "warning",
            "message": {"text": problem.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": problem.file},
                        "region": {"startLine": problem.line, "startColumn": problem.column},
                    }
                }
            ],
        }
        for problem in problems
    ]
    return {"$schema": _SARIF, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _object(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "message": problem.message,
        "fatal": problem.fatal,
    }
