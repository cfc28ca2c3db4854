# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ledger promises, on SQLite here and on PostgreSQL in `test_postgresql`."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from gateway.hold import attempt, states
from gateway.hold.event import Event
from gateway.hold.hold import Actor, Decision, HoldState
from gateway.ledger.engine import BadUrl, parse
from gateway.ledger.schema import metadata
from gateway.ledger.sealing import new_key
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.ports import Unavailable
from tests.hold.holds import CONTENT, START, a_hold, many_holds, rungs


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[SqlLedger]:
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as opened:
        yield opened


async def test_octets_and_holds_come_back_as_they_went_in(ledger: SqlLedger) -> None:
    content = bytes(range(256)) * 300 + b"\r\n.\r\n"
    hold = a_hold("a\udcff@x.example", content=content)
    stored = await ledger.hold(hold, content)
    assert stored == hold
    assert await ledger.content(hold.id) == content
    assert await ledger.find(hold.id) == hold
    assert [event.what for event in await ledger.history(hold.id)] == ["held"]


async def test_a_retry_finds_its_own_hold_while_it_is_open_and_an_hour_after_its_end(ledger: SqlLedger) -> None:
    first = await ledger.hold(a_hold(), CONTENT)
    assert (await ledger.hold(a_hold(id="another1"), CONTENT)).id == first.id
    ended = await ledger.update(first, states.discard(first, Actor.AGENT, START))
    assert ended is not None
    soon = a_hold(id="another2", created=START + timedelta(minutes=59))
    assert (await ledger.hold(soon, CONTENT)).id == first.id
    late = a_hold(id="another3", created=START + timedelta(minutes=61))
    assert (await ledger.hold(late, CONTENT)).id == "another3"
    assert await ledger.content("another3") == CONTENT


async def test_retries_at_the_same_moment_make_one_hold(ledger: SqlLedger) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ledger.hold(a_hold(id=f"try{n:05}"), CONTENT)) for n in range(20)]
    assert len({task.result().id for task in tasks}) == 1
    assert len(await ledger.in_mailbox("anna")) == 1


async def test_one_mailing_in_several_transactions_is_one_hold_with_each_its_own_octets(ledger: SqlLedger) -> None:
    one = await ledger.hold(a_hold("carla@x.example"), CONTENT)
    content = b"Received: by mx; later\r\n" + CONTENT
    two = await ledger.hold(a_hold("ben@x.example", id="second12", content=content), content)
    assert two.id == one.id
    assert [d.recipient.address for d in two.deliveries] == ["carla@x.example", "ben@x.example"]
    assert await ledger.content(one.id, 0) == CONTENT
    assert await ledger.content(one.id, 1) == content
    again = await ledger.hold(a_hold("ben@x.example", id="third123", content=content), content)
    assert again == two, "its retry finds it too"


async def test_a_mailing_goes_on_separately_once_the_first_part_is_decided(ledger: SqlLedger) -> None:
    one = await ledger.hold(a_hold("carla@x.example"), CONTENT)
    grace = {"grace": timedelta(), "retry_for": timedelta(days=1)}
    await ledger.update(one, states.release(one, Decision.RELEASE, Actor.AGENT, START, **grace))
    two = await ledger.hold(a_hold("ben@x.example", id="second12"), CONTENT)
    assert two.id == "second12"


async def test_of_two_changes_at_once_one_succeeds(ledger: SqlLedger) -> None:
    hold = await ledger.hold(a_hold(), CONTENT)
    discarded = states.discard(hold, Actor.AGENT, START)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ledger.update(hold, discarded, event(hold.id, n))) for n in range(5)]
    assert sum(task.result() is not None for task in tasks) == 1
    assert len(await ledger.history(hold.id)) == 2


def event(hold_id: str, number: int = 0) -> Event:
    return Event(hold_id, START, "decision", f"agent {number}")


async def test_only_one_node_begins_an_attempt(ledger: SqlLedger) -> None:
    hold = await ledger.hold(a_hold(), CONTENT)
    times = {"grace": timedelta(), "retry_for": timedelta(days=1)}
    releasing = await ledger.update(hold, states.release(hold, Decision.RELEASE, Actor.AGENT, START, **times))
    assert releasing is not None
    begun = attempt.begin(releasing, [0], START)
    results = [await ledger.update(releasing, begun), await ledger.update(releasing, begun)]
    assert [r is not None for r in results] == [True, False]


async def test_a_claim_excludes_others_until_it_runs_out(ledger: SqlLedger) -> None:
    hold = await ledger.hold(a_hold(), CONTENT)
    far, past = START + timedelta(days=3650), START - timedelta(days=365)
    assert await ledger.claim(hold.id, "one", far) is not None
    assert await ledger.claim(hold.id, "two", far) is None
    assert await ledger.claim(hold.id, "one", past) is not None, "a restarted node finds its own claim"
    assert await ledger.claim(hold.id, "two", far) is not None


async def test_a_lease_excludes_others_until_it_runs_out_or_is_given_up(ledger: SqlLedger) -> None:
    far = START + timedelta(days=3650)
    assert await ledger.lease("keeper", "one", far)
    assert not await ledger.lease("keeper", "two", far)
    assert await ledger.lease("keeper", "one", far)
    await ledger.yield_lease("keeper", "two")
    assert not await ledger.lease("keeper", "two", far)
    await ledger.yield_lease("keeper", "one")
    assert await ledger.lease("keeper", "two", far)


async def test_due_are_reminders_deadlines_attempts_and_what_a_clock_set_back_left_behind(ledger: SqlLedger) -> None:
    hold = await ledger.hold(a_hold(), CONTENT)
    assert await ledger.due(START) == ()
    assert [h.id for h in await ledger.due(START + timedelta(hours=2))] == [hold.id]
    times = {"grace": timedelta(seconds=10), "retry_for": timedelta(days=1)}
    await ledger.update(hold, states.release(hold, Decision.RELEASE, Actor.AGENT, START, **times))
    assert await ledger.due(START) == ()
    assert [h.id for h in await ledger.due(START + timedelta(seconds=10))] == [hold.id]
    assert [h.id for h in await ledger.due(START - timedelta(days=30))] == [hold.id]


async def test_needs_change_whenever_a_hold_of_the_mailbox_does(ledger: SqlLedger) -> None:
    for hold, content in many_holds(4, ("anna", "ben")):
        await ledger.hold(hold, content)
    before = await ledger.mailboxes()
    assert {mailbox: need.open for mailbox, need in before.items()} == {"anna": 2, "ben": 2}
    (first, _) = await ledger.in_mailbox("anna")
    await ledger.update(first, states.discard(first, Actor.AGENT, START))
    after = await ledger.mailboxes()
    assert after["anna"].stamp != before["anna"].stamp
    assert after["anna"].open == 1
    assert after["ben"] == before["ben"]


async def test_an_escalated_hold_shows_in_the_leads_mailbox_too(ledger: SqlLedger) -> None:
    hold = await ledger.hold(a_hold(lead_mailbox="lena"), CONTENT)
    assert await ledger.in_mailbox("lena") == ()
    await ledger.update(hold, states.escalate(hold, START))
    assert len(await ledger.in_mailbox("lena")) == len(await ledger.in_mailbox("anna")) == 1


async def test_holds_of_a_sender_are_found_whatever_the_case(ledger: SqlLedger) -> None:
    hold = await ledger.hold(a_hold(), CONTENT)
    assert [h.id for h in await ledger.open_from("Anna@Support.example.org")] == [hold.id]
    assert await ledger.open_from("ben@support.example.org") == ()


async def test_octets_go_first_facts_later_and_no_text_is_left(ledger: SqlLedger, tmp_path: Path) -> None:
    hold = await ledger.hold(a_hold(subject="Re: a very private matter"), CONTENT)
    open_one = await ledger.hold(a_hold("ben@x.example", id="stays123", message_key=""), CONTENT)
    await ledger.update(hold, states.discard(hold, Actor.AGENT, START), event(hold.id))
    later = START + timedelta(days=8)
    assert await ledger.purge(later, START + timedelta(days=1), START - timedelta(days=1)) == 1
    with pytest.raises(LookupError):
        await ledger.content(hold.id)
    facts = await ledger.find(hold.id)
    assert facts is not None
    assert (facts.purged, facts.subject, facts.verdict.findings[0].excerpt) == (True, "", "")
    assert await ledger.content(open_one.id) == CONTENT, "what is open is never purged"
    assert [h.id for h in await ledger.in_mailbox("anna")] == [open_one.id]
    assert await ledger.purge(later, START, later) == 0
    assert await ledger.find(hold.id) is None
    assert await ledger.history(hold.id) == ()
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        assert connection.execute("SELECT count(*) FROM keys").fetchone() == (1,)
    connection.close()


async def test_what_is_sealed_is_not_on_the_disk_and_needs_its_key(tmp_path: Path) -> None:
    url, old, new = f"sqlite:///{tmp_path}/ledger.db", new_key(), new_key()
    hold = a_hold(subject="a very private matter")
    async with open_ledger(url, encryption_keys=[old]) as ledger:
        await ledger.hold(hold, CONTENT)
        assert await ledger.find(hold.id) == hold
    disk = _disk(tmp_path)
    for word in (b"private matter", b"read the manual", b"carla@"):
        assert word not in disk
    async with open_ledger(url, encryption_keys=[new, old]) as ledger:
        assert await ledger.content(hold.id) == CONTENT
    for keys in ([], [new]):
        async with open_ledger(url, encryption_keys=keys) as ledger:
            with pytest.raises(Unavailable, match="encrypted"):
                await ledger.content(hold.id)
            with pytest.raises(Unavailable, match="encrypted"):
                await ledger.hold(replace(hold, id="retry123"), CONTENT)


async def test_a_message_that_looks_sealed_is_none(ledger: SqlLedger) -> None:
    content = b"\1gAAAAA" + CONTENT
    hold = await ledger.hold(a_hold(content=content), content)
    assert await ledger.content(hold.id) == content


async def test_fine_marks_the_finding_and_taking_back_unmarks_it(ledger: SqlLedger, tmp_path: Path) -> None:
    hold = await ledger.hold(a_hold(), CONTENT)
    times = {"grace": timedelta(), "retry_for": timedelta(days=1)}

    def marks() -> list[tuple[str, bool]]:
        with sqlite3.connect(tmp_path / "ledger.db") as connection:
            found = connection.execute("SELECT policy, fine IS NOT NULL FROM findings").fetchall()
        connection.close()
        return [(policy, bool(fine)) for policy, fine in found]

    fine = states.release(hold, Decision.RELEASE_AS_FINE, Actor.AGENT, START, **times)
    stored = await ledger.update(hold, fine, event(hold.id))
    assert stored is not None
    assert marks() == [("blame/counterfactual", True)]
    await ledger.update(stored, states.take_back(stored, START, rungs()), event(hold.id))
    assert marks() == [("blame/counterfactual", False)]


def test_the_migrations_make_the_very_tables_of_the_schema(tmp_path: Path) -> None:
    async def make() -> None:
        async with open_ledger(f"sqlite:///{tmp_path}/ledger.db"):
            pass

    asyncio.run(make())
    engine = create_engine(f"sqlite:///{tmp_path}/ledger.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


async def test_a_ledger_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    async with open_ledger(url):
        pass
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(Exception, match="later version"):
        async with open_ledger(url):
            pass


async def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        await ledger.hold(a_hold(), CONTENT)
        assert set(_modes(tmp_path).values()) == {0o600}


def _disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_what_names_no_ledger_is_said_so(url: str) -> None:
    with pytest.raises(BadUrl):
        parse(url)


async def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be opened"):
        async with open_ledger(f"sqlite:///{tmp_path}/missing/ledger.db"):
            pass


async def test_states_survive_the_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    async with open_ledger(url) as ledger:
        hold = await ledger.hold(a_hold(), CONTENT)
        await ledger.update(hold, states.discard(hold, Actor.AGENT, START))
    async with open_ledger(url) as ledger:
        found = await ledger.find(hold.id)
        assert found is not None
        assert found.state is HoldState.DISCARDED
