# SPDX-License-Identifier: GPL-3.0-or-later
"""What judging costs, on the rules that ship. Measured, since a ratio holds on a busy machine and a time does not.

Why a sieve of literals, and no automaton over the patterns themselves (1,474 shipped patterns of 2026-11, 2 kB of text
never seen before): a RE2 set takes 12 to 19 ms on a new text, because gaps make its states explode; Hyperscan refuses
patterns as long as word classes make them, and with the words of three items each in their order it took 19 s to
compile and 4 ms a text. The 11,000 literals that one of must be there take it 0.4 s and 20 µs. On the lines that come
through, the `regex` package takes 21 µs and 26 ms to compile a pattern, the standard library's 7 µs and 5 ms, RE2 4 µs
(30 µs on its first texts) and 0.8 ms, in time that is linear in the text. `python -m tests.bench.rules` has figures.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from datetime import date

import pytest

from gateway.mail.read import from_text
from gateway.mail.reply import Reply
from gateway.policy.context import Context
from gateway.policy.load import load
from gateway.policy.policies import Policies
from gateway.policy.source import SourceFile
from gateway.service.policy_files import shipped_folder, source_files
from gateway.verdict.judge import judge
from gateway.verdict.stance import Stance
from tests.policy.texts import EXAMPLES

PARAGRAPH = (
    "Thanks for the log, which shows that the export stopped at page three. I have restarted it with the new settings, "
    "and it is running now. You will find the file in the shared folder by noon; if anything is missing, write to me "
    "and I will look at it the same day. The invoice for October has the old address, so a corrected one is on its way."
)
CONTEXT = Context(customer="The export is broken and the deadline is today.", inbound_level=2, our_failure=False)


def seconds(policies: Policies, octets: int) -> float:
    """CPU seconds to judge a text of this length, the median of several texts, each at its best."""
    best = []
    for number in range(5):
        text = "\n\n".join(f"{number * 100 + n}. {PARAGRAPH}" for n in range(octets // len(PARAGRAPH) + 1))[:octets]
        reply = from_text(text, CONTEXT.customer)
        best.append(min(_once(policies, reply) for _ in range(3)))
    return statistics.median(best)


def _once(policies: Policies, reply: Reply) -> float:
    begun = time.thread_time()
    judge(policies, reply, CONTEXT, Stance(), date(2026, 12, 1))
    return time.thread_time() - begun


def test_judging_is_linear_in_the_text(shipped: Policies) -> None:
    assert seconds(shipped, 20_000) < 15 * seconds(shipped, 2_000)
    assert seconds(shipped, 2_000) < 0.1, "far from its real cost, near a mistake"


@pytest.mark.torture
@pytest.mark.timeout(300)
def test_ten_thousand_phrases_of_everyday_words_cost_less_than_three_times_as_much(shipped: Policies) -> None:
    """The aim is twice as much; here three times, since texts of one kind differ.

    They are made of words as often as replies have them, and so are harder to tell apart than those of a lead.
    """
    files = source_files(shipped_folder())
    everyday = [word for each in shipped.policies for example in each.examples.passed for word in _words(example.reply)]
    draw = random.Random(7)  # noqa: S311 - the same phrases each time
    rows = "".join(f"      - '{' '.join(draw.choices(everyday, k=draw.choice((2, 3, 4))))}'\n" for _ in range(10_000))
    own = "id: own/phrases\ntitle: Own phrases\nmessage: Found.\nrules:\n  - name: many\n    phrases:\n"
    more = load([*files, SourceFile("own/phrases.yaml", own + rows + EXAMPLES)])
    assert not any(problem.fatal for problem in more.problems)
    assert seconds(more.policies, 2_000) < 3 * seconds(shipped, 2_000)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]{3,}", text.lower())
