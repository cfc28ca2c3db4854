# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside read`: how a message is understood, before any rule looks at it."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.exits import Exit
from gateway.cli.mail_files import CannotRead, messages
from gateway.mail.read import read as understand
from gateway.mail.reply import Reply
from gateway.mail.state import customer_state


class Format(StrEnum):
    """How to print."""

    JSON = "json"
    TEXT = "text"


_LEVELS = ("neutral", "a fault", "harm", "upset")
# Nothing in a message may steer the terminal.
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")


def read(
    files: Annotated[
        list[Path], typer.Argument(help=".eml, mbox, Maildir, a folder of these, or - for standard input.")
    ],
    output: Annotated[
        Format, typer.Option("--format", help="json: one object a line, as read.schema.json says. text: for people.")
    ] = Format.TEXT,
) -> None:
    """Show how each message is understood: what its author wrote, what is quoted, and how the customer is."""
    try:
        for found in messages(files):
            reply = understand(found.content)
            if output is Format.JSON:
                typer.echo(json.dumps(as_object(found.id, reply), ensure_ascii=False))
            else:
                typer.echo(as_text(found.id, reply).translate(_CONTROLS))
    except CannotRead as error:
        typer.echo(f"bedside read: {error}", err=True)
        raise typer.Exit(Exit.INPUT) from None


def as_object(identifier: str, reply: Reply) -> dict[str, Any]:
    """A reply as `gateway/mail/contracts/read.schema.json` describes it."""
    return {
        "id": identifier,
        "subject": reply.subject,
        "authored": reply.authored,
        "quoted": reply.quoted,
        "signature": reply.signature,
        "boilerplate": reply.boilerplate,
        "sentences": [
            {"text": sentence.text, "start": sentence.start, "end": sentence.end, "kind": sentence.kind.value}
            for sentence in reply.sentences
        ],
        "confidence": reply.confidence,
        "state": reply.state.value,
    }


def as_text(identifier: str, reply: Reply) -> str:
    """A reply for a person: what it is, each sentence with its kind, and the rest in short."""
    facts = [reply.state.value, reply.language or "language unclear", f"split {reply.confidence:.0%} sure"]
    lines = [f"{identifier}: {reply.subject or '(no subject)'}", f"  {', '.join(facts)}"]
    lines += [f"  {sentence.kind.value:<8}  {sentence.text}" for sentence in reply.sentences]
    for name in ("quoted", "signature", "boilerplate"):
        text: str = getattr(reply, name)
        if text:
            lines.append(f"  [{name}, {text.count(chr(10)) + 1} lines]  {_short(text)}")
    lines.append(f"  {_customer(reply.customer)}")
    return "\n".join(lines) + "\n"


def _customer(words: str | None) -> str:
    if words is None:
        return "The customer's words are not quoted."
    state = customer_state(words)
    if state.level is None:
        return f"Customer: state unknown.  {_short(words)}"
    ours = ", says it is our doing" if state.our_failure else ""
    shown = "; ".join(f"“{piece}”" for piece in state.evidence[:3])
    return f"Customer: level {state.level} ({_LEVELS[state.level]}){ours}.  {shown or _short(words)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else line[:69] + "…"
