# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings: every mistake at once, each with file, key, reason and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.service.read_settings import BadSettings, read_settings
from gateway.service.secret import Secret
from gateway.service.settings import Settings
from gateway.service.settings_types import BusinessHours, RemoteServer

GOOD = """
hostname = "GW.example.org"
[[listener]]
name = "postfix"
listen = "127.0.0.1:10025"
[upstream]
server = "127.0.0.1:10026"
[ledger]
key = { env = "BEDSIDE_KEY" }
[[team]]
name = "helpdesk"
members = ["*@support.example.org"]
"""


def read(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "bedside.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        read(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/", "").splitlines()


def test_a_short_file_is_enough_and_starts_in_observe(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    assert settings.observe
    assert settings.hostname == "gw.example.org"
    assert settings.upstream.server == RemoteServer("127.0.0.1", 10026)
    assert settings.team[0].hours == BusinessHours.parse("Mon-Fri 09:00-17:00")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("hostname", "hostnam"), "bedside.toml: hostnam: unknown setting; did you mean hostname?"),
        (("members", "membrs"), "bedside.toml: team[1].membrs: unknown setting; did you mean members?"),
        (('"127.0.0.1:10025"', '"localhost:25"'), "bedside.toml: listener[1].listen: 'localhost' is not an IP address"),
        (('"127.0.0.1:10025"', '"127.0.0.1"'), "bedside.toml: listener[1].listen: '127.0.0.1' is not an address and"),
        (('"127.0.0.1:10026"', '"mail"'), "bedside.toml: upstream.server: 'mail' is not a server and port such as"),
        (('{ env = "BEDSIDE_KEY" }', '"hunter2"'), "bedside.toml: ledger.key: a secret is named, not written"),
        (('{ env = "BEDSIDE_KEY" }', "{}"), "bedside.toml: ledger.key: name one place"),
        (
            ("[upstream]", "[upstream]\ntls = 'tls'"),
            "bedside.toml: upstream.tls: must be one of 'none', 'opportunistic'",
        ),
        (("[[team]]", "[[team]]\nzone = 'Mars/One'"), "bedside.toml: team[1].zone: 'Mars/One' is no time zone"),
        (("[[team]]", "[[team]]\nhours = 'Mon 9-5'"), "bedside.toml: team[1].hours: 'Mon 9-5' is not of the form"),
        (("[[team]]", "[[team]]\nhours = 'Mon 09:00-08:00'"), "bedside.toml: team[1].hours: 'Mon 09:00-08:00' closes"),
        (("[[team]]", "[[team]]\nmailbox = '{user}'"), "bedside.toml: team[1].mailbox: {user} is not known here"),
        (
            ("[upstream]", "clients = ['10/8']\n[upstream]"),
            "bedside.toml: listener[1].clients[1]: '10/8' does not appear",
        ),
        (
            ("[upstream]", "tls = 'starttls'\n[upstream]"),
            'bedside.toml: listener[1]: tls = "starttls" needs certificate',
        ),
        (("[upstream]", "[upstream"), "bedside.toml: Expected ']'"),
    ],
)
def test_a_mistake_is_named_with_key_and_reason(tmp_path: Path, change: tuple[str, str], line: str) -> None:
    found = mistakes(tmp_path, GOOD.replace(*change))
    assert any(text.startswith(line) for text in found), found


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    bad = (
        GOOD.replace("members", "membrs")
        .replace('"127.0.0.1:10026"', '"mail"')
        .replace("[ledger]", "workers = 0\n[ledger]")
    )
    assert len(mistakes(tmp_path, bad)) == 3


def test_two_teams_of_one_name_are_refused(tmp_path: Path) -> None:
    [line] = mistakes(tmp_path, GOOD + '[[team]]\nname = "helpdesk"\n')
    assert line == "bedside.toml: two teams are named 'helpdesk'; give each a name of its own"


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"nowhere\.toml: cannot be read: No such file or directory"):
        read_settings(tmp_path / "nowhere.toml")


def test_a_secret_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    assert Secret(file=tmp_path / "key").read() == "s3cret"


def test_a_secret_that_is_not_there_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="BEDSIDE_NO_SUCH_VARIABLE is empty or not set"):
        Secret(env="BEDSIDE_NO_SUCH_VARIABLE").read()
    with pytest.raises(LookupError, match="key cannot be read: No such file"):
        Secret(file=tmp_path / "key").read()


@pytest.mark.parametrize("text", ["Mon-Fri 09:00-17:00", "Sat 10:00-14:00", "Sun-Thu 08:30-16:00"])
def test_business_hours_are_read(text: str) -> None:
    hours = BusinessHours.parse(text)
    assert hours.opens < hours.closes
    assert len(hours.days) == {"Mon": 5, "Sat": 1, "Sun": 5}[text[:3]]


def test_one_imap_login_without_master_needs_one_named_mailbox(tmp_path: Path) -> None:
    imap = '[imap]\nserver = "imap.example.org:993"\nlogin = "support"\npassword = { env = "P" }\n'
    [line] = mistakes(tmp_path, GOOD + imap)
    assert "team 'helpdesk' has mailboxes of its own, but imap.master is empty" in line
    named = GOOD + 'mailbox = "support"\n' + imap
    assert read(tmp_path, named).team[0].mailbox == "support"
