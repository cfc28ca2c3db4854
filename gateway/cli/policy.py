# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy`: check, test and explain the rules. One module a command, each listed here."""

from __future__ import annotations

import typer

from gateway.cli import policy_check, policy_replay, policy_show, policy_test, policy_try

app = typer.Typer(help="Check, test and try policies.", no_args_is_help=True)
app.command()(policy_check.check)
app.command("test")(policy_test.run_examples)
app.command("try")(policy_try.try_text)
app.command()(policy_replay.replay)
app.command()(policy_show.explain)
app.command()(policy_show.new)
app.command()(policy_show.schema)
