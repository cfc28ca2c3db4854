# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside doctor`: look at everything that the gateway stands on, and say what to do about what is wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway.cli import doctor_checks
from gateway.cli.doctor_checks import Found, Level, worst
from gateway.cli.exits import Exit
from gateway.cli.opened import DEFAULT_CONFIG, ConfigOption, settings_of
from gateway.policy.finding import To
from gateway.ports import Unavailable
from gateway.service import build_imap, build_review, build_smtp
from gateway.service.build_ledger import opening
from gateway.service.policy_files import load_files, shipped_folder, source_files
from gateway.service.settings import Settings
from gateway.service.settings_servers import ImapSettings, ReleaseSettings

# Extensions that a held message may need (`gateway.mail.envelope.Envelope.extensions`).
_NEEDED = frozenset({"8BITMIME", "SMTPUTF8", "DSN"})
_MARKS = {Level.GOOD: "[green]good[/green]", Level.WARN: "[yellow]look[/yellow]", Level.BAD: "[red]bad [/red]"}


def doctor(
    config: ConfigOption = DEFAULT_CONFIG,
    mailbox: Annotated[
        list[str] | None, typer.Option(help="A mailbox of an agent to look into; may be given several times.")
    ] = None,
) -> None:
    """Ask every server that the settings name, look into mailboxes, and change nothing.

    Mailboxes of leads and shared ones are known from the settings; name one agent's of each team with --mailbox.
    """
    settings = settings_of(config)
    found = asyncio.run(_look(settings, mailbox or []))
    console = Console(highlight=False, soft_wrap=True)
    for each in found:
        console.print(_MARKS[each.level], end="  ")
        console.print(f"{each.subject}: {each.said}", markup=False)
        if each.way_out:
            console.print(f"      {each.way_out}", markup=False)
    if worst(found) is Level.BAD:
        raise typer.Exit(Exit.FOUND)


async def _look(settings: Settings, mailboxes: list[str]) -> list[Found]:
    parts: list[tuple[str, Callable[[], Awaitable[list[Found]]]]] = [
        ("policies", lambda: _policies(settings.policies.folder)),
        ("ledger", lambda: _ledger(settings)),
        ("feed", lambda: _feed(settings)),
        ("upstream", lambda: _upstream(settings)),
        ("release route", lambda: _release(settings)),
        ("mailboxes", lambda: _mailboxes(settings, mailboxes)),
    ]
    found = doctor_checks.clock(build_smtp.now())
    for name, part in parts:
        try:
            found += await part()
        except (LookupError, OSError, ValueError) as error:  # a secret or a file that is not where the settings say
            found.append(Found(Level.BAD, name, str(error), "Put it right in the settings."))
    return found


async def _policies(folder: Path | None) -> list[Found]:
    files = source_files(folder or shipped_folder())
    if not files:
        return [Found(Level.BAD, "policies", "there are none", "Name a folder that has some, or none at all.")]
    return doctor_checks.policies(load_files(files))


async def _ledger(settings: Settings) -> list[Found]:
    try:
        async with opening(settings.ledger) as ledger:
            waiting = sum(need.open for need in (await ledger.mailboxes()).values())
    except Unavailable as error:
        return [Found(Level.BAD, "ledger", str(error), "Nothing can be held until it is there; look at [ledger].")]
    return [Found(Level.GOOD, "ledger", f"opened; {waiting} hold(s) wait")]


async def _feed(settings: Settings) -> list[Found]:
    if settings.feed is None:
        return [Found(Level.GOOD, "feed", "there is no [feed]: of customers is known what replies quote, and no more")]
    now = build_smtp.now()
    try:
        async with opening(settings.ledger) as ledger:
            last = await ledger.memory.last_heard()
            counts = await ledger.counts_since(now.date() - timedelta(days=doctor_checks.FEED_DAYS))
    except Unavailable:
        return []  # which is said of the ledger already
    totals = Counter[str]()
    for count, amount in counts.items():
        if count.kind == "feed":
            totals[count.name] += amount
    return doctor_checks.feed(last, now, totals)


async def _upstream(settings: Settings) -> list[Found]:
    upstream = settings.upstream
    plain = ReleaseSettings(tls=upstream.tls, ca_file=upstream.ca_file)
    route = build_smtp.route(plain, upstream.server, settings.hostname)
    return await doctor_checks.server("upstream", route, frozenset(), 0)


async def _release(settings: Settings) -> list[Found]:
    route = build_smtp.route(settings.release, settings.upstream.server, settings.hostname)
    teams = ", ".join(team.name for team in settings.team) or "no team"
    return await doctor_checks.server(f"release route of {teams}", route, _NEEDED, settings.limits.message_size)


async def _mailboxes(settings: Settings, names: list[str]) -> list[Found]:
    imap = settings.imap
    if imap is None:
        return [Found(Level.WARN, "mailboxes", "there is no [imap]", "Without one nobody can review: at most notes.")]
    known = [team.mailbox for team in settings.team if "{" not in team.mailbox]
    leads = [team.lead for team in settings.team if team.lead]
    if not (known or leads or names):
        way = "Name one with --mailbox."
        return [Found(Level.WARN, "mailboxes", "none is known from the settings", way)]
    found = doctor_checks.inotify(build_imap.imap_server(imap), _watched(imap))
    for role, boxes in ((To.AGENT, [*known, *names]), (To.LEAD, leads)):
        for name in dict.fromkeys(boxes):
            found += await _mailbox(imap, name, role)
    return found


async def _mailbox(imap: ImapSettings, name: str, role: To) -> list[Found]:
    server, locate = build_imap.imap_server(imap), build_imap.locate(imap)
    return await doctor_checks.mailbox(server, locate, name, role, build_review.folders(imap.folders))


def _watched(imap: ImapSettings) -> int:
    """Most connections that watch at the same time: one where all is seen by one login."""
    return imap.watchers if imap.master else 1
