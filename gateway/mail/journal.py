# SPDX-License-Identifier: GPL-3.0-or-later
"""Journal reports: what Exchange and Microsoft 365 send in place of a copy, with the message attached to a summary."""

from __future__ import annotations

from gateway.mail import mime
from gateway.mail.limits import Limits
from gateway.mail.mime import Part

_MARK = "x-ms-journal-report"
_HEAD = 64 << 10
_LIMITS = Limits()


def journalled(content: bytes) -> bytes | None:
    """The message that a journal report is about; None if this is no such report, or it has none with it."""
    if _MARK.encode() not in content[:_HEAD].lower():
        return None
    tree = mime.tree(content, _LIMITS)
    if _MARK not in tree.header.first:
        return None
    part = _message(tree.root)
    return None if part is None else content[part.start : part.end]


def _message(part: Part) -> Part | None:
    if part.type == "message/rfc822":
        return part if part.encoding in (b"", b"7bit", b"8bit", b"binary") else None
    return next((found for child in part.children if (found := _message(child)) is not None), None)
