# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML to lines: what a person would see, and what the markup tells about quotations and signatures.

lxml's event parser (libxml2) reads the markup and this module listens. It was chosen by measurement over selectolax
(lexbor), which builds a tree that has to be walked: for 10 to 90 kB of mail both take about the same, 0.3 to 2.1 ms
here against 0.3 to 3.6 ms, but markup made for the purpose costs lexbor quadratic time or memory (80,000 nested list
items 18 s, 1,000 open font elements before 4,000 paragraphs 1.5 GB), and no code of ours could interrupt it.
libxml2 needed under 0.15 s for each of twenty such attacks but one, end tags without a start inside deep nesting;
feeding in pieces and giving up at a depth that no mail has bounds that one.

Nothing is fetched, nothing is executed, entities are HTML's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from gateway.mail.elements import APART, BREAK, END_MARKS, LINE, LINK, MARKS, SETTING, SPECIAL, UNSEEN, Effect, effect
from gateway.mail.flow import Setting, Writer
from gateway.mail.lines import Hint, Rendered
from gateway.mail.plain import visible

_CHUNK = 65_536
_DEEPEST = 255
_NO_MARKS = dict.fromkeys(map(ord, (LINE, BREAK, APART, LINK, SETTING)), " ")
_ALL_THAT_FOLLOWS = frozenset({Hint.CUT, Hint.QUOTED})


class _Reader:
    """Listens to the parser, and gathers text and marks. One object a part, used once.

    Elements without an effect on lines (most are `span`, `font`, `b`) cost a count of the level, so that the end of
    those with one is recognised.
    """

    def __init__(self) -> None:
        self.level = 0
        self.pieces: list[str] = []
        self.settings = [Setting()]
        self.targets: list[str] = []
        self._gather = self.pieces.append
        self._unseen = 0
        # Of open elements that change the setting: at which level, and what to restore behind them.
        self._open: list[tuple[int, Setting]] = []
        self._innermost = 0
        self._numbers: list[int] = []
        # Mail repeats a few tags with the same attributes all over.
        self._effects: dict[tuple[object, ...], Effect | None] = {}

    # --- what lxml calls --------------------------------------------------------------------------------------

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.level += 1
        if self._unseen:
            return
        mark = MARKS.get(tag)
        if mark is not None:
            self._gather(mark)
        found = None
        if attributes:
            key = (tag, *attributes.items())
            found = self._effects[key] if key in self._effects else self._effect(key, attributes)
            if found is not None:
                if found.hidden:
                    self._unseen = self.level
                    return
                if found.hint and self.settings[-1].hint not in _ALL_THAT_FOLLOWS:
                    now = self.settings[-1]
                    cut = Hint.CUT if found.hint == Hint.CUT else Hint.NONE
                    self._enter(Setting(now.depth, found.hint, now.preformatted, cut))
        if tag in SPECIAL:
            self._special(tag, attributes, found)

    def end(self, tag: str) -> None:
        level = self.level
        self.level = level - 1
        if self._unseen:
            if self._unseen == level:
                self._unseen = 0
            return
        if self._innermost == level and self._open:
            self._set(self._open.pop()[1])
            self._innermost = self._open[-1][0] if self._open else 0
        mark = END_MARKS.get(tag)
        if mark is not None:
            self._gather(mark)

    def data(self, text: str) -> None:
        if not self._unseen:
            self._gather(text)

    def close(self) -> None:
        """All was heard."""

    # --- elements that matter ---------------------------------------------------------------------------------

    def _effect(self, key: tuple[Any, ...], attributes: Mapping[str, str]) -> Effect | None:
        found = self._effects[key] = effect(key[0], attributes)
        return found

    def _special(self, tag: str, attributes: Mapping[str, str], found: Effect | None) -> None:
        if tag in UNSEEN:
            self._unseen = self.level
        elif tag == "p":
            self._gather(LINE if found is not None and found.tight else APART)
        elif tag == "li":
            self._bullet()
        elif tag in {"ul", "ol"}:
            self._numbers.append(1 if tag == "ol" else 0)
        elif tag == "img":
            self._picture(attributes.get("alt", ""))
        elif tag == "a":
            self._link(attributes.get("href", ""))
        else:
            self._set_apart(tag, found)

    def _set_apart(self, tag: str, found: Effect | None) -> None:
        """Elements that set their lines apart from others: blockquote, pre, hr."""
        now = self.settings[-1]
        if tag == "pre":
            self._enter(Setting(now.depth, now.hint, preformatted=True))
        elif tag == "hr":
            self._set(now._replace(mark=Hint.RULE))
        elif found is None or not found.indents:
            hint = Hint.NONE if now.hint == Hint.CONTAINER else now.hint
            self._enter(Setting(min(now.depth + 1, _DEEPEST), hint, now.preformatted))

    def _enter(self, setting: Setting) -> None:
        """The element just opened changes the setting, up to its end."""
        if self._innermost != self.level:
            now = self.settings[-1]
            self._open.append((self.level, now._replace(mark=Hint.NONE) if now.mark else now))
            self._innermost = self.level
        self._set(setting)

    def _set(self, setting: Setting) -> None:
        self.settings.append(setting)
        self._gather(SETTING)

    def _link(self, target: str) -> None:
        if target.startswith(("http", "mailto:", "tel:")):
            self.targets.append(target)
            self._gather(LINK)

    def _picture(self, instead: str) -> None:
        """Of pictures only emoji are text."""
        if instead and len(instead) <= 4 and not instead.isascii():
            self._gather(instead)

    def _bullet(self) -> None:
        number = self._numbers[-1] if self._numbers else 0
        if number:
            self._numbers[-1] += 1
        self._gather(f"{LINE}{number}. " if number else f"{LINE}- ")


def render(markup: str, text_limit: int, depth_limit: int) -> Rendered:
    """The lines that a person would see of an HTML part. Never raises.

    Args:
        markup: the HTML.
        text_limit: characters of text that are kept.
        depth_limit: how deep elements may nest; what follows is not read.
    """
    if any(mark in markup for mark in (LINE, BREAK, APART, LINK, SETTING)):
        markup = markup.translate(_NO_MARKS)
    reader = _Reader()
    parser = etree.HTMLParser(target=reader, huge_tree=True)
    complete = True
    try:
        for at in range(0, len(markup), _CHUNK):
            if reader.level > depth_limit:
                complete = False
                break
            parser.feed(markup[at : at + _CHUNK])
        parser.close()
    except etree.LxmlError:
        complete = False
    writer = Writer(reader.targets, text_limit)
    for run, setting in zip(visible("".join(reader.pieces)).split(SETTING), reader.settings, strict=False):
        writer.run(run, setting)
    rendered = writer.rendered()
    return rendered if complete else rendered._replace(complete=False)
