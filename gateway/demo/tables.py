# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo prints: a table that grows while mails are sent, and one of what became of those that were held."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from gateway.demo.play import Sent
from gateway.policy.finding import Finding, Mode


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that the demo set out to show.

    Attributes:
        what: in words.
        happened: what came of it.
        good: whether it is what should have come of it.
    """

    what: str
    happened: str
    good: bool


def sent_table(rows: list[Sent], total: int) -> Table:
    """Mails so far: passed or held, and which sentence was the reason."""
    table = Table(title=f"Outgoing support mail ({len(rows)} of {total})", title_justify="left", expand=True)
    table.add_column("mail", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("because of")
    for row in rows:
        outcome = Text("held", "bold red") if row.hold else Text("passed", "green")
        table.add_row(row.mail.name, outcome, _reasons(row))
    return table


def _reasons(row: Sent) -> Text:
    text = Text()
    if row.hold is None:
        return text
    for finding in _weighty(row.hold.verdict.findings):
        if text:
            text.append("\n")
        text.append(f"“{' '.join(finding.excerpt.split())}” " if finding.excerpt else "")
        text.append(finding.message.split("“")[0].rstrip(" :") if finding.excerpt else finding.message, "dim")
    return text


def _weighty(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.counted and finding.mode is not Mode.SHADOW]


def shown_table(rows: list[Shown]) -> Table:
    """What was set out to be shown, and whether it happened."""
    table = Table(title="What became of them", title_justify="left", expand=True)
    table.add_column("")
    table.add_column("the reviewer …")
    table.add_column("and then")
    for row in rows:
        mark = Text("✔", "bold green") if row.good else Text("✘", "bold red")
        table.add_row(mark, row.what, row.happened)
    return table
