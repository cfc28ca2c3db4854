# SPDX-License-Identifier: GPL-3.0-or-later
"""Other projects' fixtures, where they lie beside the checkout: nearly all split as expected, no reply lost."""

from __future__ import annotations

import pytest

from gateway.mail.read import read
from tests.eval.split_cases import CORPUS, cases, ours, score
from tests.mail.test_read import assert_spans_hold

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the fixtures of other projects are not here")


def test_ninety_seven_in_a_hundred_are_right_and_no_reply_is_lost() -> None:
    scores = [score(case, ours(case)) for case in cases()]
    assert not any(one.lost for one in scores)
    assert sum(one.right for one in scores) >= 0.97 * len(scores)


def test_every_fixture_is_read_without_raising() -> None:
    for file in sorted(CORPUS.glob("*/*")):
        assert_spans_hold(read(file.read_bytes()))
