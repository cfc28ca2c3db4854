# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo prints: a table that grows while mails are sent, and one of what became of those that were held."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from gateway.demo.play import Sent
from gateway.hold.hold import Hold
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
    """Mails so far: passed, noted or held, and which sentence was the reason."""
    table = Table(title=f"Outgoing support mail ({len(rows)} of {total})", title_justify="left", expand=True)
    table.add_column("mail", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("because of")
    for row in rows:
        table.add_row(row.mail.name, _outcome(row), _reasons(row.hold or row.note))
    return table


def _outcome(row: Sent) -> Text:
    if row.hold is not None:
        return Text("held", "bold red")
    return Text("passed, with a note", "yellow") if row.note is not None else Text("passed", "green")


def _reasons(hold: Hold | None) -> Text:
    text = Text()
    for finding in _weighty(hold.verdict.findings) if hold is not None else []:
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
