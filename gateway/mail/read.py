# SPDX-License-Identifier: GPL-3.0-or-later
"""Octets to a `Reply`: the one entry to reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gateway.mail import choose, headers, html, language, mime, plain, sentences
from gateway.mail.limits import Limits
from gateway.mail.line import Line, Rendered
from gateway.mail.mime import Part
from gateway.mail.quoting import Role
from gateway.mail.reply import Headers, ReadState, Reply
from gateway.mail.split import newest_by_others, split, trimmed

_DEFAULT = Limits()
_NOT_TEXT = re.compile("[\x01-\x08\x0e-\x17\ufffd]")
_SAMPLE = 4000


def read(content: bytes, limits: Limits = _DEFAULT) -> Reply:
    """Understand a message. Never raises: what cannot be read is a fact on the `Reply`.

    Args:
        content: the message as submitted (RFC 5322), or its beginning.
        limits: how much work it may cause.
    """
    taken = content[: limits.octets] if len(content) > limits.octets else content
    tree = mime.tree(taken, limits)
    found = headers.of(tree)
    subject = headers.subject(tree)
    files = tuple(part.filename for part in choose.attachments(tree.root))
    if choose.encrypted(tree.root):
        return Reply(ReadState.ENCRYPTED, found, subject, attachments=files, confidence=0.0)
    rendered = _rendered(taken, tree.root, limits)
    if rendered is not None and len(rendered.lines) > limits.lines:
        rendered = rendered._replace(lines=rendered.lines[: limits.lines], complete=False)
    if rendered is None or _garbled(rendered.text):
        locked = rendered is not None or choose.opaque(tree.root)
        state = ReadState.UNREADABLE if locked else ReadState.EMPTY
        return Reply(state, found, subject, attachments=files, confidence=0.0 if locked else 1.0)
    if "-----BEGIN PGP MESSAGE-----" in rendered.text:
        return Reply(ReadState.ENCRYPTED, found, subject, attachments=files, confidence=0.0, rendered=rendered.text)
    whole = ReadState.READ if rendered.complete and len(taken) == len(content) else ReadState.TRUNCATED
    return replace(_reply(rendered, found, whole), subject=subject, attachments=files)


def from_text(authored: str, customer: str | None, subject: str = "") -> Reply:
    """A `Reply` from text that is authored whole, as rows of a table give it.

    Args:
        authored: what the agent wrote.
        customer: the customer's words; None if they are unknown.
        subject: the subject, if there is one.
    """
    text = plain.visible(authored.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))
    return Reply(
        state=ReadState.READ if text.strip() else ReadState.EMPTY,
        subject=subject,
        authored=text,
        sentences=sentences.split(text),
        customer=customer or None,
        language=language.detect(text),
        places=((0, 0, len(text)),) if text else (),
        rendered=text,
    )


def _rendered(content: bytes, root: Part, limits: Limits) -> Rendered | None:
    """What is seen of all parts that are shown, one below the other; None if there is no part with text."""
    shown: list[Rendered] = []
    left = limits
    for choice in choose.readable(root)[: limits.parts]:
        for part in choice:
            rendered = _render(content, part, left)
            if rendered.text.strip():
                shown.append(rendered)
                break
    if len(shown) == 1:
        return shown[0]
    return _joined(shown, limits) if shown else None


def _garbled(text: str) -> bool:
    """Whether this is no text at all: octets of some file under a text label, or a charset that nobody knows."""
    sample = text[:_SAMPLE]
    if sample.replace("\n", " ").isprintable() and "\ufffd" not in sample:
        return False
    return len(_NOT_TEXT.findall(sample)) * 5 > len(sample)


def _render(content: bytes, part: Part, limits: Limits) -> Rendered:
    if part.type == "text/html":
        markup = mime.text(content, part, limits.markup + 1)
        rendered = html.render(markup[: limits.markup], limits.text, limits.elements)
        return rendered if len(markup) <= limits.markup else rendered._replace(complete=False)
    text = mime.text(content, part, limits.text + 1)
    if part.kind.get("format").lower() == "flowed":
        text = plain.unflow(text, part.kind.get("delsp"))
    rendered = plain.render(text[: limits.text])
    return rendered if len(text) <= limits.text else rendered._replace(complete=False)


def _joined(shown: Sequence[Rendered], limits: Limits) -> Rendered:
    lines: list[Line] = []
    links: list[tuple[int, str]] = []
    texts: list[str] = []
    at = 0
    for one in shown:
        if at > limits.text:
            return Rendered("\n\n".join(texts), tuple(lines), tuple(links), complete=False)
        if texts:
            lines.append(Line("", at - 1))
        lines += [line._replace(start=line.start + at) for line in one.lines]
        links += [(start + at, target) for start, target in one.links]
        texts.append(one.text)
        at += len(one.text) + 2
    return Rendered("\n\n".join(texts), tuple(lines), tuple(links), all(one.complete for one in shown))


def _reply(rendered: Rendered, found: Headers, whole: ReadState) -> Reply:
    parts = split(rendered.lines)
    lines = trimmed(parts.of(Role.AUTHORED))
    authored = "\n".join([line.text for line in lines])
    return Reply(
        state=whole if authored or whole is not ReadState.READ else ReadState.EMPTY,
        headers=found,
        authored=authored,
        sentences=sentences.split(authored),
        customer=newest_by_others(parts, headers.own_side(found)),
        quoted=_text(parts.of(Role.QUOTED)),
        signature=_text(parts.of(Role.SIGNATURE)),
        boilerplate=_text(parts.of(Role.BOILERPLATE)),
        confidence=parts.confidence,
        language=language.detect(authored),
        places=_places(lines),
        rendered=rendered.text,
        links=_links(lines, rendered),
    )


def _text(lines: Sequence[Line]) -> str:
    return "\n".join([line.text for line in trimmed(lines)]) if lines else ""


def _places(lines: Sequence[Line]) -> tuple[tuple[int, int, int], ...]:
    """Runs of the authored text and where they stand in the rendered part; see `Reply.places`."""
    places: list[tuple[int, int, int]] = []
    at = 0
    for line in lines:
        length = len(line.text)
        if places and places[-1][1] + places[-1][2] + 1 == line.start and places[-1][0] + places[-1][2] + 1 == at:
            first, start, run = places[-1]
            places[-1] = (first, start, run + 1 + length)
        elif length:
            places.append((at, line.start, length))
        at += length + 1
    return tuple(places)


def _links(lines: Sequence[Line], rendered: Rendered) -> tuple[str, ...]:
    """Targets of the links that stand in authored lines."""
    if rendered.links:
        starts = {line.start for line in lines}
        return tuple(target for start, target in rendered.links if start in starts)
    return tuple(
        match[0].rstrip(".,;:!?)>]\"'")
        for line in lines
        if "://" in line.text
        for match in plain.LINK.finditer(line.text)
    )
