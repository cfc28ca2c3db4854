# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML elements: which of them break lines, which are never seen, and what mail clients call theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from gateway.mail.lines import Hint

# While text is gathered, these stand for breaks in it; in the text itself the same characters are only white space
# (and NUL is in no text, nor can an entity spell it).
LINE, BREAK, APART, LINK, SETTING = "\x1e", "\x1f", "\x1d", "\x1c", "\0"
_BLOCKS = (
    "address article aside body center dd details dir div dt fieldset figcaption figure footer form header hgroup"
    " legend main menu nav section summary tbody tfoot thead tr caption hr li pre"
)
_WITH_MARGIN = "h1 h2 h3 h4 h5 h6 dl table ul ol blockquote"
_NEVER_SEEN = (
    "head style script title template noframes iframe object embed applet svg math audio video canvas map select"
    " textarea datalist xml meta link base"
)
END_MARKS = {
    **dict.fromkeys(_BLOCKS.split(), LINE),
    **dict.fromkeys(_WITH_MARGIN.split(), APART),
    "p": LINE,
    "td": " ",
    "th": " ",
}
MARKS = {tag: mark for tag, mark in END_MARKS.items() if tag != "p"} | {"br": BREAK}
UNSEEN = frozenset(_NEVER_SEEN.split())
SPECIAL = UNSEEN | {"a", "blockquote", "p", "li", "pre", "img", "hr", "ul", "ol"}
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


class Effect(NamedTuple):
    """What the attributes of an element do.

    Attributes:
        hidden: nobody sees what is in it.
        hint: what its name says of the lines in it.
        tight: it is a paragraph without a margin, as Word makes one of each line.
        indents: it is a blockquote that quotes nothing.
    """

    hidden: bool
    hint: int
    tight: bool
    indents: bool


_NOTHING = Effect(hidden=False, hint=Hint.NONE, tight=False, indents=False)


def effect(tag: str, attributes: Mapping[str, str]) -> Effect | None:
    """What the attributes of an element do; None if they do nothing."""
    style = attributes.get("style", "")
    found = Effect(
        hidden="hidden" in attributes or _HIDING.search(style[:2000]) is not None,
        hint=Hint.NONE if tag == "a" else _hint(tag, attributes),
        tight=tag == "p" and (attributes.get("class", "").startswith("Mso") or _NO_MARGIN.search(style) is not None),
        indents=tag == "blockquote" and _indents(attributes, style),
    )
    return None if found == _NOTHING else found


def _hint(tag: str, attributes: Mapping[str, str]) -> int:
    names = _NAMES.findall(f"{attributes.get('class', '')} {attributes.get('id', '')}".lower()[:500])
    if not names:
        return _by_other_attribute(attributes)
    found = next((_NAMED[name] for name in names if name in _NAMED), Hint.NONE)
    return Hint.NONE if tag == "blockquote" and found == Hint.CONTAINER else found


def _by_other_attribute(attributes: Mapping[str, str]) -> int:
    if attributes.get("name") == "quote":  # GMX
        return Hint.QUOTED
    return Hint.SIGNATURE if "data-signatureblock" in attributes else Hint.NONE


def _indents(attributes: Mapping[str, str], style: str) -> bool:
    if attributes.get("type") == "cite" or "quote" in attributes.get("class", ""):
        return False
    return _INDENT_ONLY.search(style) is not None
