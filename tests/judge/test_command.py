# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside judge` as its user meets it."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.exits import Exit
from gateway.cli.judge import app
from gateway.judge.local import SHIPPED

CORPUS = Path(__file__).parents[2] / "policies" / "corpus"
ROW = {"id": "x-1", "customer": "", "reply": "Calm down. Nobody else complains.", "labels": ["dismiss"], "hold": True}


def test_check_says_that_the_corpus_is_good() -> None:
    result = CliRunner().invoke(app, ["check", "--corpus", str(CORPUS)])
    assert result.exit_code == 0
    assert "good" in result.output


def test_check_names_file_and_line_of_a_fault(tmp_path: Path) -> None:
    shutil.copy(CORPUS / "split.toml", tmp_path)
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "a02.jsonl").write_text(json.dumps(ROW))
    result = CliRunner().invoke(app, ["check", "--corpus", str(tmp_path)])
    assert result.exit_code == Exit.FOUND
    assert "a02.jsonl:1: keys missing or unknown" in result.output


def test_eval_measures_any_labelled_rows(tmp_path: Path) -> None:
    fine = ROW | {"id": "x-2", "reply": "The refund is on its way.", "labels": [], "hold": False}
    (tmp_path / "rows.jsonl").write_text(f"{json.dumps(ROW)}\n{json.dumps(fine)}\n")
    result = CliRunner().invoke(app, ["eval", "--rows", str(tmp_path / "rows.jsonl"), "--worst", "1"])
    assert result.exit_code == 0
    assert "2, 1 of them bad" in result.output
    assert "missed: x-1" in result.output


def test_eval_and_card_describe_the_model_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    (folder / "figures.json").unlink()
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(ROW) + "\n" + json.dumps(ROW | {"id": "x-2", "labels": [], "hold": False}))
    asked = ["eval", "--folder", str(folder), "--rows", str(rows), "--keep", "two rows"]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert CliRunner().invoke(app, ["card", "--folder", str(folder)]).exit_code == 0
    assert "## Figures: two rows" in (folder / "MODEL_CARD.md").read_text("utf-8")


def test_without_a_model_eval_says_so(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "--folder", str(tmp_path)])
    assert result.exit_code == Exit.UNAVAILABLE
    assert "no learned judge in" in result.output


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="here it could be taught")
def test_without_torch_train_names_the_extra(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["train", "--out", str(tmp_path)])
    assert result.exit_code == Exit.UNAVAILABLE
    assert "bedside[train]" in result.output


def test_rows_that_are_not_there_are_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "--rows", str(tmp_path / "none.jsonl")])
    assert result.exit_code == Exit.INPUT
    assert "none.jsonl" in result.output
