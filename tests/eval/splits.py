# SPDX-License-Identifier: GPL-3.0-or-later
"""How well replies are split: our reader beside three libraries, on other projects' fixtures (`split_cases`).

Text libraries get HTML as our own renderer shows it, with ``>`` before quoted lines, so that the splitting alone is
compared. Run as ``python -m tests.eval.splits``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import quotequail
from email_reply_parser import EmailReplyParser
from mailparser_reply import EmailReplyParser as ManyLanguagesParser

from tests.eval.split_cases import Case, cases, failures, ours, plain_of, score

_LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "ja", "cs", "ko", "zh"]

# --- the splitters --------------------------------------------------------------------------------------------------


def mail_parser_reply(case: Case) -> str:
    """mail-parser-reply, with all the languages of its own tests."""
    parser = ManyLanguagesParser(languages=_LANGUAGES)
    return parser.parse_reply(text=case.text) or ""


def email_reply_parser(case: Case) -> str:
    """email-reply-parser."""
    return EmailReplyParser.parse_reply(case.text) or ""


def quotequail_reply(case: Case) -> str:
    """quotequail: of HTML its quote_html, else its quote. It keeps the attribution by design, which is forgiven."""
    if case.content.startswith(b"Content-Type: text/html"):
        kept = plain_of("".join(piece for shown, piece in quotequail.quote_html(case.markup) if shown))
    else:
        kept = "\n".join(piece for shown, piece in quotequail.quote(case.text, limit=100_000) if shown)
    lines = kept.rstrip().split("\n")
    while len(lines) > 1 and lines[-1].rstrip(" -*>_\r").endswith((":", "wrote", "Original Message", "message")):
        lines.pop()
    return "\n".join(lines)


SPLITTERS: dict[str, Callable[[Case], str]] = {
    "Bedside": ours,
    "mail-parser-reply": mail_parser_reply,
    "quotequail": quotequail_reply,
    "email-reply-parser": email_reply_parser,
}


def table() -> str:
    """The scores of all splitters by source, in Markdown."""
    found = list(cases())
    sources = sorted({case.source for case in found})
    rows = [
        "| splitter | " + " | ".join(f"{name} ({_count(found, name)})" for name in sources) + " | all | reply lost |",
        "| --- |" + " --- |" * (len(sources) + 2),
    ]
    for name, splitter in SPLITTERS.items():
        scores = {case.name: score(case, splitter(case)) for case in found}
        cells = [str(sum(scores[case.name].right for case in found if case.source == source)) for source in sources]
        right = sum(one.right for one in scores.values())
        lost = sum(one.lost for one in scores.values())
        rows.append(f"| {name} | {' | '.join(cells)} | {right} of {len(found)}, {right / len(found):.1%} | {lost} |")
    return "\n".join(rows)


def _count(found: Iterable[Case], source: str) -> int:
    return sum(case.source == source for case in found)


if __name__ == "__main__":
    print(table())  # noqa: T201 - a table for a person
    print("\n".join(failures()))  # noqa: T201
