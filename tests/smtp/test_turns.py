# SPDX-License-Identifier: GPL-3.0-or-later
"""However many sessions send something big, a round of the loop has one piece of it."""

from __future__ import annotations

import asyncio

from gateway.smtp.turns import Turns


async def test_of_many_that_are_at_it_one_has_its_turn_in_a_round_and_nobody_is_left_out() -> None:
    turns, rounds, done = Turns(), 0, False
    pieces: list[tuple[int, int]] = []

    async def count_rounds() -> None:
        nonlocal rounds
        while not done:
            rounds += 1
            await asyncio.sleep(0)

    async def send(name: int) -> None:
        for _ in range(20):
            await turns.take()
            pieces.append((name, rounds))

    async with asyncio.TaskGroup() as group:
        group.create_task(count_rounds())
        async with asyncio.TaskGroup() as senders:
            for name in range(5):
                senders.create_task(send(name))
        done = True
    per_round = [[name for name, at in pieces if at == number] for number in range(rounds + 1)]
    assert max(map(len, per_round)) == 1
    order = [name for name, _ in pieces]
    assert all(set(order[at : at + 5]) == set(range(5)) for at in range(0, 100, 5))


async def test_whoever_is_cancelled_while_waiting_does_not_keep_the_others_from_their_turn() -> None:
    turns = Turns()
    async with asyncio.TaskGroup() as group:
        first, second, third = (group.create_task(turns.take()) for _ in range(3))
        second.cancel()
    assert second.cancelled()
    assert all(task.done() and not task.cancelled() for task in (first, third))
