# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside scan` and its contract: what scripts outside the project rely on."""

from __future__ import annotations

import json
import mailbox
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from gateway.cli.main import app
from tests.policy.texts import SHARED, phrases, policy

ROWS = [
    {
        "id": "a",
        "customer": "The thesis of my daughter is gone and she is desperate!!",
        "reply": "Well,\nyou lost it. “Ünal”",
        "relation": "repeat",
    },
    {"id": "b", "customer": None, "reply": "Here is the file.", "relation": "new"},
    {"id": "c", "reply": "Read the manual first."},
]
MAIL = (
    b"From: a@example.org\r\nTo: c@example.net\r\nSubject: x\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\n"
    b"\r\nYou lost it.\r\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = [
        *SHARED,
        policy("mode: hold\n" + phrases("you lost", "sample, sample"), "blame/loss"),
        policy("mode: note\n" + phrases("the manual", "sample, sample"), "blame/manual"),
        policy("mode: shadow\n" + phrases("here is", "sample, sample"), "blame/quiet"),
        policy("when: {repeat_contact: true}\nrules: [{name: one, absent: apology}]\n", "omission/apology"),
    ]
    for file in files:
        path = tmp_path / "policies" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text.replace('found: ["Sample, sample."]', "found: [{reply: x, judged: true}]"))
    return tmp_path / "policies"


def scan(folder: Path, *arguments: str | Path, stdin: bytes = b"") -> list[dict[str, Any]]:
    result = CliRunner().invoke(
        app, ["scan", "--no-judge", "--format", "json", "--policies", str(folder), *map(str, arguments)], input=stdin
    )
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    schema = json.loads(resources.files("gateway.verdict").joinpath("contracts/scan.schema.json").read_text("utf-8"))
    for row in rows:
        Draft202012Validator(schema).validate(row)
    return rows


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n\n".join(json.dumps(row) for row in ROWS) + "\n")
    return path


def test_rows_of_json_are_judged_as_the_design_assumes(folder: Path, rows: Path) -> None:
    first, second, third = scan(folder, rows)
    assert [row["action"] for row in (first, second, third)] == ["hold", "pass", "note"]
    assert [row["id"] for row in (first, second, third)] == ["a", "b", "c"]
    assert (first["facts"]["relation"], first["facts"]["repeat_contact"]) == ("known", True)
    assert (second["facts"]["relation"], second["facts"]["repeat_contact"]) == ("new", False)
    assert (third["facts"]["relation"], third["facts"]["repeat_contact"]) == (None, None)
    assert first["inbound_level"] == 3
    assert second["inbound_level"] is None
    assert first["profile"] == "starter"
    assert len(first["policies"]) == 16


def test_offsets_are_code_points_into_authored_and_absences_have_none(folder: Path, rows: Path) -> None:
    found, absence = scan(folder, rows)[0]["findings"]
    authored = scan(folder, rows)[0]["authored"]
    assert authored[found["start"] : found["end"]] == found["excerpt"] == "you lost"
    assert (absence["policy"], absence["start"], absence["end"], absence["sentence"], absence["excerpt"]) == (
        "omission/apology", None, None, None, "",
    )  # fmt: skip


def test_shadow_findings_appear_with_all_only(folder: Path, rows: Path) -> None:
    assert scan(folder, rows)[1]["findings"] == []
    (finding,) = scan(folder, "--all", rows)[1]["findings"]
    assert (finding["policy"], finding["mode"], finding["counted"]) == ("blame/quiet", "shadow", False)


def test_the_profile_is_named(folder: Path, rows: Path) -> None:
    assert {row["profile"] for row in scan(folder, "--profile", "strict", rows)} == {"strict"}


def test_mails_of_every_kind(folder: Path, tmp_path: Path) -> None:
    one = tmp_path / "one.eml"
    one.write_bytes(MAIL)
    box = mailbox.mbox(str(tmp_path / "box"))
    box.add(MAIL)
    box.add(MAIL)
    box.close()
    maildir = mailbox.Maildir(str(tmp_path / "Maildir"))
    key = maildir.add(MAIL)
    found = scan(folder, one, tmp_path / "box", tmp_path / "Maildir")
    assert [row["id"] for row in found] == ["one.eml", "1", "2", key]
    assert {row["action"] for row in found} == {"hold"}
    assert found[0]["facts"]["relation"] is None
    assert scan(folder, "-", stdin=MAIL)[0]["action"] == "hold"
    assert scan(folder, "-", stdin=b'{"reply": "you lost"}')[0]["action"] == "hold"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "rows.jsonl:2: "),
        ("[1]", "a row has to be an object"),
        ('{"id": "x"}', 'it needs a "reply"'),
        ('{"reply": 3}', '"reply" has to be text'),
        ('{"reply": "x", "relation": "old"}', '"relation" has to be new, known or repeat'),
    ],
)
def test_a_bad_row_is_one_clear_line(folder: Path, tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"reply": "fine"}\n' + line + "\n")
    result = CliRunner().invoke(app, ["scan", "--no-judge", "--policies", str(folder), str(path)])
    assert result.exit_code == 65
    assert complaint in result.stderr
    assert "rows.jsonl:2: " in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_what_is_not_there_is_one_clear_line(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["scan", "--no-judge", "--policies", str(folder), str(tmp_path / "nowhere.eml")])
    assert (result.exit_code, "nowhere.eml" in result.stderr) == (65, True)
    result = CliRunner().invoke(app, ["scan", "--no-judge", "--policies", str(tmp_path), str(tmp_path)])
    assert (result.exit_code, "no policy file" in result.stderr) == (65, True)


def test_the_table_says_what_would_happen_and_lets_no_message_steer_the_terminal(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    evil = {"id": "x\u001b[2J[red]", "reply": "you lost it"}
    path.write_text("\n".join(json.dumps(row) for row in [*ROWS, evil]))
    result = CliRunner().invoke(app, ["scan", "--no-judge", "--policies", str(folder), str(path)])
    assert result.exit_code == 0
    assert "4 replies: 2 would be held, 1 noted, 1 pass." in result.stdout
    assert "you lost" in result.stdout
    assert "\u001b[2J" not in result.stdout
    assert "[red]" in result.stdout


@pytest.mark.parametrize(("fail_on", "status"), [("never", 0), ("note", 1), ("hold", 1)])
def test_the_exit_status_can_say_what_was_found(folder: Path, rows: Path, fail_on: str, status: int) -> None:
    result = CliRunner().invoke(app, ["scan", "--no-judge", "--policies", str(folder), "--fail-on", fail_on, str(rows)])
    assert result.exit_code == status


def test_the_shipped_contract_is_the_published_one() -> None:
    ours = Path(__file__).parents[2] / "gateway/verdict/contracts/scan.schema.json"
    published = Path(__file__).parents[3] / "shared/contracts/scan.schema.json"
    if published.exists():
        assert json.loads(ours.read_text()) == json.loads(published.read_text())
    Draft202012Validator.check_schema(json.loads(ours.read_text()))
