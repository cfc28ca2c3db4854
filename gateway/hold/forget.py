# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains of a hold when its octets are purged: the facts, and not a word of the text."""

from __future__ import annotations

from dataclasses import replace

from gateway.hold.hold import Hold


def forget(hold: Hold) -> Hold:
    """The hold without subject and excerpts."""
    findings = tuple(replace(finding, excerpt="", suggestion="") for finding in hold.verdict.findings)
    return replace(hold, purged=True, subject="", since=(), also=(), verdict=replace(hold.verdict, findings=findings))
