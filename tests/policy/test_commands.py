# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy ...` as a team lead runs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from gateway.cli.policy_init import Fate, carry_out, plan, told
from gateway.cli.policy_learn import redacted, with_known_false
from gateway.policy.json_schema import schema_of
from gateway.service.policy_files import shipped_folder
from tests.policy.texts import SHARED, policy

GOOD = """\
id: blame/loss
title: You lost it
message: Found “{excerpt}”.
mode: hold
rules:   # one is enough
  - name: words
    phrases: ["you lost"]   # the words
none: ["nothing"]
examples:
  found: ["You lost it."]
  passed: ["You lost nothing.", "I lost it."]
  known_missed: ["It got lost on your side."]
"""


def run(*arguments: str | Path, input: str | None = None) -> Result:  # noqa: A002 - as click names it
    return CliRunner().invoke(app, ["policy", *map(str, arguments)], input=input)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, text in [*((file.path, file.text) for file in SHARED), ("blame/loss.yaml", GOOD)]:
        (tmp_path / "own" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / path).write_text(text)
    return tmp_path / "own"


def test_check_is_content_with_good_files(folder: Path) -> None:
    result = run("check", folder)
    assert (result.exit_code, "1 policies, 0 problem(s)" in result.output) == (0, True)


def test_check_tells_all_errors_at_once_in_every_format(folder: Path) -> None:
    (folder / "blame/one.yaml").write_text("id: blame/one\nsevrity: high\n")
    (folder / "blame/two.yaml").write_text("- nothing\n")
    result = run("check", folder)
    assert result.exit_code == 78
    assert "blame/one.yaml:2:1: unknown key “sevrity”; did you mean “severity”?" in result.output
    assert "blame/two.yaml:1:1: " in result.output
    rows = [json.loads(line) for line in run("check", "--format", "json", folder).stdout.splitlines()]
    assert {row["file"] for row in rows} == {"blame/one.yaml", "blame/two.yaml"}


def test_sarif_has_what_viewers_need(folder: Path) -> None:
    """The parts of SARIF 2.1.0 (OASIS) that a log of results must have: 3.13, 3.14, 3.27, 3.28, 3.30, 3.49."""
    (folder / "blame/one.yaml").write_text("id: blame/one\nsevrity: high\n")
    (folder / "blame/loss.yaml").write_text(GOOD.replace('"You lost it."', '"It is gone."'))
    log = json.loads(run("check", "--format", "sarif", folder).stdout)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (part,) = log["runs"]
    base = part["originalUriBaseIds"]["POLICIES"]["uri"]
    assert base == folder.resolve().as_uri() + "/"
    rules = [rule["id"] for rule in part["tool"]["driver"]["rules"]]
    assert part["tool"]["driver"]["name"] == "bedside"
    assert {result["level"] for result in part["results"]} == {"error", "warning"}
    for result in part["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        (place,) = (each["physicalLocation"] for each in result["locations"])
        assert (folder / place["artifactLocation"]["uri"]).exists()
        assert place["artifactLocation"]["uriBaseId"] == "POLICIES"
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] >= 1


def test_check_warns_of_a_policy_that_would_be_in_shadow(folder: Path) -> None:
    (folder / "blame/loss.yaml").write_text(GOOD.replace('"You lost it."', '"It is gone."'))
    result = run("check", folder)
    assert result.exit_code == 1
    assert "warning: blame/loss.yaml:1:1: in shadow, since it misses its own example “It is gone.”" in result.output


def test_test_runs_examples_against_the_policy_and_all_others(folder: Path) -> None:
    assert run("test", folder).exit_code == 0
    other = policy("rules: [{name: words, phrases: [lost it, sample]}]\n", "blame/other")
    (folder / "blame/other.yaml").write_text(other.text)
    assert "blame/other#words finds what blame/loss passes: “I lost it.”" in run("test", folder).output
    (folder / "blame/loss.yaml").write_text(GOOD.replace("I lost it.", "Well, you lost a day."))
    result = run("test", folder)
    assert result.exit_code == 1
    assert "false   blame/loss: “Well, you lost a day.” by words" in result.output
    assert run("test", "--policy", "omission/*", folder).exit_code == 0


def test_test_says_when_a_known_one_is_no_longer_wrong(folder: Path) -> None:
    (folder / "blame/loss.yaml").write_text(GOOD.replace("It got lost on your side.", "It is you, lost."))
    assert "no longer wrong, move it: “It is you, lost.”" in run("test", folder).output


def test_try_shows_words_classes_conditions_and_each_step(folder: Path) -> None:
    (folder / "blame/loss.yaml").write_text(
        GOOD.replace('"you lost"', '"<customer> lost"')
        + "escalate: [{when: {act_within: {act: apology}}, add_points: 2}]\n"
        + "when: {inbound_level: '>= 1'}\n"
    )
    (folder / "omission").mkdir()
    (folder / "omission/x.yaml").write_text(
        policy("when: {relation: new}\nrules: [{name: one, absent: apology}]\n", "omission/x").text
    )
    result = run(
        "try", "I am sorry. But you lost it.", "--customer", "It crashed, and my file is lost", "--policies", folder
    )
    assert result.exit_code == 0, result.output
    for piece in (
        "[apology]",
        "> blame/loss#words (phrases) “you lost”",
        "wording: <customer> lost   (customer: you)",
        "3 starts as shadow",
        "4 graver, apology at most 1 sentence away: +2 points",
        "did not run: omission/x (not known: relation)",
    ):
        assert piece in result.output, result.output


def test_try_takes_a_mail(folder: Path, tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(b"From: a@example.org\r\nTo: b@example.org\r\n\r\nYou lost it, you lost nothing.\r\n")
    result = run("try", mail, "--policies", folder)
    assert "2 dismissed, none: nothing" in result.output
    assert "PASS" in result.output


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    rows = [
        {"id": "a", "reply": "You lost it."},
        {"id": "b", "reply": "You <b>mislaid</b> it."},
        {"id": "c", "reply": "Ok."},
    ]
    path = tmp_path / "mails.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_replay_says_what_an_edit_changes_against_a_folder(folder: Path, mails: Path, tmp_path: Path) -> None:
    edited = tmp_path / "edited"
    edited.mkdir()
    for path in folder.rglob("*.yaml"):
        target = edited / path.relative_to(folder)
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text().replace('["you lost"]', '["you lost", "mislaid"]'))
    page = tmp_path / "report.html"
    result = run("replay", mails, "--policies", edited, "--against", folder, "--html", page)
    assert result.exit_code == 0, result.output
    assert "before: 1 held, 0 noted, 2 passed" in result.output
    assert "after:  2 held, 0 noted, 1 passed" in result.output
    assert "b: pass -> hold  blame/loss#words “mislaid”" in result.output
    assert "blame/loss#words: 1 -> 2" in result.output
    assert "<svg" in page.read_text()
    assert "<b>mislaid" not in page.read_text()


def test_replay_against_a_git_revision(folder: Path, mails: Path) -> None:
    git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "first"], check=True)
    (folder / "blame/loss.yaml").write_text(GOOD.replace("mode: hold", "mode: note"))
    result = run("replay", mails, "--policies", folder, "--against", "HEAD")
    assert "a: hold -> note" in result.output, result.output
    result = run("replay", mails, "--policies", folder, "--against", "nowhere")
    assert (result.exit_code, "neither a folder nor a git revision" in result.stderr) == (65, True)
    assert run("replay", mails, "--policies", folder, "--against", "--output=x").exit_code != 0


def test_replay_since_leaves_out_older_mails(folder: Path, tmp_path: Path) -> None:
    for name, day in (("old", "2 Nov 2025"), ("new", "2 Nov 2026")):
        head = f"From: a@example.org\r\nDate: Mon, {day} 10:00:00 +0000\r\n\r\n"
        (tmp_path / f"{name}.eml").write_bytes(head.encode() + b"You lost it.\r\n")
    result = run("replay", tmp_path / "old.eml", tmp_path / "new.eml", "--policies", folder, "--against", folder,
                 "--since", "2026-01-01")  # fmt: skip
    assert "1 mails judged" in result.output


def test_explain_says_what_a_policy_is(folder: Path) -> None:
    result = run("explain", "blame/loss", "--policies", folder)
    assert "you lost" in result.output
    assert "known: 1 missed, 0 found wrongly" in result.output
    (folder / "blame/loss.yaml").write_text(
        GOOD + "when: {inbound_level: '>= 1', repeat_contact: true}\nunless: [{act: apology}, {question: true}]\n"
        "escalate: [{when: {act_within: {act: apology, side: before}}, severity: critical, mode: hold}]\n"
        "ease: [{when: {act_within: {act: ownership, sentences: 0}}, take_points: 2, mode: note}]\n"
    )
    told = run("explain", "blame/loss", "--policies", folder).output
    for line in (
        "runs when inbound level >= 1 and repeat contact yes",
        "finds nothing where apology in the reply; or question yes",
        "nor beside “nothing”",
        "graver: apology at most 1 sentence before: at least hold, severity critical",
        "lighter: ownership in the same sentence: -2 points, at most note",
    ):
        assert line in told, told
    result = run("explain", "blame/los", "--policies", folder)
    assert (result.exit_code, "did you mean blame/loss?" in result.stderr) == (65, True)


def test_new_begins_a_policy_that_is_good_and_in_shadow_and_overwrites_nothing(folder: Path) -> None:
    assert run("new", "blame/weather", "--policies", folder).exit_code == 0
    assert run("check", folder).exit_code == 0, run("check", folder).output
    assert run("new", "blame/weather", "--policies", folder).exit_code == 65
    assert run("new", "../weather", "--policies", folder).exit_code == 2


def test_every_shipped_file_follows_the_json_schema_that_editors_get() -> None:
    yaml = YAML(typ="safe")
    kinds = {"words": "words", "acts": "act"}
    validators = {kind: Draft202012Validator(schema_of(kind)) for kind in ("policy", "words", "act")}
    for path in sorted(shipped_folder().glob("*/*.yaml")):
        tree = json.loads(json.dumps(yaml.load(path), default=str))
        validators[kinds.get(path.parent.name, "policy")].validate(tree)
    assert not validators["policy"].is_valid({"id": "blame/x", "sevrity": "high"})
    assert json.loads(run("schema", "act").stdout)["title"] == "ActFile"


# --- init ---


def test_init_lays_out_what_ships_and_it_is_good(tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert run("init", own).exit_code == 0
    ours = {path.relative_to(own): path.read_text() for path in own.glob("*/*.yaml")}
    theirs = {path.relative_to(shipped_folder()): path.read_text() for path in shipped_folder().glob("*/*.yaml")}
    assert ours == theirs


def test_a_later_release_is_shown_file_by_file_and_writes_only_what_nobody_changed(tmp_path: Path) -> None:
    release, own = tmp_path / "release", tmp_path / "own"
    (release / "blame").mkdir(parents=True)
    for name in ("kept", "updated", "mine", "both", "gone", "deleted"):
        (release / f"blame/{name}.yaml").write_text(f"id: blame/{name}\n")
    carry_out(own, release, plan(own, release))
    (own / "blame/mine.yaml").write_text("# mine\n")
    (own / "blame/both.yaml").write_text("# mine too\n")
    (own / "blame/deleted.yaml").unlink()
    for name in ("updated", "both", "added"):
        (release / f"blame/{name}.yaml").write_text(f"id: blame/{name}\n# release\n")
    (release / "blame/gone.yaml").unlink()
    steps = plan(own, release)
    shown = "".join(told(steps))
    for line in ("add       blame/added", "update    blame/updated", "yours     blame/mine", "conflict  blame/both",
                 "gone      blame/gone", "yours     blame/deleted", "+# release"):  # fmt: skip
        assert line in shown, shown
    assert "kept" not in shown
    carry_out(own, release, steps)
    assert (own / "blame/added.yaml").read_text() == "id: blame/added\n# release\n"
    assert (own / "blame/updated.yaml").read_text().endswith("# release\n")
    assert (own / "blame/mine.yaml").read_text() == "# mine\n"
    assert (own / "blame/both.yaml").read_text() == "# mine too\n"
    assert (own / "blame/gone.yaml").exists()
    assert not (own / "blame/deleted.yaml").exists()
    assert [step.fate for step in plan(own, release)] == [Fate.YOURS, Fate.YOURS, Fate.YOURS]


def test_init_writes_nothing_over_a_folder_that_has_policies_unless_told(folder: Path) -> None:
    shown = run("init", folder)
    assert (shown.exit_code, "Nothing was written" in shown.output) == (0, True)
    assert "conflict  acts/apology.yaml" in shown.output
    assert not (folder / "blame/label.yaml").exists()
    assert run("init", "--write", folder).exit_code == 0
    assert (folder / "blame/label.yaml").exists()
    assert (folder / "blame/loss.yaml").read_text() == GOOD
    assert (folder / "acts/apology.yaml").read_text() == SHARED[1].text


# --- learn ---


def test_what_is_learned_is_redacted() -> None:
    assert redacted("Maria, you lost order 4711 of Ana Huber; write to m@example.net today.") == (
        "Alex, you lost order 0 of Alex Alex; write to someone@example.org today."
    )


def test_known_false_examples_are_added_once_and_comments_stay() -> None:
    once = with_known_false(GOOD, ["You lost a day."])
    assert "# one is enough" in once
    assert "# the words" in once
    assert YAML(typ="safe").load(once)["examples"]["known_false"] == ["You lost a day."]
    assert with_known_false(once, ["You lost a day."]) == once
