# SPDX-License-Identifier: GPL-3.0-or-later
"""What the settings say about caps and patience arrives where it is held against."""

from __future__ import annotations

from gateway.service import build_smtp
from gateway.service.settings_limits import LimitSettings
from gateway.service.settings_servers import UpstreamSettings
from gateway.smtp.values import Limits, Patience, UpstreamPatience


def test_every_cap_is_the_one_that_was_set() -> None:
    given = LimitSettings.model_validate(
        {
            "sessions": 11,
            "sessions_per_client": 12,
            "message_size": 13,
            "memory": 14,
            "spool": "/spool",
            "command_seconds": 15,
            "data_seconds": 16,
            "commands_per_minute": 17,
            "junk_commands": 18,
            "errors": 19,
            "recipients": 120,
            "line_length": 21,
            "hops": 22,
        }
    )
    assert build_smtp.limits(given) == Limits(
        sessions=11,
        sessions_per_peer=12,
        message_size=13,
        memory=14,
        spool_folder="/spool",
        commands_per_minute=17,
        junk=18,
        errors=19,
        recipients=120,
        line_length=21,
        hops=22,
        patience=Patience(command=15, block=16),
    )


def test_unset_caps_are_the_defaults_of_the_path_itself_but_for_what_a_whole_site_needs() -> None:
    assert build_smtp.limits(LimitSettings()) == Limits(sessions_per_peer=200, spool_folder="/var/tmp")  # noqa: S108


def test_patience_with_upstream_is_the_one_that_was_set() -> None:
    words = {"pool": 1, "pool_idle": 2, "keep_awake": 3}
    seconds = {"connect_seconds": 4, "reply_seconds": 5, "data_seconds": 6, "final_seconds": 7}
    given = UpstreamSettings.model_validate({"server": "127.0.0.1:25", **words, **seconds})
    address = build_smtp.upstream(given, "gw.example")
    assert (address.pool_size, address.pool_idle, address.keep_awake) == (1, 2, 3)
    assert address.patience == UpstreamPatience(connect=4, reply=5, block=6, final=7)
