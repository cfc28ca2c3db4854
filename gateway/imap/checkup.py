# SPDX-License-Identifier: GPL-3.0-or-later
"""What an administrator should know of a mailbox before holds depend on it. Asks, and changes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from gateway.hold.card_identity import TOKEN_FIELD
from gateway.imap.connection import Connection, Server
from gateway.imap.names import Layout, encode
from gateway.imap.places import Locate
from gateway.imap.pool import Pool
from gateway.imap.responses import Token, header_field, number, pairs, text_of

# What the gateway must be able to do in its folders (RFC 4314): look, read, flag, delete, insert, expunge.
NEEDED = "lrwtie"

# Cards a folder that are asked when they came: enough to find one that did not have to wait.
_CARDS = 50
_TIMES = f"(INTERNALDATE BODY.PEEK[HEADER.FIELDS (DATE {TOKEN_FIELD.upper()})])"


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """One folder as the gateway's login sees it.

    Attributes:
        name: of ours.
        exists: whether it is there; a folder that is not is made with the first hold.
        missing: rights that the gateway lacks; None if the server tells of no rights.
        others: identifiers of the ACL that may insert, other than ours; None if the server does not tell us.
    """

    name: str
    exists: bool
    missing: str | None = None
    others: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class MailboxFacts:
    """One mailbox as the gateway's login sees it.

    Attributes:
        seconds: for connecting, TLS and login.
        capabilities: what the server offers after login.
        delimiter: between a folder and its parent.
        prefix: before every folder.
        folders: the folders that were asked for.
        watched_by: NOTIFY, if the server takes it for these folders, else IDLE, else sweep.
        ahead: by how much the server's clock is ahead of ours, as cards show it that were put there: not more than
            this, and less where each of them had to wait; None if there are none.
    """

    seconds: float
    capabilities: frozenset[str]
    delimiter: str
    prefix: str
    folders: tuple[FolderFacts, ...]
    watched_by: str
    ahead: timedelta | None


async def examine(server: Server, locate: Locate, mailbox: str, folders: Sequence[str]) -> MailboxFacts:
    """Log in to a mailbox and look at its folders.

    Raises:
        Unavailable: it cannot be entered; the text says why.
        ValueError: one of the folders cannot have its name on this server.
    """
    place = locate(mailbox)
    pool = Pool(server, connections=1, keep=0)
    started = time.monotonic()
    try:
        async with pool.lend(place.login) as session:
            seconds = time.monotonic() - started
            layout = session.layout(place)
            facts = [await _folder(session.connection, layout, folder, place.login.user) for folder in folders]
            return MailboxFacts(
                seconds,
                session.connection.capabilities,
                layout.delimiter,
                layout.prefix,
                tuple(facts),
                await _watched_by(session.connection, layout, folders),
                await _ahead(session.connection, layout, [each.name for each in facts if each.exists]),
            )
    finally:
        await pool.close()


async def _watched_by(connection: Connection, layout: Layout, folders: Sequence[str]) -> str:
    """How folders will be watched; NOTIFY is tried, for a server may offer it and refuse the names."""
    if "NOTIFY" in connection.capabilities:
        names = " ".join(layout.argument(folder) for folder in folders)
        answer = await connection.command("NOTIFY", f"SET (mailboxes ({names}) (MessageNew MessageExpunge FlagChange))")
        if answer.ok:
            await connection.expect("NOTIFY", "NONE")
            return "NOTIFY"
    return "IDLE" if "IDLE" in connection.capabilities else "sweep"


async def _ahead(connection: Connection, layout: Layout, folders: Sequence[str]) -> timedelta | None:
    """The least time between a card's Date, which is ours, and its INTERNALDATE, which is the server's."""
    least: timedelta | None = None
    for folder in folders:
        opened = await connection.command("EXAMINE", layout.argument(folder))
        exists = max((number(tokens[0]) for tokens in opened.named("EXISTS")), default=0)
        if not opened.ok or not exists:
            continue
        answer = await connection.expect("FETCH", f"{max(1, exists - _CARDS + 1)}:{exists}", _TIMES)
        for tokens in answer.named("FETCH"):
            waited = _waited(pairs(tokens[1]) if len(tokens) > 1 else {})
            least = waited if least is None or (waited is not None and waited < least) else least
    return least


def _waited(items: dict[str, Token]) -> timedelta | None:
    header = items.get("BODY", b"")
    if not isinstance(header, bytes) or not header_field(header, TOKEN_FIELD):
        return None
    try:
        came = datetime.strptime(text_of(items.get("INTERNALDATE", "")).strip(), "%d-%b-%Y %H:%M:%S %z")
        return came - parsedate_to_datetime(header_field(header, "Date"))
    except (TypeError, ValueError):  # a Date that is none, or has no zone
        return None


async def _folder(connection: Connection, layout: Layout, folder: str, login: str) -> FolderFacts:
    argument, wire = layout.argument(folder), encode(layout.name(folder))
    listed = (await connection.expect("LIST", '""', argument)).named("LIST")
    if not any(text_of(tokens[-1]) == wire for tokens in listed):
        return FolderFacts(folder, exists=False)
    if "ACL" not in connection.capabilities:
        return FolderFacts(folder, exists=True)
    rights = [text_of(tokens[-1]) for tokens in (await connection.command("MYRIGHTS", argument)).named("MYRIGHTS")]
    missing = "".join(right for right in NEEDED if right not in "".join(rights)) if rights else None
    answer = await connection.command("GETACL", argument)
    others = _inserters(answer.named("ACL"), login) if answer.ok else None
    return FolderFacts(folder, exists=True, missing=missing, others=others)


def _inserters(lists: Iterable[list[Token]], login: str) -> tuple[str, ...]:
    """Who else may insert, of the ACL responses (RFC 4314 3.6): mailbox, then identifiers with rights in turn."""
    own = {login, login.rpartition("*")[2]}
    found: dict[str, None] = {}
    for tokens in lists:
        texts = [text_of(token) for token in tokens[1:]]
        for identifier, rights in zip(texts[::2], texts[1::2], strict=False):
            who = identifier.removeprefix("#")  # Dovecot's mark of a line in its global ACL file
            if "i" in rights and who.removeprefix("user=") not in own:
                found[who] = None
    return tuple(found)
