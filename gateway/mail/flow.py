# SPDX-License-Identifier: GPL-3.0-or-later
"""Text and the marks between it, as gathered from HTML, to lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gateway.mail.elements import APART, BREAK, LINE, LINK
from gateway.mail.lines import Hint, Lines, Rendered

_RUN = re.compile("([^\x1d-\x1f]*)([\x1d-\x1f]?)")
_NEWLINES = {ord(mark): "\n" for mark in (LINE, BREAK, APART)}
_MARKING = frozenset({Hint.CUT, Hint.RULE})  # a line with one of these says something without a text


class Setting(NamedTuple):
    """What holds for a run of text.

    Attributes:
        depth: how many levels of quotation it stands in.
        hint: what the markup says of its lines.
        preformatted: white space in it is text.
        mark: Hint.RULE or Hint.CUT for a line of its own that marks something above the run; else Hint.NONE.
    """

    depth: int = 0
    hint: int = Hint.NONE
    preformatted: bool = False
    mark: int = Hint.NONE


class Writer:
    """Makes lines of what was gathered."""

    def __init__(self, targets: Sequence[str], text_limit: int) -> None:
        self._targets = targets
        self._links: list[tuple[int, str]] = []
        self._left = text_limit
        self._texts: list[str] = []
        self._starts: list[int] = []
        self._depths = bytearray()
        self._hints = bytearray()
        self._at = 0
        self._apart = False

    def run(self, run: str, setting: Setting) -> None:
        """The lines of one run of text."""
        if setting.mark:
            self._write("", setting.depth, setting.mark)
        if not run:
            return
        if setting.preformatted:
            for line in run.replace(LINK, "").translate(_NEWLINES).strip("\n").split("\n"):
                self._write(line.rstrip(), setting.depth, setting.hint)
        else:
            self._folded(run, setting.depth, setting.hint)

    def _folded(self, run: str, depth: int, hint: int) -> None:
        """The lines of a run in which white space is only white space."""
        for text, mark in _RUN.findall(run):
            words = text.split()
            if words:
                if LINK in text:
                    words = self._note_links(text)
                if words:
                    self._write(" ".join(words), depth, hint)
            elif mark == BREAK:
                self._write("", depth, hint)
            if mark == APART:
                self._apart = True

    def _write(self, text: str, depth: int, hint: int) -> None:
        """One line; a white one only below a line with text, or where it marks something."""
        below_text = self._texts and self._texts[-1]
        if self._apart:
            self._apart = False
            if text and below_text:
                self._write("", depth, Hint.NONE if hint == Hint.CUT else hint)
        if not (text or below_text or hint in _MARKING):
            return
        size = len(text) + 1
        if self._left > 0:
            self._texts.append(text)
            self._starts.append(self._at)
            self._depths.append(depth)
            self._hints.append(hint)
            self._at += size
        self._left -= size

    def _note_links(self, text: str) -> list[str]:
        """The words of a text whose links begin in the line that comes next."""
        for _ in range(min(text.count(LINK), len(self._targets) - len(self._links))):
            self._links.append((self._at, self._targets[len(self._links)]))
        return text.replace(LINK, "").split()

    def rendered(self) -> Rendered:
        """All that was written."""
        lines = Lines(self._texts, self._starts, bytes(self._depths), bytes(self._hints))
        return Rendered("\n".join(self._texts), lines, tuple(self._links), self._left > 0)
