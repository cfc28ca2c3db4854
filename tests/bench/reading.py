# SPDX-License-Identifier: GPL-3.0-or-later
"""How long reading takes, beside the standard library's `email` and three splitters, in one run.

Run as ``python -m tests.bench.reading``. Times are CPU milliseconds a message: the median, and the
least, of many runs. The libraries split text only: theirs are with `email` to get at it.
"""

from __future__ import annotations

import email
import time
from collections.abc import Callable

import quotequail
from email_reply_parser import EmailReplyParser
from mailparser_reply import EmailReplyParser as ManyLanguagesParser

from gateway.mail.read import read
from tests.bench import reading_mails

_BUDGET = 3.0
_SPLITTERS = ("mail-parser-reply", "quotequail", "email-reply-parser")
_MAILS = (
    (reading_mails.plain_2k, 0.2),
    (reading_mails.alternatives_20k, 1.2),
    (reading_mails.html_200k, 15.0),
)


def stdlib(content: bytes) -> str:
    """`email` alone: parsed, text parts decoded."""
    texts = [
        (part.get_payload(decode=True) or b"").decode("utf-8", "replace")  # type: ignore[union-attr] # not decoded yet
        for part in email.message_from_bytes(content).walk()
        if part.get_content_maintype() == "text"
    ]
    return texts[0]


def measured(call: Callable[[], object]) -> tuple[float, float]:
    """Median and least CPU milliseconds of a call."""
    call()
    times: list[float] = []
    until = time.monotonic() + _BUDGET
    while time.monotonic() < until and len(times) < 3000:
        begun = time.process_time()
        call()
        times.append((time.process_time() - begun) * 1000)
    times.sort()
    return times[len(times) // 2], times[0]


def table() -> str:
    """All figures in Markdown."""
    heads = ("mail", "octets", "target", "Bedside", "`email`", *_SPLITTERS)
    rows = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    many = ManyLanguagesParser(languages=["en"])
    for make, target in _MAILS:
        content = make()
        calls: list[Callable[[], object]] = [
            lambda content=content: read(content),  # type: ignore[misc] # bound now, on purpose
            lambda content=content: stdlib(content),  # type: ignore[misc]
            lambda content=content: many.parse_reply(text=stdlib(content)),  # type: ignore[misc]
            lambda content=content: list(quotequail.quote(stdlib(content))),  # type: ignore[misc]
            lambda content=content: EmailReplyParser.parse_reply(stdlib(content)),  # type: ignore[misc]
        ]
        cells = [f"{median:.2f} ({least:.2f})" for median, least in map(measured, calls)]
        rows.append(f"| `{make.__name__}` | {len(content)} | {target} | {' | '.join(cells)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())  # noqa: T201 - a table for a person
