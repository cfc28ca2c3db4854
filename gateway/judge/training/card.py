# SPDX-License-Identifier: GPL-3.0-or-later
"""The model card: what the model is, what it learned from, what it can do, and what it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.judge.families import WORDS
from gateway.judge.training.evaluate import as_markdown

_USE = """## What it is for
Replies of support agents in English, before they go out. For each sentence it says how likely it is to deserve a
second look, and of which of eleven families; for the reply, whether it lacks an acknowledgement or a next step; for the
customer's message, how upset they are and whether they report a failure of ours. A probability is meant for mail in
which one reply in twenty deserves that look.

It is not for judging people, not for ranking agents, not for other languages (they get no verdict), and it decides
nothing by itself: rules with thresholds, modes and exceptions do.

## What it does not see
- It reads 320 tokens at a time and 24 such windows; the customer's message only as far as 112 tokens.
- It is far surer that something is wrong with a sentence than of which family it is.
- Without the customer's message it says nothing about absences.
- Odd lines put below a short reply, markup or words to whoever reads it, make all of it less suspect than it is. It
  was taught with such lines that they mean nothing, and that is not enough: two of seven plainly faulty replies were
  no longer noted with a sentence to the reviewer below them, four of seven with the model's own markup.
- Chats, mail of one or two words, and irony without a marked word are weak spots. Trades and countries that its authors
  did not write about will be judged worse than these figures say."""


def _beginning(plan: Mapping[str, Any]) -> list[str]:
    """What it began as, if that was an earlier judge."""
    if not plan.get("further"):
        return []
    others = ", ".join(plan["fresh"])
    return [
        f"- It goes on from the judge {plan['further']}, which an earlier commit ships, and which learned in three",
        f"  epochs from all but {others}; {100 * plan['again']:.0f} % of those rows, drawn by the seed, were gone over",
        f"  again. Its weights are {100 * plan['share']:.0f} % of the way from the earlier ones to the new, which",
        "  forgets less; of 50, 70 and 100 % the best on half of the rows to choose on. About a third of the",
        "  time a row came with harmless changes. The earlier judge was taught by a script over the same modules:",
        "  only the step from it to this one can be repeated by `bedside judge train`.",
        "",
    ]


def card(facts: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    """Markdown, from `judge.json` and the figures that `bedside judge eval` kept beside it.

    Args:
        facts: the content of `judge.json`.
        figures: for each set of rows, its report.
    """
    rows = facts["rows"]
    plan = ", ".join(f"{name} {value}" for name, value in facts["plan"].items() if value not in ("", []))
    lines = [
        f"# The judge, {facts['digest']}",
        "",
        "A sentence encoder (all-MiniLM-L6-v2, Apache-2.0, 22 million parameters) taught further, with a linear head",
        "for each thing asked; weights of eight bits, for onnxruntime on a processor. It opens no connection.",
        "",
        _USE,
        "",
        "## What it learned from",
        f"- {rows['work']} replies written for this project by authors of `policies/corpus` (side *work*).",
        f"- {rows['real']} rows of real public text, read and labelled one by one: answers on technical mailing lists,",
        "  brands' public answers, comments on issues, questions and answers. They are not part of this project.",
        f"- Calibrated, and thresholds set, on {rows['choose']} replies by other authors and {rows['real_choose']}",
        "  other real rows. Sealed authors and rows took no part.",
        *_beginning(facts["plan"]),
        f"Model {facts['model_sha256'][:16]}, data {facts['data_sha256'][:16]}, code {facts['code_sha256'][:16]}.",
        f"Plan: {plan}.",
        "",
        "## Families and thresholds",
        "| family | a reply of it | note from | hold from |",
        "| --- | --- | --- | --- |",
    ]
    for family, words in WORDS.items():
        note, hold = (facts["thresholds"][what][family] for what in ("note", "hold"))
        lines.append(f"| {family} | {words} | {note:g} | {f'{hold:g}' if hold <= 1 else 'never alone'} |")
    for title, report in figures.items():
        lines += ["", f"## Figures: {title}", *as_markdown(dict(report))]
    return "\n".join(lines) + "\n"
