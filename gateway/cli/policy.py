# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside policy`: check, test and explain the rules. One module a command, each listed here."""

from __future__ import annotations

import typer

from gateway.cli import (
    policy_check,
    policy_init,
    policy_learn,
    policy_replay,
    policy_show,
    policy_stats,
    policy_test,
    policy_try,
)

app = typer.Typer(help="Check, test, try and replay policies.", no_args_is_help=True)
app.command()(policy_check.check)
app.command("test")(policy_test.run_examples)
app.command("try")(policy_try.try_text)
app.command()(policy_replay.replay)
app.command()(policy_show.explain)
app.command()(policy_show.new)
app.command()(policy_show.schema)
app.command()(policy_init.init)
app.command()(policy_stats.stats)
app.command()(policy_learn.learn)
