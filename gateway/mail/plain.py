# SPDX-License-Identifier: GPL-3.0-or-later
"""text/plain to lines: quotation marks, format=flowed, what is invisible (RFC 2046 4.1, RFC 3676)."""

from __future__ import annotations

import re
from itertools import accumulate

from gateway.mail.lines import Lines, Rendered

# Marks as mail programs write them: ">", ">>", "> >", at most one space before each.
_MARKS = re.compile(r"(?: ?>)+ ?")
_FLOWED_MARKS = re.compile(r">*")
# Characters that nobody sees and that would tear words apart: zero width space, word joiner, BOM, soft hyphen.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]+")
_DEEPEST = 255
LINK = re.compile(r"https?://[^\s<>\"]{1,2000}")


def visible(text: str) -> str:
    """`text` without the characters that have no width and no meaning between letters."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def render(text: str) -> Rendered:
    """The lines of a text/plain part, whose newlines are LF."""
    shown = visible(text).rstrip()
    raw = shown.split("\n")
    starts = list(accumulate([len(line) + 1 for line in raw], initial=0))
    starts.pop()
    depths = bytes(len(raw))
    if ">" in shown:
        raw, depths = _unmarked(raw, starts)
    return Rendered(shown, Lines([line.rstrip() for line in raw], starts, depths, bytes(len(raw))))


def _unmarked(raw: list[str], starts: list[int]) -> tuple[list[str], bytes]:
    """The lines without their marks of quotation, and how many each had; `starts` move behind the marks."""
    texts = raw.copy()
    depths = bytearray(len(raw))
    for number, line in enumerate(raw):
        if line[:1] != ">" and line[:2] != " >":
            continue
        match = _MARKS.match(line)
        if match is not None and not _is_prompt(line):
            width = match.end()
            texts[number] = line[width:]
            starts[number] += width
            depths[number] = min(line.count(">", 0, width), _DEEPEST)
    return texts, bytes(depths)


def _is_prompt(raw: str) -> bool:
    """Python's prompt, an mbox-escaped From, and the end of an address that was wrapped look like quotation marks."""
    return (raw.startswith((">>> ", ">From ")) and not raw.startswith(">>> >")) or raw.rstrip() == ">:"


def unflow(text: str, delsp: str) -> str:
    """A format=flowed text with its paragraphs joined and its space-stuffing undone (RFC 3676 4.1 to 4.5).

    Args:
        text: with newlines as LF.
        delsp: value of the parameter DelSp; "yes" drops the space of a soft break.
    """
    drop_space = delsp.lower() == "yes"
    result: list[str] = []
    open_depth = -1
    for raw in text.split("\n"):
        depth = _FLOWED_MARKS.match(raw).end()  # type: ignore[union-attr] # the pattern matches everywhere
        line = raw[depth:].removeprefix(" ")
        if open_depth == depth and line != "-- ":
            result[-1] += line
        else:
            result.append(f"{'>' * depth} {line}" if depth else line)
        flowing = line.endswith(" ") and line != "-- "
        open_depth = depth if flowing else -1
        if flowing and drop_space:
            result[-1] = result[-1][:-1]
    return "\n".join(result)
