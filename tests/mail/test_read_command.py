# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside read` as its users run it, and as the scripts that rely on its JSON do."""

from __future__ import annotations

import json
import mailbox
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from gateway.cli.exits import Exit
from gateway.cli.main import app
from tests.mail.test_read import PLAIN

SCHEMA = json.loads(resources.files("gateway.mail").joinpath("contracts/read.schema.json").read_text())


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["read", *arguments])
    return result.exit_code, result.stdout, result.stderr


def objects(*arguments: str) -> list[dict[str, object]]:
    status, output, _ = run("--format", "json", *arguments)
    assert status == 0
    found = [json.loads(line) for line in output.splitlines()]
    for one in found:
        jsonschema.validate(one, SCHEMA)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reply.eml"
    path.write_bytes(PLAIN.encode())
    return path


def test_json_follows_the_schema_that_ships(file: Path) -> None:
    (one,) = objects(str(file))
    assert one["id"] == str(file)
    assert one["state"] == "read"


def test_mbox_maildir_and_folder_give_one_object_a_message(file: Path, tmp_path: Path) -> None:
    box = mailbox.mbox(str(tmp_path / "box"))
    maildir = mailbox.Maildir(str(tmp_path / "dir"))
    for _ in range(2):
        box.add(PLAIN.encode())
        maildir.add(PLAIN.encode())
    box.close()
    assert len(objects(str(tmp_path / "box"))) == 2
    assert len(objects(str(tmp_path / "dir"))) == 2
    assert [one["id"] for one in objects(str(tmp_path / "dir"), str(tmp_path))][-1] == str(file)


def test_text_is_for_people_and_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "x.eml"
    file.write_bytes(b"Subject: \x1b[2J\n\nThe \x1b[31mred\x07 lamp.\n\n> It is \x9b1m dark here.\n")
    status, output, _ = run(str(file))
    assert status == 0
    assert "\x1b" not in output
    assert "\x07" not in output
    assert "prose" in output


@pytest.mark.parametrize("name", ["missing.eml", "."])
def test_a_path_without_mail_is_one_clear_line(name: str, tmp_path: Path) -> None:
    status, _, errors = run(str(tmp_path / name))
    assert status == Exit.INPUT
    assert len(errors.splitlines()) == 1
    assert str(tmp_path) in errors
