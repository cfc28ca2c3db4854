# SPDX-License-Identifier: GPL-3.0-or-later
"""How the judge is taught and measured, as far as it needs no network of neurons: split, corpus, figures."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from gateway.judge.calibration import Calibration, Line
from gateway.judge.families import ABSENCES, FAMILIES, IN_A_SENTENCE
from gateway.judge.local import SHIPPED
from gateway.judge.training.calibrate import bend, logistic, unseen
from gateway.judge.training.card import card
from gateway.judge.training.check import faults
from gateway.judge.training.measure import Scored, Share, area, found_at, precision
from gateway.judge.training.opening import record
from gateway.judge.training.rows import Row, Split, read_authors, read_real, read_split
from gateway.judge.training.targets import HOLD, of_row, without_customer
from gateway.judge.training.thresholds import HOLD as TO_HOLD
from gateway.judge.training.thresholds import MILD, NOTE, thresholds
from gateway.judge.training.vary import varied

PLAIN = Calibration(Line(1.0, 0.0), 0.0, (Line(1.0, 0.0),) * 2, Line(1.0, 0.0), 1.0)
CORPUS = Path(__file__).parents[2] / "policies" / "corpus"


def _row(**changed: object) -> dict[str, object]:
    return {
        "id": "x-1",
        "customer": "It broke.",
        "reply": "You broke it. I will mend it.",
        "relation": "new",
        "level": 1,
        "ours": False,
        "hold": True,
        "labels": ["blame-direct"],
        "spans": ["You broke it."],
        "acts": ["next_step"],
        "notes": "",
    } | changed


def _faults(folder: Path, *rows: dict[str, object]) -> list[str]:
    (folder / "x.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    split = Split(frozenset("x"), frozenset(), frozenset(), 0.2)
    return [fault.what for fault in faults(folder, split)]


def test_the_corpus_that_ships_has_no_fault() -> None:
    assert list(faults(CORPUS / "train", read_split(CORPUS / "split.toml"))) == []


def test_a_good_row_has_no_fault(tmp_path: Path) -> None:
    assert _faults(tmp_path, _row()) == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"extra": 1}, "keys"),
        ({"level": 4}, "level"),
        ({"labels": ["rude"]}, "unknown"),
        ({"hold": False}, "disagree"),
        ({"spans": ["You never said this."]}, "not in the reply"),
        ({"spans": []}, "without its words"),
        ({"labels": ["blame-direct", "no-next-step"]}, "next step"),
        ({"labels": ["blame-direct", "no-acknowledgement"], "acts": ["apology"]}, "notice"),
    ],
)
def test_a_row_that_contradicts_itself_is_named(tmp_path: Path, changed: dict[str, object], what: str) -> None:
    assert any(what in fault for fault in _faults(tmp_path, _row(**changed)))


def test_a_row_that_is_there_twice_is_named(tmp_path: Path) -> None:
    assert _faults(tmp_path, _row(), _row()) == ["its id is there twice"]


def test_an_author_on_no_side_of_the_split_is_named(tmp_path: Path) -> None:
    (tmp_path / "y.jsonl").write_text(json.dumps(_row()))
    (fault,) = faults(tmp_path, Split(frozenset("x"), frozenset(), frozenset(), 0.2))
    assert str(fault) == "y.jsonl:0: the author stands on 0 sides of the split"


def test_no_author_is_on_two_sides() -> None:
    split = read_split(CORPUS / "split.toml")
    files = {path.stem for path in (CORPUS / "train").glob("*.jsonl")}
    assert split.work | split.choose | split.sealed == files
    assert len(split.work) + len(split.choose) + len(split.sealed) == len(files)


def test_only_the_files_of_the_authors_asked_for_are_opened(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(_row()))
    (tmp_path / "b.jsonl").write_bytes(b"\xff not to be read")
    assert [row.author for row in read_authors(tmp_path, ["a"])] == ["a"]


def test_real_rows_are_cut_by_the_digest_of_their_id_within_each_source(tmp_path: Path) -> None:
    path = tmp_path / "real.jsonl"
    rows = [_row(id=f"r{number}", source="s" if number < 50 else "t", drawn="any", sure=3) for number in range(100)]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    first = read_real(path, 0.2)
    path.write_text("\n".join(json.dumps(row) for row in reversed(rows)))
    assert read_real(path, 0.2) == first
    assert [len(first.sealed), len(first.choose), len(first.work)] == [20, 16, 64]
    assert {row.author for row in first.sealed} == {"s", "t"}
    assert len({row.id for side in (first.sealed, first.choose, first.work) for row in side}) == 100


def test_opening_the_sealed_part_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "split.toml"
    path.write_text((CORPUS / "split.toml").read_text("utf-8"))
    before = len(tomllib.loads(path.read_text())["opened"])
    record(path, datetime(2026, 1, 2, 3, 4, tzinfo=UTC), 'figures for "a" report')
    opened = tomllib.loads(path.read_text())["opened"]
    assert opened["2026-01-02T03:04Z"] == 'figures for "a" report'
    assert len(opened) == before + 1


def test_it_is_not_opened_without_a_purpose(tmp_path: Path) -> None:
    path = tmp_path / "split.toml"
    path.write_text("[opened]\n")
    with pytest.raises(ValueError, match="what"):
        record(path, datetime(2026, 1, 2, tzinfo=UTC), " ")
    path.write_text("[opened]\n[other]\n")
    with pytest.raises(ValueError, match="last table"):
        record(path, datetime(2026, 1, 2, tzinfo=UTC), "figures")


def _made() -> Row:
    return Row(
        id="x",
        author="x",
        customer="It broke.",
        reply="Hello,\n\nYou broke it. I will mend it.",
        hold=True,
        labels=("blame-direct",),
        spans=("You broke it.",),
        level=1,
        ours=False,
        acts=("next_step",),
    )


def test_the_marked_sentence_and_no_other_is_what_the_model_learns() -> None:
    tokenizer = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
    (example,) = of_row(_made(), tokenizer)
    assert example.sentences[:, 0].tolist() == [0, 1, 0]
    assert example.sentences[1, 1 + IN_A_SENTENCE.index("blame-direct")] == 1
    assert example.whole[HOLD] == 1
    assert (example.level, example.ours) == (1, 0)


def test_without_the_customer_nothing_is_learned_of_what_cannot_be_known() -> None:
    tokenizer = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
    (example,) = of_row(without_customer(_made()), tokenizer)
    assert example.whole_weight[: len(ABSENCES)].tolist() == [0, 0]
    assert (example.level, example.ours) == (-1, -1)
    assert example.whole_weight[HOLD] == 1


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=60))
def test_the_area_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[float, bool]]) -> None:
    bad = [value for value, wrong in pairs if wrong]
    good = [value for value, wrong in pairs if not wrong]
    told = area([value for value, _ in pairs], [wrong for _, wrong in pairs])
    if bad and good:
        right = sum((b > g) + 0.5 * (b == g) for b in bad for g in good) / (len(bad) * len(good))
        assert told == pytest.approx(right)


def test_found_at_a_share_of_false_ones() -> None:
    values = [0.9, 0.4, *(number / 100 for number in range(50))]
    bad = [True, True, *([False] * 50)]
    assert found_at(values, bad, 0.02) == Share(1, 2)
    assert found_at(values, bad, 0.2) == Share(2, 2)


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_interval(counted: tuple[int, int]) -> None:
    share = Share(*counted)
    low, high = share.interval
    assert 0 <= low <= share.value + 1e-9
    assert share.value - 1e-9 <= high <= 1


def test_precision_where_one_in_twenty_is_bad() -> None:
    assert precision(0.8, 0.02) == pytest.approx(0.678, abs=0.001)


def test_the_calibration_finds_the_line_that_made_the_data() -> None:
    dice = np.random.default_rng(1)
    logits = dice.normal(0, 2, (20000, 1))
    meant = dice.random(20000) < 1 / (1 + np.exp(-(1.5 * logits[:, 0] - 1)))
    slope, shift = logistic(logits, meant, prior=None)
    assert slope == pytest.approx(1.5, abs=0.1)
    assert shift == pytest.approx(-1, abs=0.1)


def test_authors_that_it_was_not_fitted_on_bend_the_line_towards_what_was_true_of_them() -> None:
    dice = np.random.default_rng(1)
    told = dice.normal(-2, 2, 20000)
    meant = dice.random(20000) < 1 / (1 + np.exp(-0.5 * told))  # half as sure as it says
    curve = bend(told, meant)
    slopes = [(high[1] - low[1]) / (high[0] - low[0]) for low, high in pairwise(curve)]
    assert np.mean(slopes) == pytest.approx(0.5, abs=0.15)


@given(st.lists(st.tuples(st.floats(-9, 9), st.booleans()), min_size=20, max_size=80))
def test_the_bent_line_never_falls(pairs: list[tuple[float, bool]]) -> None:
    meant = np.array([wrong for _, wrong in pairs])
    if meant.all() or not meant.any():
        return
    curve = bend(np.array([told for told, _ in pairs]), meant)
    assert all(low[1] <= high[1] for low, high in pairwise(curve))
    line = replace(PLAIN, bend=curve)
    sums = np.linspace(-12, 12, 50)
    chances = [float(line.suspicion(np.full((1, 12), at, np.float32), np.zeros(11, np.float32))[0]) for at in sums]
    assert all(low <= high + 1e-6 for low, high in pairwise(chances))


def test_each_author_is_asked_with_a_line_fitted_without_them() -> None:
    inputs = np.array([[0.0], [1.0], [2.0], [3.0]] * 30)
    meant = np.array([False, False, True, True] * 30)
    authors = np.array(["a"] * 60 + ["b"] * 60)
    odd = unseen(inputs, np.where(authors == "b", ~meant, meant), authors)
    assert odd[0] > odd[3]  # a's line comes from b, who says the opposite
    assert odd[60] < odd[63]


def _scored(value: float) -> Scored:
    row = Row("r", "list", "Hi.", "Hello.", hold=False, labels=(), spans=(), drawn="any")
    return Scored(row, dict.fromkeys(FAMILIES, value))


def test_thresholds_keep_their_budget_on_real_text_that_is_fine() -> None:
    rows = [_scored(number / 1000) for number in range(1000)]
    for budget in (NOTE, TO_HOLD):
        least = thresholds(rows, budget)
        assert sum(one.over(least) for one in rows) <= budget.share * len(rows)
        assert all(value >= budget.floor for value in least.values())


def test_replies_written_for_us_have_a_budget_of_their_own() -> None:
    made = [replace(one, row=replace(one.row, drawn="")) for one in (_scored(n / 1000) for n in range(1000))]
    least = thresholds([_scored(0.0), *made], NOTE)
    assert sum(one.over(least) for one in made) <= NOTE.made * len(made)


@pytest.mark.parametrize("seed", range(40))
def test_a_harmless_change_keeps_what_is_marked_marked(seed: int) -> None:
    tokenizer = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
    (example,) = of_row(varied(_made(), random.Random(seed)), tokenizer)  # noqa: S311 - no secret
    assert example.sentences[:, 0].sum() == 1


def test_a_span_is_found_where_lines_are_broken_elsewhere() -> None:
    tokenizer = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
    row = replace(_made(), reply="Hello,\n\nYou\nbroke  it. I will mend it.")
    (example,) = of_row(row, tokenizer)
    assert example.sentences[:, 0].sum() >= 1


def test_mild_families_never_hold_alone() -> None:
    assert all(thresholds([], TO_HOLD)[family] > 1 for family in MILD)


def test_the_model_card_beside_the_model_is_the_one_its_figures_make() -> None:
    facts = json.loads((SHIPPED / "judge.json").read_text("utf-8"))
    figures = json.loads((SHIPPED / "figures.json").read_text("utf-8"))
    assert (SHIPPED / "MODEL_CARD.md").read_text("utf-8") == card(facts, figures)


def test_asking_the_judge_needs_none_of_its_libraries() -> None:
    program = """
import sys, gateway.judge.client, gateway.judge.server, gateway.judge.local, gateway.cli.judge
print([name for name in ("onnxruntime", "numpy", "tokenizers", "torch") if name in sys.modules])
"""
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=50)
    assert seen.stdout.strip() == "[]"
