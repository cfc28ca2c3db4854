# SPDX-License-Identifier: GPL-3.0-or-later
"""Octets to a `Reply`: the one entry to reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress

from gateway.mail import choose, cms, headers, html, language, mime, plain, sentences
from gateway.mail.limits import Limits
from gateway.mail.lines import Lines, Rendered, Role, joined
from gateway.mail.mime import Part
from gateway.mail.reply import ReadState, Reply
from gateway.mail.split import Split, newest_by_others, split

_DEFAULT = Limits()
_NOT_TEXT = re.compile("[\x01-\x08\x0e-\x17\ufffd]")
_SAMPLE = 4000
_MOST_WRAPPINGS = 3


def read(content: bytes, limits: Limits = _DEFAULT) -> Reply:
    """Understand a message. Never raises: what cannot be read is a fact on the `Reply`.

    Args:
        content: the message as submitted (RFC 5322), or its beginning.
        limits: how much work it may cause.
    """
    taken = content[: limits.octets] if len(content) > limits.octets else content
    outer = mime.tree(taken, limits)
    inner, root = _unwrapped(taken, outer.root, limits)
    files = tuple([part.filename for part in choose.attachments(root)])
    facts = Reply(ReadState.EMPTY, headers.of(outer), headers.subject(outer), attachments=files)
    if choose.encrypted(root):
        return replace(facts, state=ReadState.ENCRYPTED, confidence=0.0)
    rendered = _rendered(inner, root, limits)
    if rendered is None:
        return replace(facts, state=ReadState.UNREADABLE, confidence=0.0) if choose.opaque(root) else facts
    if _garbled(rendered.text):
        return replace(facts, state=ReadState.UNREADABLE, confidence=0.0)
    if "-----BEGIN PGP MESSAGE-----" in rendered.text:
        return replace(facts, state=ReadState.ENCRYPTED, confidence=0.0, rendered=rendered.text)
    if len(rendered.lines) > limits.lines:
        rendered = rendered._replace(lines=rendered.lines.part(0, limits.lines), complete=False)
    whole = rendered.complete and len(taken) == len(content)
    return _understood(facts, rendered, ReadState.READ if whole else ReadState.TRUNCATED)


def _unwrapped(content: bytes, root: Part, limits: Limits) -> tuple[bytes, Part]:
    """The message inside opaque signatures (S/MIME signed-data), and its root; where there are none, the same."""
    for _ in range(_MOST_WRAPPINGS):
        signed = cms.signed_content(mime.octets(content, root, limits.octets)) if choose.opaque(root) else None
        if signed is None:
            break
        content, root = signed, mime.tree(signed, limits).root
    return content, root


def _understood(facts: Reply, rendered: Rendered, state: ReadState) -> Reply:
    """What its header says, and what its text says."""
    parts = split(rendered.lines)
    authored, places = _authored(parts)
    return Reply(
        state=state if authored or state is not ReadState.READ else ReadState.EMPTY,
        headers=facts.headers,
        subject=facts.subject,
        authored=authored,
        sentences=sentences.split(authored),
        customer=newest_by_others(parts, headers.own_side(facts.headers)),
        quoted=parts.text(Role.QUOTED),
        signature=parts.text(Role.SIGNATURE),
        boilerplate=parts.text(Role.BOILERPLATE),
        confidence=parts.confidence,
        language=language.detect(authored),
        places=places,
        rendered=rendered.text,
        links=_links(parts, authored, rendered),
        attachments=facts.attachments,
    )


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
    texts: list[str] = []
    starts: list[int] = []
    depths, hints = bytearray(), bytearray()
    links: list[tuple[int, str]] = []
    at = 0
    complete = True
    for number, one in enumerate(shown):
        if at > limits.text:
            complete = False
            shown = shown[:number]
            break
        if number:
            texts.append("")
            starts.append(at - 1)
            depths.append(0)
            hints.append(0)
        texts += one.lines.texts
        starts += [start + at for start in one.lines.starts]
        depths += one.lines.depths
        hints += one.lines.hints
        links += [(start + at, target) for start, target in one.links]
        at += len(one.text) + 2
    return Rendered(
        "\n\n".join([one.text for one in shown]),
        Lines(texts, starts, bytes(depths), bytes(hints)),
        tuple(links),
        complete and all(one.complete for one in shown),
    )


def _authored(parts: Split) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """The authored text, and where its runs stand in the rendered part; see `Reply.places`."""
    own = parts.column(Role.AUTHORED)
    texts = list(compress(parts.lines.texts, own))
    text = joined(texts)
    if not text:
        return "", ()
    starts = list(compress(parts.lines.starts, own))
    first, last = 0, len(texts) - 1
    while not texts[first]:
        first += 1
    while not texts[last]:
        last -= 1
    if starts[last] + len(texts[last]) - starts[first] == len(text):
        return text, ((0, starts[first], len(text)),)  # nothing was left out between
    return text, _places(texts[first : last + 1], starts[first : last + 1])


def _places(texts: Sequence[str], starts: Sequence[int]) -> tuple[tuple[int, int, int], ...]:
    places: list[tuple[int, int, int]] = []
    at = 0
    white = False
    for text, start in zip(texts, starts, strict=True):
        if not text and white:
            continue
        white = not text
        if places and places[-1][1] + places[-1][2] + 1 == start and places[-1][0] + places[-1][2] + 1 == at:
            offset, where, run = places[-1]
            places[-1] = (offset, where, run + 1 + len(text))
        elif text:
            places.append((at, start, len(text)))
        at += len(text) + 1
    return tuple(places)


def _links(parts: Split, authored: str, rendered: Rendered) -> tuple[str, ...]:
    """Targets of the links that stand in authored lines."""
    if rendered.links:
        starts = set(compress(parts.lines.starts, parts.column(Role.AUTHORED)))
        return tuple([target for start, target in rendered.links if start in starts])
    if "://" not in authored:
        return ()
    return tuple([match[0].rstrip(".,;:!?)>]\"'") for match in plain.LINK.finditer(authored)])
