# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyed hashes: by them things are recognised again, and without the key nobody can tell what they were made of."""

from __future__ import annotations

import hashlib
import hmac


def mac(secret: bytes, purpose: str, parts: tuple[str, ...]) -> str:
    """A keyed hash (RFC 2104, SHA-256) of some texts, hexadecimal.

    Args:
        secret: without it, nothing can be tried out against the hash.
        purpose: the same texts hashed for another purpose give another hash.
        parts: each counts with its length, so that ("ab", "c") is not ("a", "bc").
    """
    digest = hmac.new(secret, f"bedside {purpose}\0{len(parts)}".encode(), hashlib.sha256)
    for part in parts:
        octets = part.encode("utf-8", "surrogateescape")
        digest.update(b"%d:" % len(octets) + octets)
    return digest.hexdigest()
