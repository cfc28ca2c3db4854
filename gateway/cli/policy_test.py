# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy test`: the examples of every policy, against it and against all others."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.exits import Exit
from gateway.cli.in_force import loaded
from gateway.policy.examples import Outcome, acts_wrong, known, run
from gateway.policy.policies import Policies, Policy
from gateway.service.policy_files import shipped_folder


def run_examples(
    folder: Annotated[Path | None, typer.Argument(help="Folder of policies; those that ship if absent.")] = None,
    only: Annotated[str, typer.Option("--policy", help="One policy, or a family as in blame/*.")] = "*",
) -> None:
    """Run all examples: each policy must find its own and pass its own.

    Also says which policies find what another one passes (that may be right), and how the known missed and known
    false ones stand. Ends with 1 if an example comes out wrong.
    """
    found = loaded(folder or shipped_folder())
    wrong = [str(problem) for problem in found.problems if problem.fatal]
    wrong += [line for policy in _wanted(found.policies, only) for line in _wrong(found.policies, policy)]
    wrong += acts_wrong(found.policies) if only == "*" else []
    for line in wrong:
        typer.echo(line)
    for policy in _wanted(found.policies, only):
        for line in (*_others(found.policies, policy), *_known(found.policies, policy)):
            typer.echo(line)
    count = len(_wanted(found.policies, only))
    typer.echo(f"{count} policies: {f'{len(wrong)} wrong' if wrong else 'all examples come out right'}.")
    if wrong:
        raise typer.Exit(Exit.FOUND)


def _wanted(policies: Policies, only: str) -> list[Policy]:
    return [policy for policy in policies.policies if fnmatchcase(policy.id, only)]


def _wrong(policies: Policies, policy: Policy) -> Iterator[str]:
    for each in run(policies, policy):
        if not each.right:
            rules = "" if each.expected else f" by {', '.join(_of(policy.id, each))}"
            yield f"{'missed' if each.expected else 'false '}  {policy.id}: “{each.example.reply.strip()}”{rules}"


def _others(policies: Policies, policy: Policy) -> Iterator[str]:
    for each in run(policies, policy):
        others = [rule for rule in each.found if not rule.startswith(f"{policy.id}#")]
        if not each.expected and others:
            yield f"note    {', '.join(others)} finds what {policy.id} passes: “{each.example.reply.strip()}”"


def _known(policies: Policies, policy: Policy) -> Iterator[str]:
    for each in known(policies, policy):
        if each.right:
            yield f"better  {policy.id}: no longer wrong, move it: “{each.example.reply.strip()}”"


def _of(policy_id: str, each: Outcome) -> list[str]:
    return [rule.partition("#")[2] for rule in each.found if rule.startswith(f"{policy_id}#")]
