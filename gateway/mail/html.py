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

import re
from collections.abc import Mapping

from lxml import etree

from gateway.mail.line import Hint, Line, Rendered
from gateway.mail.plain import visible

_CHUNK = 65_536

# While text is gathered, these stand for breaks in it; in the text itself the same characters are only white space.
_LINE, _BREAK, _APART, _LINK = "\x1e", "\x1f", "\x1d", "\x1c"
_RUN = re.compile("([^\x1d-\x1f]*)([\x1d-\x1f]?)")
_NO_MARKS = dict.fromkeys(map(ord, (_LINE, _BREAK, _APART, _LINK)), " ")
_NEWLINES = {ord(mark): "\n" for mark in (_LINE, _BREAK, _APART)}
_BLOCKS = (
    "address article aside body center dd details dir div dt fieldset figcaption figure footer form header hgroup"
    " legend main menu nav section summary tbody tfoot thead tr caption hr li pre"
)
_WITH_MARGIN = "h1 h2 h3 h4 h5 h6 dl table ul ol blockquote"
_NEVER_SEEN = (
    "head style script title template noframes iframe object embed applet svg math audio video canvas map select"
    " textarea datalist xml meta link base"
)
_END_MARKS = {
    **dict.fromkeys(_BLOCKS.split(), _LINE),
    **dict.fromkeys(_WITH_MARGIN.split(), _APART),
    "p": _LINE,
    "td": " ",
    "th": " ",
}
_MARKS = {tag: mark for tag, mark in _END_MARKS.items() if tag != "p"} | {"br": _BREAK}
_UNSEEN = frozenset(_NEVER_SEEN.split())
_SPECIAL = _UNSEEN | {"blockquote", "p", "li", "pre", "img", "hr", "ul", "ol"}
_ALL_THAT_FOLLOWS = frozenset({Hint.CUT, Hint.QUOTED})
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:font-size|max-height|opacity)\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
_NO_MARGIN = re.compile(r"margin(?:-top)?\s*:\s*0|margin-bottom\s*:\s*(?:0|\.0)", re.IGNORECASE)
# Gmail and Yahoo indent with a blockquote that is no quotation.
_INDENT_ONLY = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.IGNORECASE)

# What mail clients call the elements around what they quote and sign. Checked on class, id and name, lower case.
_NAMED = {
    # Gmail
    "gmail_attr": Hint.ATTRIBUTION,
    "gmail_quote": Hint.CONTAINER,
    "gmail_signature": Hint.SIGNATURE,
    "gmail_signature_prefix": Hint.SIGNATURE,
    # Outlook for the web, for phones, for the desktop; Hotmail
    "divrplyfwdmsg": Hint.CUT,
    "appendonsend": Hint.CUT,
    "mail-editor-reference-message-container": Hint.CUT,
    "ms-outlook-mobile-reference-message": Hint.CUT,
    "x_divrplyfwdmsg": Hint.CUT,
    "stopspelling": Hint.CUT,
    "olk_src_body_section": Hint.CUT,
    "signature": Hint.SIGNATURE,
    "ms-outlook-mobile-signature": Hint.SIGNATURE,
    "acompli_signature": Hint.SIGNATURE,
    # Thunderbird
    "moz-cite-prefix": Hint.ATTRIBUTION,
    "moz-forward-container": Hint.QUOTED,
    "moz-signature": Hint.SIGNATURE,
    # Apple Mail, iOS
    "applemailsignature": Hint.SIGNATURE,
    # Yahoo, AOL
    "yahoo_quoted": Hint.QUOTED,
    "yahoo-signature": Hint.SIGNATURE,
    "aolreplacedbody": Hint.QUOTED,
    # ProtonMail, Tutanota, Zoho, Zimbra, GMX, Mail.ru, Yandex, Roundcube, Mailspring, Spark, HEY, Front, Missive
    "protonmail_quote": Hint.QUOTED,
    "protonmail_signature_block": Hint.SIGNATURE,
    "tutanota_quote": Hint.QUOTED,
    "zmail_extra": Hint.QUOTED,
    "zwchr": Hint.CUT,
    "reply-intro": Hint.ATTRIBUTION,
    "mailspring-quote": Hint.CONTAINER,
    "nylas-quote": Hint.CONTAINER,
    "bloop_markdown_quote": Hint.QUOTED,
    "front-blockquote": Hint.QUOTED,
    "front-signature": Hint.SIGNATURE,
    "missive_quote": Hint.QUOTED,
    "missive_signature": Hint.SIGNATURE,
    # help desks
    "freshdesk_quote": Hint.QUOTED,
    "zd_quote": Hint.QUOTED,
    "intercom-quote": Hint.QUOTED,
}
_NAMES = re.compile(r"[\w-]+")


class _Reader:
    """Listens to the parser and writes lines. One object a part, used once.

    Between two changes of quotation or hint, text and breaks are only gathered; `_flush` then makes lines of them.
    Elements without an effect on lines (most are `span`, `font`, `b`) cost a count of the level, so that the end of
    those with one is recognised.
    """

    def __init__(self, text_limit: int) -> None:
        self.lines: list[Line] = []
        self.links: list[tuple[int, str]] = []
        self.at = 0
        self.left = text_limit
        self.level = 0
        self.unseen = 0
        self.pre = 0
        self.depth = 0
        self.hint = Hint.NONE
        self.pieces: list[str] = []
        self.targets: list[str] = []
        self.apart = False
        # Of open elements that change more than a line: at which level, and what to restore behind them.
        self.open: list[tuple[int, int, Hint]] = []
        self.numbers: list[int] = []
        self.styles: dict[str, bool] = {}
        self.names: dict[str, Hint | None] = {}

    # --- what lxml calls --------------------------------------------------------------------------------------

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.level += 1
        if self.unseen:
            return
        mark = _MARKS.get(tag)
        if mark is not None:
            self.pieces.append(mark)
        if attributes:
            self._attributed(tag, attributes)
        if tag in _SPECIAL:
            self._open_special(tag, attributes)

    def end(self, tag: str) -> None:
        level = self.level
        self.level = level - 1
        if self.unseen:
            if self.unseen == level:
                self.unseen = 0
            return
        if self.open and self.open[-1][0] == level:
            self._close(tag)
        mark = _END_MARKS.get(tag)
        if mark is not None:
            self.pieces.append(mark)

    def data(self, text: str) -> None:
        if not self.unseen:
            self.pieces.append(text)

    def comment(self, text: str) -> None:
        """A comment is not seen."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Neither is a processing instruction."""

    def close(self) -> None:
        self._flush()

    # --- elements that matter ---------------------------------------------------------------------------------

    def _attributed(self, tag: str, attributes: Mapping[str, str]) -> None:
        style = attributes.get("style")
        if (style is not None or "hidden" in attributes) and self._hidden(style):
            self.unseen = self.level
            return
        if tag == "a":
            self._link(attributes.get("href", ""))
        elif (
            self.hint not in _ALL_THAT_FOLLOWS
            and (found := self._named(attributes))
            and not (tag == "blockquote" and found is Hint.CONTAINER)
        ):
            self._enter(found)

    def _open_special(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _UNSEEN:
            self.unseen = self.unseen or self.level
        elif tag == "p":
            self.pieces.append(_LINE if _tight(attributes) else _APART)
        elif tag == "li":
            self._bullet()
        elif tag in {"ul", "ol"}:
            self.numbers.append(1 if tag == "ol" else 0)
        elif tag == "img":
            self._picture(attributes.get("alt", ""))
        else:
            self._open_setting(tag, attributes)

    def _open_setting(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Elements that set their lines apart from others: blockquote, pre, hr."""
        if tag == "blockquote" and not _indents(attributes):
            self._enter(Hint.NONE if self.hint is Hint.CONTAINER else self.hint)
            self.depth += 1
        elif tag == "pre":
            self._enter(self.hint)
            self.pre += 1
        elif tag == "hr":
            self._flush()
            self._write("", Hint.RULE)

    def _close(self, tag: str) -> None:
        self._flush()
        _, self.depth, self.hint = self.open.pop()
        if tag == "pre":
            self.pre -= 1

    def _enter(self, hint: Hint) -> None:
        """The element just opened changes the hint, or the depth of quotation."""
        self._flush()
        if not self.open or self.open[-1][0] != self.level:
            self.open.append((self.level, self.depth, self.hint))
        self.hint = hint
        if hint is Hint.CUT:
            self._write("", Hint.CUT)

    def _link(self, target: str) -> None:
        if target.startswith(("http", "mailto:", "tel:")):
            self.targets.append(target)
            self.pieces.append(_LINK)

    def _picture(self, instead: str) -> None:
        """Of pictures only emoji are text."""
        if instead and len(instead) <= 4 and not instead.isascii():
            self.pieces.append(instead)

    def _bullet(self) -> None:
        number = self.numbers[-1] if self.numbers else 0
        if number:
            self.numbers[-1] += 1
        self.pieces.append(f"{_LINE}{number}. " if number else f"{_LINE}- ")

    # --- how it writes ----------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Make lines of what was gathered."""
        if not self.pieces:
            return
        run = "".join(self.pieces)
        self.pieces.clear()
        if self.pre:
            self._preformatted(run)
            return
        for text, mark in _RUN.findall(visible(run)):
            words = text.split()
            if words:
                self._write_words(text, words)
            elif mark == _BREAK:
                self._write("", self.hint)
            if mark == _APART:
                self.apart = True

    def _write_words(self, text: str, words: list[str]) -> None:
        """One line; targets of links in it are noted first."""
        if _LINK in text:
            for _ in range(min(text.count(_LINK), len(self.targets) - len(self.links))):
                self.links.append((self.at, self.targets[len(self.links)]))
            words = text.replace(_LINK, "").split()
        if words:
            self._write(" ".join(words), self.hint)

    def _preformatted(self, run: str) -> None:
        for line in run.replace(_LINK, "").translate(_NEWLINES).strip("\n").split("\n"):
            self._write(visible(line).rstrip(), self.hint)

    def _write(self, text: str, hint: Hint) -> None:
        lines = self.lines
        if self.apart:
            if text and lines and lines[-1].text:
                self._put(Line("", self.at, self.depth, self.hint))
            self.apart = False
        if text or hint is Hint.RULE or hint is Hint.CUT or (lines and lines[-1].text):
            self._put(Line(text, self.at, self.depth, hint))

    def _put(self, line: Line) -> None:
        if self.left > 0:
            self.lines.append(line)
            self.at += len(line.text) + 1
        self.left -= len(line.text) + 1

    # --- what it knows about elements -------------------------------------------------------------------------

    def _hidden(self, style: str | None) -> bool:
        if style is None:
            return True
        known = self.styles.get(style)
        if known is None:
            known = self.styles[style] = _HIDING.search(style[:2000]) is not None
        return known

    def _named(self, attributes: Mapping[str, str]) -> Hint | None:
        key = attributes.get("class", "") + " " + attributes.get("id", "")
        if key == " ":
            return _by_other_attribute(attributes)
        if key in self.names:
            return self.names[key]
        names = _NAMES.findall(key.lower()[:500])
        found = self.names[key] = next((_NAMED[name] for name in names if name in _NAMED), None)
        return found


def _by_other_attribute(attributes: Mapping[str, str]) -> Hint | None:
    if attributes.get("name") == "quote":  # GMX
        return Hint.QUOTED
    return Hint.SIGNATURE if "data-signatureblock" in attributes else None


def _tight(attributes: Mapping[str, str]) -> bool:
    """Whether a paragraph has no margin: Word's, which makes one of each line."""
    return attributes.get("class", "").startswith("Mso") or _NO_MARGIN.search(attributes.get("style", "")) is not None


def _indents(attributes: Mapping[str, str]) -> bool:
    """Whether a blockquote is only an indentation."""
    if attributes.get("type") == "cite" or "quote" in attributes.get("class", ""):
        return False
    return _INDENT_ONLY.search(attributes.get("style", "")) is not None


def render(markup: str, text_limit: int, depth_limit: int) -> Rendered:
    """The lines that a person would see of an HTML part. Never raises.

    Args:
        markup: the HTML.
        text_limit: characters of text that are kept.
        depth_limit: how deep elements may nest; what follows is not read.
    """
    if any(mark in markup for mark in (_LINE, _BREAK, _APART, _LINK)):
        markup = markup.translate(_NO_MARKS)
    reader = _Reader(text_limit)
    parser = etree.HTMLParser(target=reader, huge_tree=True)
    complete = True
    try:
        for at in range(0, len(markup), _CHUNK):
            if reader.level > depth_limit or reader.left <= 0:
                complete = False
                break
            parser.feed(markup[at : at + _CHUNK])
        parser.close()
    except etree.LxmlError:
        complete = complete and bool(reader.lines)
    reader.close()
    return Rendered(
        "\n".join(line.text for line in reader.lines), tuple(reader.lines), tuple(reader.links),
        complete and reader.left > 0,
    )  # fmt: skip
