# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo itself: send, review, and check that everything happened as it should and every byte arrived."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.live import Live

from gateway.demo.mails import demo_mails
from gateway.demo.play import NotShown, Reviewer, Sent, reviewer, send, until
from gateway.demo.stage import AGENTS, Stage, stage
from gateway.demo.tables import Shown, sent_table, shown_table
from gateway.hold.hold import Hold, HoldState
from gateway.service.logs import LogFormat, LogLevel, configure

_QUARANTINE, _RELEASE, _DISCARD, _DONE = "Quarantine", "Quarantine/Release", "Quarantine/Discard", "Quarantine/Done"
_NEEDED = 4
"""Holds that the demo wants: one to release, one to discard, one to leave, one to release and take back."""


def show(console: Console, *, keep_running: bool) -> bool:
    """Run the demo; whether everything in it happened as it should."""
    configure(LogLevel.ERROR, LogFormat.TEXT)
    try:
        with TemporaryDirectory(prefix="bedside-demo-") as folder:
            return asyncio.run(_show(console, Path(folder), keep_running=keep_running))
    except KeyboardInterrupt:
        return True


async def _show(console: Console, folder: Path, *, keep_running: bool) -> bool:
    async with stage(folder) as on:
        console.print(
            f"A gateway is running: SMTP on 127.0.0.1:{on.smtp_port}, the agents' mailboxes (IMAP) on "
            f"127.0.0.1:{on.imap_port}. Anna and Ben of Larch & Field answer their mail.\n"
        )
        try:
            sent = await _send_all(console, on)
            shown = await _review(console, on, sent)
        except NotShown as error:
            console.print(f"[bold red]✘[/] {error}")
            return False
        console.print(shown_table(shown))
        good = all(row.good for row in shown)
        console.print(_how_to_look(on))
        if keep_running:
            console.print("It keeps running; press Ctrl+C to end it.")
            await asyncio.Event().wait()
        console.print("[bold green]All of it happened.[/]" if good else "[bold red]Not all of it happened.[/]")
        return good


async def _send_all(console: Console, on: Stage) -> list[Sent]:
    mails, sent = demo_mails(), list[Sent]()
    with Live(sent_table(sent, len(mails)), console=console, refresh_per_second=10) as live:
        for mail in mails:
            sent.append(await send(on, mail))
            live.update(sent_table(sent, len(mails)))
    console.print()
    return sent


async def _review(console: Console, on: Stage, sent: list[Sent]) -> list[Shown]:
    holds = [row for row in sent if row.hold is not None]
    if len(holds) < _NEEDED:
        raise NotShown(f"only {len(holds)} mails were held, and the demo needs {_NEEDED}; are the policies all right?")
    console.print(f"{len(holds)} replies wait for a second look. Their authors open the folder Quarantine ...\n")
    released, discarded, left, regretted = holds[:_NEEDED]
    async with reviewer(on) as hands:
        for row in holds:
            await hands.find(_hold(row), _QUARANTINE)
        await hands.move(_hold(released), _QUARANTINE, _RELEASE)
        await hands.move(_hold(discarded), _QUARANTINE, _DISCARD)
        await hands.move(_hold(regretted), _QUARANTINE, _RELEASE)
        await _state(on, _hold(regretted), HoldState.RELEASING)
        await hands.move(_hold(regretted), _RELEASE, _QUARANTINE)
        await _state(on, _hold(regretted), HoldState.HELD)
        await _state(on, _hold(released), HoldState.DELIVERED)
        return [
            await _released(on, hands, released),
            await _discarded(on, hands, discarded),
            await _left(on, hands, left, "leaves the card where it is"),
            await _left(on, hands, regretted, f"releases, and takes it back within {on.grace:.0f} seconds"),
            _exact(on, sent, released),
        ]


def _hold(row: Sent) -> Hold:
    if row.hold is None:
        raise NotShown(f"{row.mail.name} was not held")
    return row.hold


async def _state(on: Stage, hold: Hold, state: HoldState) -> Hold:
    """Wait until a hold is in a state."""

    async def ask() -> Hold | None:
        now = await on.ledger.find(hold.id)
        return now if now is not None and now.state is state else None

    return await until(ask, f"the state {state} of {hold.id}")


async def _released(on: Stage, hands: Reviewer, row: Sent) -> Shown:
    hold = await _state(on, _hold(row), HoldState.DELIVERED)
    await hands.find(hold, _DONE)
    arrived = [kept for kept in on.next_hop.kept if _digest(kept.content) == hold.digest]
    good = len(arrived) == 1 and arrived[0].recipients == row.mail.recipients
    return Shown(f"moves {row.mail.name} to Release", f"it went out, once: {hold.deliveries[0].reply}", good)


async def _discarded(on: Stage, hands: Reviewer, row: Sent) -> Shown:
    hold = await _state(on, _hold(row), HoldState.DISCARDED)
    await hands.find(hold, _DONE)
    return Shown(f"moves {row.mail.name} to Discard", "it was dropped; its card is in Done", not _arrived(on, row))


async def _left(on: Stage, hands: Reviewer, row: Sent, what: str) -> Shown:
    hold = await _state(on, _hold(row), HoldState.HELD)
    await hands.find(hold, _QUARANTINE)
    until_when = hold.deadline.strftime("%A %H:%M") if hold.deadline else "somebody decides"
    return Shown(f"{what} ({row.mail.name})", f"it is still held, until {until_when} UTC", not _arrived(on, row))


def _exact(on: Stage, sent: list[Sent], released: Sent) -> Shown:
    """Every byte of everything that should have arrived, and nothing else."""
    due = sorted(_digest(row.mail.content) for row in sent if row.hold is None or row is released)
    got = sorted(_digest(kept.content) for kept in on.next_hop.kept)
    return Shown(
        "compares digests (SHA-256)", f"{len(got)} of {len(due)} mails arrived, byte for byte as sent", due == got
    )


def _arrived(on: Stage, row: Sent) -> bool:
    return any(_digest(kept.content) == _digest(row.mail.content) for kept in on.next_hop.kept)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _how_to_look(on: Stage) -> str:
    name = next(iter(AGENTS))
    return (
        f"\nTo look with your own mail client while it runs (make demo KEEP=1): IMAP server 127.0.0.1, port "
        f"{on.imap_port}, no encryption, user {name}, password {AGENTS[name]}.\n"
        f"For example: neomutt -f imap://{name}:{AGENTS[name]}@127.0.0.1:{on.imap_port}/Quarantine\n"
        f"To send mail of your own: SMTP server 127.0.0.1, port {on.smtp_port}, no encryption, "
        f"from {name}@larch.example.\n"
    )
