# SPDX-License-Identifier: GPL-3.0-or-later
"""What several tests of policies build on: policy files as text, and replies."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent, indent

from gateway.mail.read import from_text
from gateway.mail.reply import Reply
from gateway.policy.context import Context
from gateway.policy.evaluate import evaluate
from gateway.policy.load import Loaded, load
from gateway.policy.policies import Policies
from gateway.policy.sighting import Sighting
from gateway.policy.source import SourceFile

EXAMPLES = 'examples: {found: ["Sample, sample."], passed: ["Another."]}\n'

WORDS = SourceFile(
    "words/people.yaml",
    """\
language: en
classes:
  customer: [you, your side]
  us: [we, I, our team]
  avoided: ["could have been [avoided|prevented]"]
""",
)
APOLOGY = SourceFile(
    "acts/apology.yaml",
    """\
act: apology
rules:
  - phrases: [sorry, apologise]
none: [sorry to bother]
examples: {found: ["I am sorry."], passed: ["Thanks."]}
""",
)
OWNERSHIP = SourceFile(
    "acts/ownership.yaml",
    """\
act: ownership
rules:
  - phrases: ["that is on us", "our mistake"]
examples: {found: ["That's on us."], passed: ["Thanks."]}
""",
)
NEXT_STEP = SourceFile(
    "acts/next-step.yaml",
    """\
act: next-step
rules:
  - phrases: ["<us> will"]
  - links: true
examples: {found: ["I'll look."], passed: ["Thanks."]}
""",
)
SHARED = (WORDS, APOLOGY, OWNERSHIP, NEXT_STEP)


def policy(body: str, id: str = "blame/sample") -> SourceFile:  # noqa: A002 - the key of the file
    """A policy file with what every policy needs, and `body` on top of it."""
    text = f"id: {id}\ntitle: A sample\nmessage: Found “{{excerpt}}”.\n{EXAMPLES}{dedent(body)}"
    return SourceFile(f"{id}.yaml", text)


def phrases(*texts: str) -> str:
    """The rules of a policy that looks for these."""
    return "rules:\n" + indent("- name: words\n  phrases:\n" + "".join(f"    - '{each}'\n" for each in texts), "  ")


def loaded(*files: SourceFile) -> Loaded:
    """These files and the shared ones; examples are made to gate nothing."""
    result = load([*SHARED, *files])
    return replace(result, policies=replace(result.policies, failing={}))


def policies(*files: SourceFile) -> Policies:
    """The policies of these files, which must all be good."""
    result = loaded(*files)
    assert [problem for problem in result.problems if problem.fatal] == []
    return result.policies


def see(files: Policies, text: str | Reply, context: Context | None = None) -> tuple[Sighting, ...]:
    """Everything seen in a reply, dismissed or not."""
    reply = from_text(text, None) if isinstance(text, str) else text
    return evaluate(files, reply, context or Context())


def excerpts(files: Policies, text: str | Reply, context: Context | None = None) -> list[str]:
    """The excerpts of what was found."""
    return [seen.place.excerpt for seen in see(files, text, context) if seen.dismissed is None]
