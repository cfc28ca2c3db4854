# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside holds` and `bedside ledger`, as an administrator runs them."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from gateway.hold import attempt, states
from gateway.hold.hold import Actor, Decision, Hold, HoldState, Outcome
from gateway.ledger.store import open_ledger
from tests.hold.holds import CONTENT, a_hold, rungs

NOW = datetime.now(UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEDGER_KEY", "k" * 40)
    (tmp_path / "bedside.toml").write_text(
        f"""
hostname = "gateway.example.org"
[[listener]]
name = "in"
listen = "127.0.0.1:10025"
[upstream]
server = "127.0.0.1:10026"
[ledger]
url = "sqlite:///{tmp_path}/ledger.db"
key = {{ env = "LEDGER_KEY" }}
"""
    )
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(folder / "bedside.toml")])


def put(folder: Path, *holds: Hold) -> None:
    async def write() -> None:
        async with open_ledger(f"sqlite:///{folder}/ledger.db") as ledger:
            for hold in holds:
                await ledger.hold(hold, CONTENT)

    asyncio.run(write())


def get(folder: Path, hold_id: str = "k7qm2xpd") -> Hold:
    async def read() -> Hold | None:
        async with open_ledger(f"sqlite:///{folder}/ledger.db") as ledger:
            return await ledger.find(hold_id)

    found = asyncio.run(read())
    assert found is not None
    return found


def unknown() -> Hold:
    times = {"grace": timedelta(), "retry_for": timedelta(days=1)}
    hold = states.release(a_hold(), Decision.RELEASE, Actor.AGENT, NOW, **times)
    begun = attempt.begin(hold, [0], NOW)
    return attempt.settle(begun, {}, NOW, next_attempt=NOW, rungs=rungs())


def test_list_and_show_say_what_is_held_and_why(folder: Path) -> None:
    put(folder, a_hold())
    listed = run(folder, "holds", "list")
    assert listed.exit_code == 0, listed.output
    assert "k7qm2xpd" in listed.output
    assert "1 pending" in listed.output
    shown = run(folder, "holds", "show", "K7QM2XPD")
    for words in ("held", "to <carla@customer.example>: pending", "blame/counterfactual#should-have: hold, 3 points"):
        assert words in shown.output
    assert "read the manual" not in shown.output, "no word of the message"
    assert run(folder, "holds", "show", "k7qm2xpd", "--message").stdout_bytes == CONTENT


def test_release_and_discard_decide(folder: Path) -> None:
    put(folder, a_hold(), a_hold("ben@x.example", id="another1", message_key=""))
    assert run(folder, "holds", "release", "k7qm2xpd").exit_code == 0
    assert run(folder, "holds", "discard", "another1").exit_code == 0
    assert (get(folder).state, get(folder).decided_by) == (HoldState.RELEASING, Actor.ADMINISTRATOR)
    assert get(folder, "another1").state is HoldState.DISCARDED
    again = run(folder, "holds", "release", "k7qm2xpd")
    assert again.exit_code == 65
    assert "hold k7qm2xpd is releasing: release is not possible" in again.output
    assert run(folder, "holds", "release", "another1").exit_code == 0, "a discarded one is brought back"


@pytest.mark.parametrize(
    ("said", "outcome", "state"),
    [
        ("delivered", Outcome.DELIVERED, HoldState.DELIVERED),
        ("refused", Outcome.REFUSED, HoldState.HELD),
        ("again", Outcome.PENDING, HoldState.RELEASING),
    ],
)
def test_resolve_settles_what_is_unknown(folder: Path, said: str, outcome: Outcome, state: HoldState) -> None:
    put(folder, unknown())
    assert "unknown" in run(folder, "holds", "list").output
    assert run(folder, "holds", "resolve", "k7qm2xpd", said, "carla@customer.example").exit_code == 0
    assert (get(folder).deliveries[0].outcome, get(folder).state) == (outcome, state)
    again = run(folder, "holds", "resolve", "k7qm2xpd", said)
    assert again.exit_code == 65
    assert "no recipient of k7qm2xpd is unknown" in again.output


def test_what_is_not_there_is_one_line(folder: Path) -> None:
    put(folder)
    missing = run(folder, "holds", "show", "nothing1")
    assert (missing.exit_code, missing.output) == (65, "there is no hold nothing1\n")
    (folder / "bedside.toml").write_text("hostname = 1\n")
    assert run(folder, "holds", "list").exit_code == 78


def test_a_backup_is_a_whole_ledger(folder: Path) -> None:
    put(folder, a_hold())
    assert run(folder, "ledger", "backup", str(folder / "copy.db")).exit_code == 0
    (folder / "copy.db").replace(folder / "ledger.db")
    for left in ("ledger.db-wal", "ledger.db-shm"):
        (folder / left).unlink(missing_ok=True)
    assert get(folder) == a_hold()
    assert run(folder, "ledger", "check").output == "The ledger is whole.\n"
    assert run(folder, "ledger", "backup", str(folder / "ledger.db")).exit_code == 65


def test_check_names_what_was_altered(folder: Path) -> None:
    put(folder, a_hold())
    with sqlite3.connect(folder / "ledger.db") as connection:
        connection.execute("UPDATE contents SET octets = ?", (b"\0altered",))
    connection.close()
    checked = run(folder, "ledger", "check")
    assert (checked.exit_code, checked.output) == (
        1,
        "k7qm2xpd: the octets of part 0 are not those that were held\n",
    )


def test_purge_takes_what_is_past_its_time(folder: Path) -> None:
    put(folder, states.discard(a_hold(), Actor.AGENT, NOW - timedelta(days=8)))
    assert run(folder, "ledger", "purge").output == "1 messages purged\n"
    assert get(folder).purged
