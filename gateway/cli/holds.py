# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside holds`: see what is held, and decide where a card cannot.

A decision made here is written to the ledger; the running keeper carries it out and shows it on the card.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gateway.cli.exits import Exit
from gateway.cli.opened import DEFAULT_CONFIG, ConfigOption, fail, settings_of, with_ledger
from gateway.hold import attempt, states
from gateway.hold.event import Event
from gateway.hold.hold import Actor, Decision, End, Hold, HoldState, Outcome
from gateway.hold.ladder import Rungs
from gateway.hold.states import NotPossible
from gateway.ledger.store import SqlLedger

app = typer.Typer(help="See what is held, and decide where a card cannot.", no_args_is_help=True)

# Who decides here does not need to be reminded.
_NO_RUNGS = Rungs(None, None, None, End.KEEP)
_OPEN = (HoldState.HELD, HoldState.RELEASING)
HoldId = Annotated[str, typer.Argument(help="Number of the hold, as in the 250 and on the card.", metavar="ID")]


class Resolution(StrEnum):
    """What became of a recipient whose reply was lost."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    AGAIN = "again"


@app.command("list")
def list_holds(
    config: ConfigOption = DEFAULT_CONFIG,
    state: Annotated[list[HoldState] | None, typer.Option(help="Only these states; open ones if not given.")] = None,
    most: Annotated[int, typer.Option(help="At most so many, the newest.")] = 100,
) -> None:
    """List holds, the newest first. A recipient that is *unknown* waits for `resolve`."""
    holds = with_ledger(config, lambda ledger: ledger.listed(state or _OPEN, most))
    table = Table("id", "state", "held", "until", "team", "mailbox", "for", "recipients", box=None)
    for hold in holds:
        until = hold.deadline if hold.state is HoldState.HELD else hold.next_attempt or hold.ended
        outcomes = " ".join(sorted({str(d.outcome) for d in hold.deliveries}))
        table.add_row(
            hold.id,
            str(hold.state),
            _time(hold.created),
            _time(until),
            hold.team,
            hold.mailbox,
            str(hold.to),
            f"{len(hold.deliveries)} {outcomes}",
        )
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
def show(
    hold_id: HoldId,
    config: ConfigOption = DEFAULT_CONFIG,
    message: Annotated[bool, typer.Option("--message", help="Write its exact octets to standard output.")] = False,
) -> None:
    """Show all about a hold: why it is held, what became of each recipient, who did what and when."""

    async def ask(ledger: SqlLedger) -> None:
        hold = await _find(ledger, hold_id)
        if message:
            try:
                sys.stdout.buffer.write(await ledger.content(hold.id))
            except LookupError:
                fail(f"the message of {hold_id} is no longer kept", Exit.INPUT)
            return
        _describe(hold)
        for event in await ledger.history(hold.id):
            typer.echo(f"  {_time(event.at)}  {event.what} ({event.actor}) {event.detail}".rstrip())

    with_ledger(config, ask)


@app.command()
def release(hold_id: HoldId, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Send a hold now, without a grace."""
    settings = settings_of(config)
    retry_for = timedelta(days=settings.release.retry_for)

    def decide(hold: Hold, now: datetime) -> Hold:
        back = states.bring_back(hold, _NO_RUNGS) if hold.state not in _OPEN else hold
        return states.release(back, Decision.RELEASE, Actor.ADMINISTRATOR, now, grace=timedelta(), retry_for=retry_for)

    with_ledger(config, lambda ledger: _decide(ledger, hold_id, decide, "release"))
    typer.echo(f"{hold_id} is being released; `bedside holds show {hold_id}` says what became of it")


@app.command()
def discard(hold_id: HoldId, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Drop a hold; it can be brought back until its message is purged."""

    def decide(hold: Hold, now: datetime) -> Hold:
        held = states.take_back(hold, now, _NO_RUNGS) if hold.state is HoldState.RELEASING else hold
        return states.discard(held, Actor.ADMINISTRATOR, now)

    with_ledger(config, lambda ledger: _decide(ledger, hold_id, decide, "discarded"))
    typer.echo(f"{hold_id} is discarded")


@app.command()
def resolve(
    hold_id: HoldId,
    outcome: Annotated[Resolution, typer.Argument(help="What became of it; again: send it again.")],
    recipient: Annotated[
        str | None, typer.Argument(help="Only this recipient; all that are unknown if absent.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say what became of recipients whose final reply was lost (upstream's log knows), or send to them again."""
    settings = settings_of(config)

    def decide(hold: Hold, now: datetime) -> Hold:
        numbers = [
            n
            for n, d in enumerate(hold.deliveries)
            if d.outcome is Outcome.UNKNOWN and recipient in (None, d.recipient.address)
        ]
        if not numbers:
            raise NotPossible(f"no recipient of {hold_id} is unknown" + (f": {recipient}" if recipient else ""))
        return _resolved(hold, numbers, outcome, now, timedelta(days=settings.release.retry_for))

    with_ledger(config, lambda ledger: _decide(ledger, hold_id, decide, f"resolved {outcome}"))
    typer.echo(f"{hold_id}: {outcome}")


def _resolved(hold: Hold, numbers: list[int], outcome: Resolution, now: datetime, retry_for: timedelta) -> Hold:
    if outcome is Resolution.AGAIN:
        for number in numbers:
            hold = attempt.send_again(hold, number, now, give_up_at=now + retry_for)
        return hold
    became = Outcome.DELIVERED if outcome is Resolution.DELIVERED else Outcome.REFUSED
    results = {n: replace(hold.deliveries[n], outcome=became, at=now) for n in numbers}
    return attempt.settle(hold, results, now, next_attempt=now, rungs=_NO_RUNGS)


async def _find(ledger: SqlLedger, hold_id: str) -> Hold:
    hold = await ledger.find(hold_id.lower())
    if hold is None:
        fail(f"there is no hold {hold_id}", Exit.INPUT)
    return hold


async def _decide(ledger: SqlLedger, hold_id: str, decide: Callable[[Hold, datetime], Hold], what: str) -> None:
    """Make a decision, whatever else happens to the hold at the same time."""
    while True:
        hold, now = await _find(ledger, hold_id), datetime.now(UTC)
        try:
            after = decide(hold, now)
        except NotPossible as error:
            fail(str(error), Exit.INPUT)
        if await ledger.update(hold, after, Event(hold.id, now, what, Actor.ADMINISTRATOR)) is not None:
            return


def _describe(hold: Hold) -> None:
    lines = {
        "state": f"{hold.state}" + (f", {hold.decision} by {hold.decided_by}" if hold.decision else ""),
        "held": _time(hold.created),
        "deadline": f"{_time(hold.deadline)} ({hold.at_end})",
        "team": f"{hold.team}, for the {hold.to}, in {hold.mailbox}"
        + (f" and {hold.lead_mailbox}" if hold.lead_mailbox else ""),
        "from": f"<{hold.envelope.sender.address}>",
        "digest": f"{hold.digest} ({hold.size} octets)",
        "message": "purged" if hold.purged else "kept",
    }
    typer.echo(f"Hold {hold.id}")
    for name, value in lines.items():
        typer.echo(f"  {name + ':':10} {value}")
    for delivery in hold.deliveries:
        tried = f", {delivery.attempts} attempts" if delivery.attempts else ""
        typer.echo(f"  to <{delivery.recipient.address}>: {delivery.outcome}{tried} {delivery.reply}".rstrip())
    for finding in hold.verdict.findings:
        counted = "" if finding.counted else f", not counted: {finding.because}"
        typer.echo(f"  because {finding.policy}#{finding.rule}: {finding.mode}, {finding.points:g} points{counted}")


def _time(moment: datetime | None) -> str:
    return "-" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
