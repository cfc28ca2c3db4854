# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not change a verdict, does not: each change is made to many replies, and counted.

A change of the verdict is a reply that was noted and no longer is, or the other way round. The bounds are a little
above what the shipped model does on these rows; `-s` prints the rates, `make eval` measures them on many more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.judge.local import SHIPPED, open_model
from gateway.judge.model import Model
from gateway.judge.training.rows import Row, read_authors, read_split
from tests.judge.changes import CHANGES, noted, to_change, turned
from tests.judge.test_model import thresholds

CORPUS = Path(__file__).parents[2] / "policies" / "corpus"
BOUNDS = dict.fromkeys(CHANGES, 0.1) | {"typographic marks": 0.0, "other names": 0.05}


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return to_change(list(read_authors(CORPUS / "train", read_split(CORPUS / "split.toml").choose)), 20)


@pytest.fixture(scope="module")
def before(model: Model, rows: list[Row]) -> list[bool]:
    return noted(model, rows, thresholds("note"))


@pytest.mark.parametrize("change", CHANGES)
def test_a_harmless_change_rarely_changes_the_verdict(
    model: Model, rows: list[Row], before: list[bool], change: str
) -> None:
    share = turned(before, model, rows, thresholds("note"), change)
    print(f"{change}: {share} of {share.of} verdicts changed")  # noqa: T201 - the rate is the result
    assert share.value <= BOUNDS[change]


def test_the_artifact_is_small_enough() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 30_000_000
