# SPDX-License-Identifier: GPL-3.0-or-later
"""One hold's way from the ledger to the reviewer, and out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.hold.desk import Desk
from gateway.hold.folders import Folders
from gateway.hold.hold import HoldState, Outcome
from tests.hold.holds import CONTENT, a_hold
from tests.review.stage import Stage, keeping, stage, until

F = Folders()


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


async def test_a_hold_shows_as_card_and_notice(on: Stage) -> None:
    await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.quarantine] and on.anna.folders[F.inbox])
    assert on.subjects(on.anna, F.quarantine)[0].startswith("card k7qm2xpd agent held")
    assert on.subjects(on.anna, F.inbox) == ["notice k7qm2xpd agent"]


async def test_a_card_in_release_is_sent_as_it_was_held_and_ends_in_done(on: Stage) -> None:
    hold = await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: on.whats(hold, "held", "card", "release", "attempt", "delivered", "card"))
    (copy,) = on.upstream.copies
    assert copy.content == CONTENT
    assert copy.envelope == hold.envelope
    now = await on.now(hold)
    assert now.state is HoldState.DELIVERED
    assert now.deliveries[0].outcome is Outcome.DELIVERED
    assert on.anna.folders[F.quarantine] == on.anna.folders[F.release] == []
    assert on.anna.folders[F.inbox] == []
    assert "carla@customer.example delivered 250 2.0.0 queued as 1234" in on.subjects(on.anna, F.done)[0]


async def test_a_card_in_discard_is_dropped_and_can_be_brought_back(on: Stage) -> None:
    hold = await on.held()
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.discard)
        await until(lambda: on.anna.folders[F.done])
        assert (await on.now(hold)).state is HoldState.DISCARDED
        on.anna.drag(F.done, F.quarantine)
        await until(lambda: on.anna.folders[F.inbox] == [] and "held" in "".join(on.subjects(on.anna, F.quarantine)))
        assert (await on.now(hold)).state is HoldState.HELD
        on.anna.drag(F.quarantine, F.release_as_fine)
        await until(lambda: on.anna.folders[F.done])
    assert (await on.now(hold)).state is HoldState.DELIVERED
    assert len(on.upstream.copies) == 1


async def test_a_release_is_taken_back_within_the_grace(tmp_path: Path) -> None:
    async with stage(tmp_path, desk=Desk(grace=timedelta(seconds=10))) as on:
        hold = await on.held()
        async with keeping(on.keeper()):
            await until(lambda: on.anna.folders[F.inbox])
            on.anna.drag(F.quarantine, F.release)
            await until(lambda: on.ledger_state(hold, HoldState.RELEASING))
            on.anna.drag(F.release, F.quarantine)
            await until(lambda: on.ledger_state(hold, HoldState.HELD))
            on.clock.forward(seconds=11)
            on.anna.drag(F.quarantine, F.discard)
            await until(lambda: on.anna.folders[F.done])
        assert on.upstream.copies == []


async def test_refused_recipients_come_back_and_only_they_are_sent_again(on: Stage) -> None:
    on.upstream.replies["ben@customer.example"] = "550 5.1.1 no such user"
    hold = await on.held(a_hold("carla@customer.example", "ben@customer.example"))
    async with keeping(on.keeper()):
        await until(lambda: on.anna.folders[F.inbox])
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: "no such user" in "".join(on.subjects(on.anna, F.quarantine)))
        assert on.anna.folders[F.release] == []
        on.upstream.replies.clear()
        on.anna.drag(F.quarantine, F.release)
        await until(lambda: on.anna.folders[F.done])
    assert [copy.recipients for copy in on.upstream.copies] == [("carla@customer.example",), ("ben@customer.example",)]
    assert (await on.now(hold)).state is HoldState.DELIVERED
