# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client is told: lines that SMTP allows, with the sentence and a better one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.finding import Finding
from gateway.screening import answers
from gateway.verdict.verdict import Action, Verdict
from tests.hold.holds import FINDING


def finding(message: str, excerpt: str = "", suggestion: str = "") -> Finding:
    return replace(FINDING, end=len(excerpt), excerpt=excerpt, message=message, suggestion=suggestion)


def verdict(*findings: Finding) -> Verdict:
    return Verdict(Action.HOLD, 3, findings, "starter", "digest")


def test_a_held_message_is_answered_250_with_its_id() -> None:
    assert answers.held("7KQ2M").wire == b"250 2.0.0 Held for review as 7KQ2M\r\n"


def test_a_nudge_shows_the_sentence_and_the_suggestion_and_how_to_insist() -> None:
    reply = answers.nudged(verdict(finding("Reads as blame.", "this is user error", "Here’s what I found.")))
    assert reply.wire.decode().splitlines() == [
        "550-5.7.1 Before this goes out:",
        "550-5.7.1 Reads as blame.",
        '550-5.7.1 "this is user error"',
        "550-5.7.1 Better: Here's what I found.",
        "550 5.7.1 To send it as it is, send it once more.",
    ]


@given(st.lists(st.tuples(st.text(), st.text(), st.text()), max_size=5))
def test_whatever_a_message_says_the_reply_is_well_formed(parts: list[tuple[str, str, str]]) -> None:
    given_verdict = verdict(*(finding(*part) for part in parts))
    for reply in (answers.nudged(given_verdict), answers.refused(given_verdict)):
        lines = reply.wire.split(b"\r\n")
        assert lines.pop() == b""
        assert all(len(line) <= 510 and line.isascii() and line.decode().isprintable() for line in lines)
        assert [line[:4] for line in lines] == [b"550-"] * (len(lines) - 1) + [b"550 "]
