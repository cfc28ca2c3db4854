# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not change a verdict, does not: each change is made to many replies, and counted.

A change of the verdict is a reply that was noted and no longer is, or the other way round. The rates are bounds that
the shipped model keeps with room to spare; `-s` prints what they are.
"""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.judge.local import SHIPPED, open_model
from gateway.judge.model import Model
from gateway.judge.training.measure import Scored, score
from gateway.judge.training.question import question
from gateway.judge.training.rows import Row, read_authors, read_split
from tests.judge.test_model import thresholds

CORPUS = Path(__file__).parents[2] / "policies" / "corpus"
NAMES = ("Anna", "Gareth", "Femke", "Piers", "Ilse", "Ben", "Tom", "Lena", "Kim", "Mara", "Oliver", "Ruth")


def _typo(text: str) -> str:
    dice = random.Random(len(text))  # noqa: S311 - a typo is no secret
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if long:
        place = dice.choice(long)
        at = dice.randrange(1, len(words[place]) - 2)
        word = words[place]
        words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def _wrapped(text: str) -> str:
    return "\n\n".join("\n".join(textwrap.wrap(part, 66)) for part in text.split("\n\n"))


def _renamed(text: str) -> str:
    for name in NAMES:
        text = re.sub(rf"\b{name}\b", "Miriam", text)
    return text


CHANGES: dict[str, tuple[Callable[[str], str], float]] = {
    "typographic quotes": (lambda text: text.replace("'", "’").replace(' "', " “"), 0.0),
    "upper case": (str.upper, 0.0),
    "lower case": (str.lower, 0.15),
    "a typo": (_typo, 0.12),
    "hard wrapping": (_wrapped, 0.12),
    "a greeting": (lambda text: f"Dear customer,\n\n{text}", 0.12),
    "a signature": (lambda text: f"{text}\n\nKind regards,\nRuth Example\nCustomer care", 0.12),
    "a stock courtesy": (lambda text: f"Thank you for your message.\n\n{text}", 0.12),
    "other names": (_renamed, 0.05),
    "other numbers": (lambda text: re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), text), 0.08),
}


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    every = read_authors(CORPUS / "train", read_split(CORPUS / "split.toml").choose)
    return [row for row in every if len(row.reply) < 500 and "```" not in row.reply][::29][:30]


@pytest.fixture(scope="module")
def before(model: Model, rows: list[Row]) -> list[bool]:
    least = thresholds("note")
    return [_scored(model, row).over(least) for row in rows]


def _scored(model: Model, row: Row) -> Scored:
    return score(row, model.judge([question(row)])[0])


@pytest.mark.parametrize("change", CHANGES)
def test_a_harmless_change_rarely_changes_the_verdict(
    model: Model, rows: list[Row], before: list[bool], change: str
) -> None:
    least = thresholds("note")
    make, bound = CHANGES[change]
    flipped = 0
    for row, noted in zip(rows, before, strict=True):
        changed = Row(**{name: getattr(row, name) for name in row.__slots__} | {"reply": make(row.reply)})
        flipped += noted != _scored(model, changed).over(least)
    print(f"{change}: {flipped} of {len(rows)} verdicts changed")  # noqa: T201 - the rate is the result
    assert flipped <= bound * len(rows)


def test_the_artifact_is_small_enough() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 30_000_000
