# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation says what the program does: settings, sample, reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app
from gateway.service.read_settings import read_settings
from gateway.service.settings_reference import reference

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "deploy" / "bedside.toml"


def test_the_sample_is_good_and_starts_in_observe() -> None:
    settings = read_settings(SAMPLE)
    assert settings.observe
    result = CliRunner().invoke(app, ["config", "check", str(SAMPLE)])
    assert result.exit_code == 0
    assert "the gateway observes only" in result.output


def test_what_the_sample_leaves_commented_out_is_good_too(tmp_path: Path) -> None:
    full = tmp_path / "full.toml"
    uncommented = re.sub(r"(?m)^# (\w+ = .*|\[\[?\w+\]\]?)$", r"\1", SAMPLE.read_text(encoding="utf-8"))
    # Alternatives of one key stand beside each other in the sample; the first one is kept.
    seen: set[str] = set()
    lines = []
    for line in uncommented.splitlines():
        if line.startswith("["):
            seen = set()
        key = line.split(" =")[0]
        if " = " in line and not line.startswith("#"):
            if key in seen:
                continue
            seen.add(key)
        lines.append(line)
    full.write_text("\n".join(lines), encoding="utf-8")
    assert len(read_settings(full).listener) == 2


def test_the_settings_reference_is_the_one_that_the_program_prints() -> None:
    written = (ROOT / "gateway" / "service" / "README.md").read_text(encoding="utf-8")
    assert written == reference(), "run: bedside config reference > gateway/service/README.md"


def test_every_setting_is_explained() -> None:
    for line in reference().splitlines():
        if line.startswith("| `"):
            assert len(line.split("|")[3].strip()) > 10, line


def test_a_bad_file_ends_with_the_status_for_settings_and_one_line_a_mistake(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("observe = 3\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["config", "check", str(bad)])
    assert result.exit_code == 78
    assert all(line.startswith(f"{bad}: ") for line in result.output.splitlines())
    assert f"{bad}: hostname: is needed and not there" in result.output


@pytest.mark.parametrize("command", [[], ["config"], ["config", "check"], ["config", "reference"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output
