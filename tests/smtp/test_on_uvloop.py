# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop that workers run on has its own transports and its own TLS: what matters most is tried on it as well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trustme
import uvloop

from gateway.smtp.tls import ServerTls
from tests.smtp import test_keeps_its_word, test_pool, test_proxy_protocol, test_tls
from tests.smtp.certificates import certificate

CASES = (
    test_keeps_its_word.test_a_client_that_hangs_up_after_the_last_dot_has_sent_its_mail,
    test_keeps_its_word.test_a_time_out_of_the_client_does_not_run_while_its_message_is_dealt_with,
    test_keeps_its_word.test_draining_accepts_nobody_and_sends_away_who_has_been_served,
    test_keeps_its_word.test_draining_ends_after_its_time_whatever_hangs,
    test_keeps_its_word.test_draining_lets_a_transaction_that_has_begun_and_a_client_that_has_just_come_send_their_mail,
    test_pool.test_a_goodbye_to_an_idle_session_of_the_pool_is_heeded,
    test_pool.test_clients_at_the_same_time_have_a_session_each,
    test_proxy_protocol.test_draining_closes_the_door_of_a_balanced_listener_too,
    test_proxy_protocol.test_the_header_stands_before_implicit_tls,
)
TLS_CASES = (
    test_tls.test_starttls,
    test_tls.test_implicit_tls,
    test_tls.test_what_is_injected_behind_starttls_is_thrown_away,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_on_uvloop(case: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await case()

    uvloop.run(run())


@pytest.mark.parametrize("case", TLS_CASES, ids=lambda case: case.__name__)
def test_tls_on_uvloop(case: Callable[[trustme.CA, ServerTls], Awaitable[None]]) -> None:
    async def run() -> None:
        authority = trustme.CA()
        with certificate(authority) as files:
            await case(authority, ServerTls(files))

    uvloop.run(run())


@pytest.mark.parametrize("way", ["closes", "resets"])
def test_a_client_may_go_away_at_any_octet_on_uvloop(way: str) -> None:
    uvloop.run(test_keeps_its_word.test_a_client_that_goes_away_at_any_octet_loses_and_doubles_nothing(way))
