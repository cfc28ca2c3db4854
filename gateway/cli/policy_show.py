# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy explain`, `new` and `schema`: read a policy, begin one, and let an editor complete it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.cli.conditions_in_words import any_in_words, ease_in_words, escalation_in_words, in_words
from gateway.cli.exits import Exit
from gateway.cli.in_force import loaded
from gateway.policy.json_schema import schema_of
from gateway.policy.policies import Policies, Policy, Rule
from gateway.service.policy_files import shipped_folder


class Kind(StrEnum):
    """Kinds of file."""

    POLICY = "policy"
    WORDS = "words"
    ACT = "act"


_NEW: Final = """\
# yaml-language-server: $schema={schema}
id: {id}
title: What the reply does, in a few words
status: experimental        # always in shadow; make it stable when `bedside policy replay` looks right
mode: note                  # the most that it causes alone: shadow, note or hold
severity: medium            # low 1, medium 2, high 3, critical 6 points
owner: you@example.org
source: Where this comes from
rules:
  - name: set-phrases
    phrases:                # ( ) may be missing, [a|b] one of these, ... up to eight words, <class> of words/
      - "words that (really) hurt"
none: []                    # in the same sentence: no finding
message: "Reads as something that you did not mean: “{{excerpt}}”."
explanation: >
  Why it hurts.
suggestion: "A better wording."
examples:                   # at least eight of each, in your own words
  found:
    - "These are words that really hurt."
  passed:
    - "These are words that help."
"""


def explain(
    policy_id: Annotated[str, typer.Argument(metavar="ID", help="For example blame/label.")],
    folder: Annotated[Path | None, typer.Option("--policies", help="Folder of policies; those that ship.")] = None,
) -> None:
    """Say what a policy looks for, why, what it causes, and what it is known to get wrong."""
    found = loaded(folder or shipped_folder())
    policy = found.policies.find(policy_id)
    if policy is None:
        near = get_close_matches(policy_id, [each.id for each in found.policies.policies], 1, 0.4)
        hint = f"; did you mean {near[0]}?" if near else ""
        typer.echo(f"bedside policy explain: there is no policy {policy_id}{hint}", err=True)
        raise typer.Exit(Exit.INPUT)
    for line in explained(found.policies, policy):
        typer.echo(line)


def new(
    policy_id: Annotated[str, typer.Argument(metavar="ID", help="family/name, for example blame/weather.")],
    folder: Annotated[Path, typer.Option("--policies", help="Folder of policies.")] = Path(),
) -> None:
    """Begin a policy: write a file with every key that it needs, in shadow until its lead says otherwise."""
    path = folder / f"{policy_id}.yaml"
    if len(Path(policy_id).parts) != 2 or ".." in Path(policy_id).parts or Path(policy_id).is_absolute():
        typer.echo("bedside policy new: an id is family/name, for example blame/weather", err=True)
        raise typer.Exit(Exit.USAGE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(_NEW.format(id=policy_id, schema="policy.schema.json"))
    except OSError as error:
        typer.echo(f"bedside policy new: {path}: {error.strerror}", err=True)
        raise typer.Exit(Exit.INPUT) from None
    typer.echo(f"{path} is begun. Next: bedside policy check {folder}; bedside policy schema > policy.schema.json")


def schema(
    kind: Annotated[Kind, typer.Argument(help="Which kind of file.")] = Kind.POLICY,
) -> None:
    """Print the JSON Schema of a kind of file, so that editors complete and check it."""
    typer.echo(json.dumps(schema_of(kind.value), indent=1))


def explained(policies: Policies, policy: Policy) -> Iterator[str]:
    """A policy for a person."""
    bolder = f", {policy.boldest.value} in profile strict" if policy.boldest is not policy.mode else ""
    yield f"{policy.id}: {policy.title}"
    yield f"  {policy.status.value}; at most {policy.mode.value}{bolder}; reviewed by the {policy.to.value}"
    yield f"  owner {policy.owner or 'nobody'}; in force from {policy.effective or '-'} to {policy.expires or '-'}"
    for reason in policies.failing.get(policy.id, ()):
        yield f"  IN SHADOW: {reason}"
    first = policy.rules[0]
    for word, said in (("says", first.message), ("why", first.explanation), ("better", first.suggestion)):
        yield f"  {word}: {' '.join(said.split()) or '-'}"
    for rule in policy.rules:
        yield from _rule(rule)
    for exception in policy.exceptions:
        yield f"  exception: {exception.reason}, approved by {exception.approved_by}, until {exception.expires}"
    for name, examples in (("found", policy.examples.found), ("passed", policy.examples.passed)):
        yield f"  {name}: " + "; ".join(f"“{' '.join(each.reply.split())}”" for each in examples[:3])
    missed, wrong = policy.examples.known_missed, policy.examples.known_false
    yield f"  known: {len(missed)} missed, {len(wrong)} found wrongly"


def _rule(rule: Rule) -> Iterator[str]:
    yield f"  rule {rule.name} ({rule.kind}, {rule.language}): {rule.severity.value}, {rule.points:g} points"
    for matcher in rule.check.matchers[:6]:
        yield f"      {matcher.written}"
    if len(rule.check.matchers) > 6:
        yield f"      and {len(rule.check.matchers) - 6} more"
    if rule.when:
        yield f"      runs when {' and '.join(in_words(condition) for condition in rule.when)}"
    if rule.unless:
        yield f"      finds nothing where {any_in_words(rule.unless)}"
    if rule.none:
        more = f" and {len(rule.none) - 6} more" if len(rule.none) > 6 else ""
        yield f"      nor beside {', '.join(f'“{matcher.written.strip()}”' for matcher in rule.none[:6])}{more}"
    for escalation in rule.escalate:
        yield f"      graver: {escalation_in_words(escalation)}"
    for ease in rule.ease:
        yield f"      lighter: {ease_in_words(ease)}"
