# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside demo` shows all that it says, and its exit status tells the truth."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gateway.demo.mails import demo_mails


@pytest.mark.servers
def test_the_demo_shows_everything_and_ends_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo"], capture_output=True, text=True, timeout=55, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All of it happened." in done.stdout
    assert "byte for" in done.stdout
    assert done.stdout.count("✔") == 5
    assert "✘" not in done.stdout
    assert done.stderr == ""


def test_the_demo_ships_mails_of_many_kinds() -> None:
    mails = demo_mails()
    assert len(mails) >= 12
    whole = b"".join(mail.content for mail in mails).lower()
    for kind in (b"text/html", b"gmail_quote", b"attachment", b"iso-8859-1", b'charset="utf-8"', b"windows-1252"):
        assert kind in whole
    assert all(b"\r\n" in mail.content and b"\n" not in mail.content.replace(b"\r\n", b"") for mail in mails)
