# SPDX-License-Identifier: GPL-3.0-or-later
"""The card: what a reviewer sees of a hold in the mail program that they have open anyway.

It has a plain text and an HTML form of the same words, and the original attached. Nothing in it is fetched from
elsewhere, and nothing of the message can become markup, a header field or a part of its own: HTML is escaped by the
template engine, header fields are made of one clean line each, and the attached original is fenced by a boundary that
does not occur in it. What moves a card to another state says is `gateway.hold.card_story`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from gateway.hold.card_message import Head, compose
from gateway.hold.card_outcomes import rows
from gateway.hold.card_quotes import Passage, passages
from gateway.hold.card_story import WHY, Place, Story, story
from gateway.hold.card_words import line, paragraphs, underlined
from gateway.hold.folders import Folders, Meaning
from gateway.hold.hold import Hold, HoldState
from gateway.hold.notice import answer_text, notice_text, stray_text
from gateway.hold.steps import Reason
from gateway.mail.read import read
from gateway.mail.reply import Reply
from gateway.policy.finding import To

_COLUMNS = 72
# So many places are shown; whoever changes those will look at the rest as well.
_MOST_PASSAGES = 4


def _filled(text: str, indent: str, first: str) -> str:
    return textwrap.fill(
        text, _COLUMNS, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )


def _lines(text: str) -> list[str]:
    return textwrap.wrap(text, _COLUMNS - 4, break_on_hyphens=False)


# Loaded when the program starts, so that making a card reads no file.
_TEMPLATES = Environment(
    loader=PackageLoader("gateway.hold"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_TEMPLATES.filters |= {"filled": _filled, "underlined": underlined, "lines": _lines}
_CARD_TEXT = _TEMPLATES.get_template("card.txt")
_CARD_HTML = _TEMPLATES.get_template("card.html")
_NOTICE = _TEMPLATES.get_template("notice.txt")


@dataclass(frozen=True, slots=True)
class Cards:
    """Makes cards, notices and answers (`gateway.review.faces.Faces`).

    Attributes:
        sender: whom they are from, ``Name <address>``.
        folders: names of the folders.
        zones: zone by team; UTC for any other.
        keep: how long a message is kept after its end.
        attach_at_most: octets of an original up to which it is attached whole.
    """

    sender: str
    folders: Folders = field(default_factory=Folders)
    zones: Mapping[str, tzinfo] = field(default_factory=dict)
    keep: timedelta = timedelta(days=7)
    attach_at_most: int = 10 * 1024 * 1024

    def card(self, hold: Hold, role: To, content: bytes, token: str, now: datetime) -> bytes:
        """The card of a hold or note in its present state.

        Args:
            hold: as it now is.
            role: whose card it is.
            content: the original; empty if it is not there any more.
            token: see `gateway.hold.token`.
            now: aware.
        """
        place = self._place(hold, role, now)
        told = story(hold, place)
        values = _values(hold, told, place, read(content) if content else None)
        head = self._head(hold, role, f"{told.label}: {hold.subject or '(no subject)'}", token, now)
        text, html = _CARD_TEXT.render(values), _CARD_HTML.render(values)
        return compose(head, text, html, content or None, attach_at_most=self.attach_at_most)

    def notice(self, hold: Hold, role: To, token: str, now: datetime) -> bytes:
        """The short notice in INBOX that something waits; on a phone, its first line is what is seen of it."""
        place = self._place(hold, role, now)
        told = story(hold, place)
        text = _NOTICE.render(paragraphs=notice_text(hold, told, place))
        label = "Still waiting" if hold.notices > 1 and told.label == "Held" else told.label
        head = self._head(hold, role, f"{label}: {hold.subject or '(no subject)'}", token, now)
        return compose(head, text, None, None, attach_at_most=0)

    def answer(self, hold: Hold, role: To, reason: Reason, token: str, now: datetime) -> bytes:
        """Why what was done with a card did not do what its reviewer may think."""
        subject, said = answer_text(hold, reason, self._place(hold, role, now))
        head = self._head(hold, role, f"{subject}: {hold.subject or '(no subject)'}", token, now)
        return compose(head, _NOTICE.render(paragraphs=said), None, None, attach_at_most=0)

    def stray_answer(self, reason: Reason, meaning: Meaning, count: int, token: str, now: datetime) -> bytes:
        """The same about messages in a decision folder that are no cards of a hold."""
        subject, said = stray_text(reason, self.folders.name(meaning, To.AGENT), count)
        head = Head(self.sender, "", subject, token, "", "", now)
        return compose(head, _NOTICE.render(paragraphs=said), None, None, attach_at_most=0)

    def _place(self, hold: Hold, role: To, now: datetime) -> Place:
        return Place(role, self.folders, self.zones.get(hold.team, UTC), now, self.keep)

    def _head(self, hold: Hold, role: To, subject: str, token: str, now: datetime) -> Head:
        mailbox = next((mailbox for mailbox, whose in hold.places() if whose is role), hold.mailbox)
        return Head(self.sender, mailbox, line(subject, 200), token, hold.id, hold.message_id, now)


def _values(hold: Hold, told: Story, place: Place, reply: Reply | None) -> dict[str, object]:
    """What the templates say, in clean text."""
    found: tuple[Passage, ...] = passages(hold.verdict, reply) if told.reasons else ()
    customer = reply.customer if reply is not None and told.reasons == WHY else None
    attached = "The message itself is attached." if reply is not None else "The message itself is no longer kept."
    return {
        "story": told,
        "rows": rows(hold, place.zone),
        "passages": found[:_MOST_PASSAGES],
        "more": len(found[_MOST_PASSAGES:]),
        "customer": paragraphs(customer) if customer else (),
        "rewrite": _rewrite(hold, told, place),
        "notes": (*told.footnotes, f"{attached} Number of this hold: {line(hold.id)}."),
    }


def _rewrite(hold: Hold, told: Story, place: Place) -> str:
    if hold.state is not HoldState.HELD or told.reasons != WHY or place.role is not To.AGENT:
        return ""
    return "Or write a better version and send it as always: this one is then set aside by itself."
