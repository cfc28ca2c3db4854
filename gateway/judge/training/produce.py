# SPDX-License-Identifier: GPL-3.0-or-later
"""From the corpus to the folder that the gateway loads: teach, export, calibrate, set thresholds, describe."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from gateway.judge.alike import Alike
from gateway.judge.calibration import Calibration, Line
from gateway.judge.families import ABSENCES, IN_A_SENTENCE
from gateway.judge.model import Model, Said
from gateway.judge.question import Question
from gateway.judge.training.calibrate import calibrate
from gateway.judge.training.checkpoints import Checkpoints
from gateway.judge.training.export import export
from gateway.judge.training.fit import Plan, fit
from gateway.judge.training.further import go_on_from
from gateway.judge.training.measure import Scored, score
from gateway.judge.training.network import Network
from gateway.judge.training.question import question
from gateway.judge.training.rows import Row, read_authors, read_real, read_split
from gateway.judge.training.targets import Example, of_row, without_customer
from gateway.judge.training.thresholds import HOLD, NOTE, thresholds
from gateway.judge.training.vary import varied

_VARIANTS: Final = 20
_CHANGED: Final = 3
"""Different changed forms of a row, as many as there are epochs."""
_REAL_HIDDEN: Final = 0.5
"""Share of the real rows that are shown without their customer: their quotations are cut anyhow."""
_PLAIN: Final = Calibration(Line(1.0, 0.0), 0.0, (Line(1.0, 0.0),) * len(ABSENCES), Line(1.0, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Material:
    """What is learned from, and what is chosen on.

    Attributes:
        work: rows written for us, to learn from.
        real: real rows to learn from; empty where there are none.
        choose: rows written for us by other authors.
        real_choose: other real rows.
        digest: of all files and the split.
    """

    work: tuple[Row, ...]
    real: tuple[Row, ...]
    choose: tuple[Row, ...]
    real_choose: tuple[Row, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Start:
    """What a network begins as.

    Attributes:
        trunk: folder of the sentence encoder (all-MiniLM-L6-v2) with its `tokenizer.json`.
        layers: of the encoder to keep.
        model: `model.onnx` of an earlier judge to go on from; None to begin at the encoder.
        share: of what was learned since in the weights that ship; the rest is the earlier judge's own. Weights between
            the two forget less of what only the earlier one was taught.
    """

    trunk: Path
    layers: int = 6
    model: Path | None = None
    share: float = 1.0


def gather(corpus: Path, real: Path | None) -> Material:
    """Read what may be read of the corpus.

    Args:
        corpus: `policies/corpus`, with `split.toml` and `train/`.
        real: `labelled.jsonl` with real text, which does not come with the project; None without.
    """
    sides = read_split(corpus / "split.toml")
    digest = hashlib.sha256((corpus / "split.toml").read_bytes())
    authors = sorted(sides.work | sides.choose)
    for path in [corpus / "train" / f"{author}.jsonl" for author in authors] + ([real] if real else []):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    text = read_real(real, sides.sealed_fraction) if real else None
    return Material(
        work=read_authors(corpus / "train", sides.work),
        real=text.work if text else (),
        choose=read_authors(corpus / "train", sides.choose),
        real_choose=text.choose if text else (),
        digest=digest.hexdigest(),
    )


def teach(material: Material, start: Start, plan: Plan, weights: Path) -> tuple[Network, Plan]:
    """A network that has learned from the material, and the plan as it was carried out.

    Teaching that was cut off goes on after its last whole epoch.

    Args:
        material: what from.
        start: what it begins as.
        plan: how.
        weights: folder for the weights after each epoch, `epoch-1.pt` and so on.
    """
    torch.set_num_threads(plan.threads)
    torch.use_deterministic_algorithms(mode=True)
    torch.manual_seed(plan.seed)
    network = Network(start.trunk, start.layers)
    if start.model is not None:
        go_on_from(network, start.model)
        plan = replace(plan, further=hashlib.sha256(start.model.read_bytes()).hexdigest()[:12])
    earlier = {name: weight.clone() for name, weight in network.state_dict().items()}
    kept = Checkpoints(weights, _lesson(material, plan, start.layers))
    fit(network, lambda: pool(material, start.trunk, plan), plan, kept)
    if start.model is not None:
        network.load_state_dict(_between(earlier, network.state_dict(), start.share))
    return network, plan


def _between(earlier: Mapping[str, Tensor], taught: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """Weights on the way from the earlier ones to those that were taught."""
    return {
        name: earlier[name] + share * (weight - earlier[name]) if weight.is_floating_point() else weight
        for name, weight in taught.items()
    }


def _lesson(material: Material, plan: Plan, layers: int) -> str:
    """Digest of all that the weights depend on, but for the code and the processor."""
    digest = hashlib.sha256(json.dumps([asdict(plan), layers, torch.__version__]).encode())
    for row in (*material.work, *material.real):
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def pool(material: Material, trunk: Path, plan: Plan) -> list[list[Example]]:
    """For each window of each row to learn from, the ways in which it may be shown."""
    tokenizer = _tokenizer(trunk)
    dice = random.Random(plan.seed)  # noqa: S311 - how a row is varied is no secret
    rows = [row for row in (*material.work, *material.real) if row.author in plan.fresh or dice.random() < plan.again]
    return [shown for row in rows for shown in _variants(row, tokenizer, plan, dice)]


def _variants(row: Row, tokenizer: Tokenizer, plan: Plan, dice: random.Random) -> list[list[Example]]:
    """For each window: mostly as it is, sometimes without its customer, sometimes with harmless changes."""
    hide = _REAL_HIDDEN if row.real else plan.hidden_customer
    changed = round(_VARIANTS * plan.changed)
    hidden = round((_VARIANTS - changed) * hide)
    seen, alone = of_row(row, tokenizer), of_row(without_customer(row), tokenizer)
    ways = [alone] * hidden + [seen] * (_VARIANTS - changed - hidden)
    for number in range(_CHANGED):
        other = varied(row, dice)
        way = of_row(without_customer(other) if dice.random() < hide else other, tokenizer)
        ways += [way] * len(range(number, changed, _CHANGED))
    # A change can push a sentence into another window; then the row is shown there as it is.
    return [[way[at] if at < len(way) else one for way in ways] for at, one in enumerate(seen)]


def finish(network: Network, material: Material, start: Start, plan: Plan, folder: Path) -> Model:
    """Write everything that the gateway loads, and give it loaded."""
    how = asdict(plan) | {"layers": start.layers, "share": start.share}
    export(network, start.trunk / "tokenizer.json", folder)
    Alike.write(folder / "alike.npz", [], [], np.zeros((0, 1), np.float32))
    _write_facts(folder, material, how, _PLAIN)
    raw = Model.open(folder, threads=2)
    rows = (*material.choose, *material.real_choose)
    asked = [question(row) for row in rows]
    said = raw.read(asked)
    calibration = calibrate(rows, said)
    _write_alike(folder, material.work, raw)
    _write_facts(folder, material, how, calibration)
    model = Model.open(folder, threads=2)
    judged = [model.conclude(*pair) for pair in zip(asked, said, strict=True)]
    scored = [score(*pair) for pair in zip(rows, judged, strict=True)]
    _write_facts(folder, material, how, calibration, scored)
    return model


def _tokenizer(trunk: Path) -> Tokenizer:
    tokenizer: Tokenizer = Tokenizer.from_file(str(trunk / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    return tokenizer


def _write_alike(folder: Path, rows: Sequence[Row], model: Model) -> None:
    """The marked sentences of rows with one fault of tone, as reasons to show."""
    texts, families, vectors = [], [], []
    for row in rows:
        tone = [label for label in row.labels if label in IN_A_SENTENCE]
        if len(tone) != 1:
            continue
        asked = question(row)
        for text, vector in _marked(row, asked, model.read([asked])[0]):
            texts.append(text)
            families.append(tone[0])
            vectors.append(vector)
    Alike.write(folder / "alike.npz", texts, families, np.stack(vectors))


def _marked(
    row: Row, asked: Question, said: Sequence[Said]
) -> list[tuple[str, np.ndarray[tuple[int], np.dtype[np.float32]]]]:
    found = []
    for one in said:
        for place, (index, _, _) in enumerate(one.window.sentences):
            start, end = asked.spans[index]
            sentence = row.reply[start:end]
            if any(span in sentence or sentence in span for span in row.spans):
                found.append((" ".join(sentence.split()), one.vectors[place]))
    return found


def _write_facts(
    folder: Path,
    material: Material,
    plan: Mapping[str, object],
    calibration: Calibration,
    scored: Sequence[Scored] = (),
) -> None:
    model = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    facts = {
        "digest": model[:12],
        "model_sha256": model,
        "data_sha256": material.digest,
        "code_sha256": _code_digest(),
        "plan": dict(plan),
        "rows": {
            "work": len(material.work),
            "real": len(material.real),
            "choose": len(material.choose),
            "real_choose": len(material.real_choose),
        },
        "calibration": calibration.as_data(),
        "thresholds": {"note": thresholds(scored, NOTE), "hold": thresholds(scored, HOLD)},
    }
    (folder / "judge.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


def _code_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
