# SPDX-License-Identifier: GPL-3.0-or-later
"""What the settings say of teams reaches the judging: profile, thresholds, modes, mutes, and what passes unjudged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app
from gateway.policy.finding import Mode
from gateway.policy.teams import Cause, Team, language_of
from gateway.service.build_screening import jurisdiction
from gateway.service.read_settings import BadSettings, read_settings
from gateway.verdict.stance import Mute
from tests.service.test_settings import GOOD

TEAMS = """
[[team]]
name = "field"
profile = "strict"
hold_at = 6
modes = { "blame/label" = "note", "script/repeat" = "shadow" }

[[mute]]
policy = "condescend/*"
reason = "the new macros are being reworded"
until = 2027-01-31
teams = ["field"]

[[mute]]
policy = "blame/label#user-error"
reason = "case 8812"
until = 2026-12-31
senders = ["claims@example.org"]
recipients = ["*@insurer.example"]
"""


def settings_file(tmp_path: Path, more: str) -> Path:
    path = tmp_path / "bedside.toml"
    path.write_text(GOOD + more, encoding="utf-8")
    return path


def test_a_team_has_its_own_profile_threshold_and_modes(tmp_path: Path) -> None:
    stances = jurisdiction(read_settings(settings_file(tmp_path, TEAMS))).stances
    field = stances["field"]
    assert (field.profile, field.hold_at) == ("strict", 6)
    assert dict(field.modes) == {"blame/label": Mode.NOTE, "script/repeat": Mode.SHADOW}
    assert (stances["helpdesk"].profile, stances["helpdesk"].modes) == ("starter", ())


def test_a_mute_is_for_a_team_for_a_sender_or_for_a_recipient(tmp_path: Path) -> None:
    stances = jurisdiction(read_settings(settings_file(tmp_path, TEAMS))).stances
    everywhere = Mute(
        "blame/label#user-error", "case 8812", date(2026, 12, 31), ("claims@example.org",), ("*@insurer.example",)
    )
    assert stances["helpdesk"].mutes == (everywhere,)
    assert stances["field"].mutes == (
        Mute("condescend/*", "the new macros are being reworded", date(2027, 1, 31)), everywhere,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('teams = ["field"]', 'teams = ["feild"]', "the mute of condescend/* is for team 'feild'"),
        ("condescend/*", "condescend", "mute[1].policy: 'condescend' is no policy or rule"),
        ('reason = "case 8812"\n', "", "mute[2].reason: is needed"),
        ("until = 2027-01-31", 'until = "soon"', "mute[1].until: "),
        ('"script/repeat" = "shadow"', '"script/repeat" = "silent"', "must be one of"),
        ('"script/repeat"', '"script"', "'script' is no policy"),
    ],
)
def test_a_mistake_in_a_mute_or_mode_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(BadSettings) as raised:
        read_settings(settings_file(tmp_path, TEAMS.replace(old, new)))
    assert complaint in str(raised.value)


def test_config_check_knows_which_policies_there_are_and_which_mutes_are_over(tmp_path: Path) -> None:
    path = settings_file(tmp_path, TEAMS.replace("2026-12-31", "2020-12-31").replace("script/repeat", "script/repaet"))
    result = CliRunner().invoke(app, ["config", "check", str(path)])
    assert result.exit_code == 0, result.output
    assert "team[2].modes: there is no policy script/repaet; did you mean script/repeat?" in result.output
    assert "mute[2]: ended on 2020-12-31" in result.output
    assert "condescend" not in result.output


@pytest.mark.parametrize(
    ("setting", "cause"),
    [
        ("null_sender", Cause.NULL_SENDER),
        ("auto_submitted", Cause.AUTO_SUBMITTED),
        ("bulk", Cause.BULK),
        ("calendar", Cause.CALENDAR),
        ("internal", Cause.INTERNAL),
    ],
)
def test_each_cause_to_pass_unjudged_has_its_setting(tmp_path: Path, setting: str, cause: Cause) -> None:
    judged = jurisdiction(read_settings(settings_file(tmp_path, f"\n[unjudged]\n{setting} = false\n")))
    assert cause not in judged.exempt.causes
    assert cause in jurisdiction(read_settings(settings_file(tmp_path, ""))).exempt.causes


@pytest.mark.parametrize(
    ("languages", "detected", "taken_for"),
    [
        ((), "nl", "nl"),
        ((), None, None),
        (("en",), None, "en"),
        (("en",), "nl", "en"),
        (("en", "de"), "de", "de"),
        (("en", "de"), "nl", None),
    ],
)
def test_a_team_may_say_what_it_writes_in(
    languages: tuple[str, ...], detected: str | None, taken_for: str | None
) -> None:
    assert language_of(Team("a", languages=languages), detected) == taken_for
