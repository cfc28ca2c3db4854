# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy stats` and `learn` ask a real ledger."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from gateway.cli.main import app
from gateway.hold.hold import Decision, HoldState
from gateway.ledger.store import open_ledger
from gateway.ports import Count
from tests.hold.held_mail import BLAME, finding, hold, message
from tests.policy.test_commands import GOOD

SETTINGS = """
hostname = "gw.example.org"
[[listener]]
name = "postfix"
listen = "127.0.0.1:10025"
[upstream]
server = "127.0.0.1:10026"
[ledger]
url = "{url}"
key = {{ env = "BEDSIDE_KEY" }}
[policies]
folder = "{folder}"
[[team]]
name = "helpdesk"
members = ["*@support.example.org"]
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_KEY", "a key of at least thirty-two letters, for the tests")
    folder = tmp_path / "own"
    (folder / "blame").mkdir(parents=True)
    (folder / "blame/loss.yaml").write_text(GOOD)
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    asyncio.run(_fill(url))
    path = tmp_path / "bedside.toml"
    path.write_text(SETTINGS.format(url=url, folder=folder))
    return path


async def _fill(url: str) -> None:
    content = message()
    about = finding(content, BLAME, policy="blame/loss", rule="words")
    held = replace(hold(content, about), created=datetime.now(UTC))
    async with open_ledger(url) as ledger:
        stored = await ledger.hold(held, content)
        fine = replace(stored, state=HoldState.RELEASING, decision=Decision.RELEASE_AS_FINE)
        assert await ledger.update(stored, fine) is not None
        today = datetime.now(UTC).date()
        await ledger.add_counts(
            {
                Count(today, "helpdesk", "hold", "blame/loss#words"): 3,
                Count(today, "helpdesk", "shadow", "blame/quiet#words"): 2,
                Count(today, "", "unjudged", "bulk"): 7,
                Count(today - timedelta(days=40), "helpdesk", "hold", "blame/loss#words"): 100,
            }
        )


def test_stats_counts_rules_and_what_became_of_them(config: Path) -> None:
    result = CliRunner().invoke(app, ["policy", "stats", "--config", str(config)])
    assert result.exit_code == 0, result.output
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert rows["blame/loss#words"] == ["3", "0", "0", "0", "1", "0"]
    assert rows["blame/quiet#words"] == ["0", "0", "2", "0", "0", "0"]
    assert "7  unjudged bulk" in result.stdout
    assert "anna" not in result.stdout, "nobody is counted"


def test_stats_of_an_empty_ledger_say_so(config: Path) -> None:
    config.write_text(config.read_text().replace("ledger.sqlite", "fresh.sqlite"))
    result = CliRunner().invoke(app, ["policy", "stats", "--config", str(config)])
    assert (result.exit_code, "Nothing was counted since" in result.stdout) == (0, True), result.output


def test_learn_proposes_and_writes_only_when_told(config: Path, tmp_path: Path) -> None:
    path = tmp_path / "own/blame/loss.yaml"
    result = CliRunner().invoke(app, ["policy", "learn", "--config", str(config)])
    assert result.exit_code == 0, result.output
    assert "1 file(s) would change" in result.stdout
    assert path.read_text() == GOOD
    assert CliRunner().invoke(app, ["policy", "learn", "--write", "--config", str(config)]).exit_code == 0
    (known,) = YAML(typ="safe").load(path)["examples"]["known_false"]
    assert BLAME in known
    assert "# the words" in path.read_text()


def test_without_a_ledger_that_can_be_asked_there_is_one_clear_line(config: Path) -> None:
    config.write_text(config.read_text().replace("sqlite:///", "postgresql://nobody@127.0.0.1:1/"))
    result = CliRunner().invoke(app, ["policy", "stats", "--config", str(config)])
    assert result.exit_code == 69
    assert len(result.stderr.strip().splitlines()) == 1
