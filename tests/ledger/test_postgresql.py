# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger on a real PostgreSQL, shared by several gateways."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from gateway.hold import attempt, states
from gateway.hold.event import Event
from gateway.hold.hold import Actor, Decision
from gateway.ledger.engine import parse, reading_engine
from gateway.ledger.schema import metadata
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.ports import Unavailable
from tests.hold.holds import CONTENT, START, a_hold, many_holds
from tests.memory.letters import CUSTOMER, NOON, heard, letter, mail, sent
from tests.servers.folders import reachable_folder
from tests.servers.postgres import Postgres, postgres

pytestmark = pytest.mark.servers
FAR = START + timedelta(days=3650)
_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with reachable_folder() as folder, postgres(folder) as running:
        yield running


@pytest.fixture
def url(server: Postgres) -> str:
    return server.create(f"ledger{next(_numbers)}")


async def two(stack: AsyncExitStack, url: str) -> tuple[SqlLedger, SqlLedger]:
    """Two gateways that open the same fresh ledger at the same moment."""
    opening = [stack.enter_async_context(open_ledger(url)) for _ in range(2)]
    async with asyncio.TaskGroup() as group:
        one, other = [group.create_task(each) for each in opening]
    return one.result(), other.result()


async def test_a_hold_comes_back_as_it_went_in_and_the_tables_are_those_of_the_schema(url: str) -> None:
    content = bytes(range(256)) * 200
    hold = a_hold("a\udcff@x.example", content=content)
    async with open_ledger(url) as ledger:
        await ledger.hold(hold, content)
        assert await ledger.find(hold.id) == hold
        assert await ledger.content(hold.id) == content
        assert (await ledger.mailboxes())["anna"].open == 1
        assert [h.id for h in await ledger.due(START + timedelta(hours=3))] == [hold.id]
        discarded = await ledger.update(hold, states.discard(hold, Actor.AGENT, START), event(hold.id))
        assert discarded is not None
        assert await ledger.purge(START, START + timedelta(days=1), START) == 1
        assert await ledger.damaged() == ()
    engine = reading_engine(parse(url))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def event(hold_id: str) -> Event:
    return Event(hold_id, START, "decision", "agent")


async def test_a_retry_to_another_gateway_finds_its_hold_even_at_the_same_moment(url: str) -> None:
    async with AsyncExitStack() as stack:
        ledgers = await two(stack, url)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ledgers[n % 2].hold(a_hold(id=f"try{n:05}"), CONTENT)) for n in range(40)]
        assert len({task.result().id for task in tasks}) == 1
        assert len(await ledgers[0].in_mailbox("anna")) == 1


async def test_two_gateways_write_side_by_side_and_nothing_is_lost(url: str) -> None:
    async with AsyncExitStack() as stack:
        ledgers = await two(stack, url)
        async with asyncio.TaskGroup() as group:
            for number, (hold, content) in enumerate(many_holds(100)):
                group.create_task(ledgers[number % 2].hold(hold, content))
        assert len(await ledgers[1].in_mailbox("anna")) == 100


async def test_of_two_gateways_one_begins_an_attempt_and_one_has_the_lease(url: str) -> None:
    async with AsyncExitStack() as stack:
        one, other = await two(stack, url)
        hold = await one.hold(a_hold(), CONTENT)
        times = {"grace": timedelta(), "retry_for": timedelta(days=1)}
        releasing = await other.update(hold, states.release(hold, Decision.RELEASE, Actor.AGENT, START, **times))
        assert releasing is not None
        begun = attempt.begin(releasing, [0], START)
        async with asyncio.TaskGroup() as group:
            tries = [group.create_task(ledger.update(releasing, begun)) for ledger in (one, other)]
        assert sorted(task.result() is not None for task in tries) == [False, True]
        async with asyncio.TaskGroup() as group:
            leases = [
                group.create_task(ledger.lease("keeper", name, FAR)) for ledger, name in ((one, "1"), (other, "2"))
            ]
        assert sorted(task.result() for task in leases) == [False, True]
        assert await one.claim(hold.id, "1", FAR) is not None
        assert await other.claim(hold.id, "2", FAR) is None


async def test_when_the_database_goes_it_is_said_and_when_it_is_back_it_works(server: Postgres, url: str) -> None:
    async with open_ledger(url) as ledger:
        hold = await ledger.hold(a_hold(), CONTENT)
        server.stop()
        for ask in (ledger.find(hold.id), ledger.hold(replace(hold, id="another1", key="k2", message_key=""), CONTENT)):
            with pytest.raises(Unavailable):
                await ask
        server.start()
        assert await ledger.find(hold.id) == hold
        assert (await ledger.hold(replace(hold, id="retry123"), CONTENT)).id == hold.id


async def test_two_gateways_that_remember_the_same_thread_at_the_same_moment_make_one_of_it(url: str) -> None:
    first = mail("m0", "It is gone.", from_=CUSTOMER)
    others = [mail(f"m{n}", "Still gone.", from_=CUSTOMER, references=("m0",)) for n in range(1, 20)]
    async with AsyncExitStack() as stack:
        ledgers = await two(stack, url)
        async with asyncio.TaskGroup() as group:
            for number, content in enumerate((*others, first)):
                group.create_task(ledgers[number % 2].memory.heard(heard(content)))
        reply = letter(mail("r1", "We look into it.", references=("m0", "m19")))
        said = await ledgers[0].memory.recall(reply.question)
        assert (said.messages, said.whole, said.newest is not None) == (20, True, True)
        await ledgers[1].memory.sent(sent(reply, apologised=True))
        later = letter(mail("r2", "We look into it.", references=("m0", "m19", "r1")))
        said = await ledgers[0].memory.recall(later.question)
        assert (said.apologies, len(said.answered), len(said.relations), len(said.in_thread)) == (1, 1, 1, 2)
        assert await ledgers[0].memory.forget(NOON, NOON) == 0
        await ledgers[0].memory.forget_all()
        assert (await ledgers[1].memory.recall(later.question)).began is None
