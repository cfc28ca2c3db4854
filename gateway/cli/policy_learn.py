# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy learn`: what reviewers released as fine, proposed to the lead as known false examples.

Nothing gates but what the lead writes: a proposal is a diff, and known false examples gate nothing. Names, numbers
and addresses are taken out of the sentence first, since a policy folder is no place for a customer's words.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from difflib import unified_diff
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from gateway.cli.exits import Exit
from gateway.hold.hold import Decision, Hold, HoldState
from gateway.mail.read import read
from gateway.ports import Unavailable
from gateway.service.build_ledger import opening
from gateway.service.read_settings import BadSettings, read_settings
from gateway.service.settings import Settings

_MOST = 100_000
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?:(?<=[a-z,] )[A-Z][a-zäöüéèß]+\b|^[A-Z][a-zäöüéèß]+(?=,))")

Marked = tuple[str, str]
"""A policy id and a redacted sentence."""


def learn(
    config: Annotated[Path, typer.Option(help="Settings file: which ledger, and which folder of policies.")],
    write: Annotated[bool, typer.Option("--write", help="Write the proposals into the files; comments stay.")] = False,
) -> None:
    """Propose what reviewers released as fine as known false examples, as a diff of the organisation's policies."""
    try:
        settings = read_settings(config)
        marked = asyncio.run(_marked(settings))
    except (BadSettings, LookupError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.CONFIG) from None
    except Unavailable as error:
        typer.echo(f"bedside policy learn: {str(error).splitlines()[0]}", err=True)
        raise typer.Exit(Exit.UNAVAILABLE) from None
    folder = settings.policies.folder
    if folder is None:
        typer.echo("bedside policy learn: the policies are those that ship; first: bedside policy init DIR", err=True)
        raise typer.Exit(Exit.CONFIG)
    proposals = dict(proposed(folder, marked))
    for path, (before, after) in proposals.items():
        lines = (before.splitlines(keepends=True), after.splitlines(keepends=True))
        typer.echo("".join(unified_diff(*lines, str(path), str(path))), nl=False)
        if write:
            path.write_text(after, encoding="utf-8")
    typer.echo(f"{len(proposals)} file(s) {'changed' if write else 'would change; --write does it'}.")


def proposed(folder: Path, marked: Sequence[Marked]) -> Iterator[tuple[Path, tuple[str, str]]]:
    """Files of the folder that would change: as they are, and as they would be."""
    for policy_id in dict.fromkeys(policy for policy, _ in marked):
        path = folder / f"{policy_id}.yaml"
        if path.exists():
            before = path.read_text(encoding="utf-8")
            after = with_known_false(before, [sentence for policy, sentence in marked if policy == policy_id])
            if after != before:
                yield path, (before, after)


async def _marked(settings: Settings) -> list[Marked]:
    """What was marked as wrong, and can still be read."""
    found: list[Marked] = []
    async with opening(settings.ledger) as ledger:
        for hold in await ledger.listed(tuple(HoldState), _MOST):
            if hold.decision is Decision.RELEASE_AS_FINE:
                with suppress(LookupError):  # its octets are purged
                    found += sentences(hold, await ledger.content(hold.id))
    return found


def sentences(hold: Hold, content: bytes) -> list[Marked]:
    """The sentences that the findings of a hold are about, redacted."""
    reply = read(content)
    return [
        (finding.policy, redacted(reply.sentences[finding.sentence].text))
        for finding in hold.verdict.findings
        if finding.counted and finding.sentence is not None and finding.sentence < len(reply.sentences)
    ]


def redacted(sentence: str) -> str:
    """A sentence without addresses, numbers and names."""
    without = _NUMBER.sub("0", _ADDRESS.sub("someone@example.org", sentence))
    return _NAME.sub("Alex", without)


def with_known_false(text: str, found: Iterable[str]) -> str:
    """A policy file with these sentences among its known false examples; everything else, comments too, stays."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    tree = yaml.load(text)
    examples = tree["examples"]
    known = examples.get("known_false")
    if not isinstance(known, CommentedSeq):
        known = CommentedSeq()
    have = {each["reply"] if isinstance(each, CommentedMap) else each for each in known}
    new = [sentence for sentence in dict.fromkeys(found) if sentence not in have]
    if not new:
        return text
    known.extend(new)
    examples["known_false"] = known
    out = StringIO()
    yaml.dump(tree, out)
    return out.getvalue()
