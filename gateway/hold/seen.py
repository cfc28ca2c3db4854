# SPDX-License-Identifier: GPL-3.0-or-later
"""A card as it was seen in a folder: all that the core knows of IMAP."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeenCard:
    r"""A card as it lies in a folder.

    Attributes:
        folder: name as people see it, not encoded.
        uid: its UID there, good under this UIDVALIDITY only.
        token: value of its token header; empty if it has none (somebody else's mail).
        deleted: whether it carries the flag \Deleted.
        validity: UIDVALIDITY of the folder when it was seen (RFC 3501 2.3.1.1); 0 if not known.
    """

    folder: str
    uid: int
    token: str
    deleted: bool = False
    validity: int = 0
