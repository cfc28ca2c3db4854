# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parts of a message its reader sees as its text (RFC 2046 5.1, RFC 2387, RFC 1847)."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.mail.mime import Part

_ENCRYPTED = frozenset({"multipart/encrypted"})
_CMS = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
# Where the type of a CMS object is not named, it may be the one that nobody but the recipient can open.
_LOCKING = frozenset({"", "enveloped-data", "authenveloped-data"})
# Texts that are data for a program.
_NOT_FOR_READING = frozenset(
    {
        *("text/calendar", "text/csv", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/javascript"),
        *("text/rtf", "text/x-amp-html", "text/watch-html", "text/xml", "text/rfc822-headers", "text/x-moz-deleted"),
    }
)


def readable(root: Part) -> list[tuple[Part, ...]]:
    """What is shown one below the other; of the parts in each tuple the first that has text, best first."""
    return list(_shown(root, alone=root))


def _shown(part: Part, alone: Part) -> Iterator[tuple[Part, ...]]:
    if part.type == "multipart/alternative":
        yield from _best(part)
    elif part.type in {"multipart/related", "multipart/signed"}:
        if part.children:
            yield from _shown(_root_of(part), alone)
    elif part.children:
        yield from _mixed(part, alone)
    elif _is_text(part, alone):
        yield (part,)


def _mixed(part: Part, alone: Part) -> Iterator[tuple[Part, ...]]:
    """What follows the first text is shown with it, unless it has a name and is a file (RFC 2183 2.1)."""
    shown = False
    for child in part.children:
        for choice in _shown(child, alone):
            if not shown or not choice[0].filename:
                yield choice
                shown = True


def _best(part: Part) -> Iterator[tuple[Part, ...]]:
    """The last alternative that can be shown, then those before it, in case it says nothing."""
    ranked: list[Part] = []
    for child in reversed(part.children):
        inner = [leaf for choice in _shown(child, part) for leaf in choice]
        ranked += inner[:1]
    if ranked:
        yield tuple(ranked)


def _root_of(part: Part) -> Part:
    start = part.kind.get("start").strip("<>") if part.type == "multipart/related" else ""
    return next((child for child in part.children if start and child.content_id == start), part.children[0])


def _is_text(part: Part, alone: Part) -> bool:
    if not part.type.startswith("text/") or part.type in _NOT_FOR_READING:
        return False
    if part is alone:
        return True
    return not part.attached and (part.type in {"text/plain", "text/html"} or not part.filename)


def encrypted(root: Part) -> bool:
    """Whether the text is locked away: PGP/MIME or S/MIME (RFC 3156 4, RFC 8551 3.2.2)."""
    if root.type in _ENCRYPTED:
        return True
    return opaque(root) and root.kind.get("smime-type").lower() in _LOCKING


def opaque(root: Part) -> bool:
    """Whether the message is one CMS object, signed or encrypted (RFC 8551 3.2); by its name where its type is lost."""
    if root.type in _CMS:
        return not root.filename.lower().endswith(".p7s")
    return root.type == "application/octet-stream" and root.filename.lower().endswith(".p7m")


def attachments(root: Part) -> Iterator[Part]:
    """Parts that are files or messages of their own."""
    if root.children:
        for child in root.children:
            yield from attachments(child)
    elif root.attached or root.type == "message/rfc822" or not root.type.startswith(("text/", "multipart/")):
        yield root
