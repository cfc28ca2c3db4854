# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gateway would ask about a row."""

from __future__ import annotations

from gateway.judge.question import Question
from gateway.judge.training.rows import Row
from gateway.mail.sentences import split


def question(row: Row) -> Question:
    """The row's reply as authored text whole, with the sentences that the reader finds in it."""
    return Question.of(row.customer, row.reply, [(each.start, each.end) for each in split(row.reply)])
